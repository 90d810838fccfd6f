//go:build !purego

#include "textflag.h"

// ARGUMENTS loads those of a copy, distances in bytes.
#define ARGUMENTS \
	MOVQ dst+0(FP), DI        \
	MOVQ dstPlane+8(FP), R8   \
	MOVQ dstRow+16(FP), R9    \
	MOVQ src+24(FP), SI       \
	MOVQ srcPlane+32(FP), R10 \
	MOVQ srcRow+40(FP), R11   \
	MOVQ planes+48(FP), R12   \
	MOVQ rows+56(FP), R13     \
	MOVQ n+64(FP), BX         \
	SHLQ $2, R8               \
	SHLQ $2, R9               \
	SHLQ $2, R10              \
	SHLQ $2, R11              \
	SHLQ $2, BX

// NEXTROW goes on with the next row of the plane, if there is one.
#define NEXTROW(loop) \
	ADDQ R9, AX  \
	ADDQ R11, DX \
	DECQ CX      \
	JNZ  loop

// NEXTPLANE goes on with the next plane, if there is one.
#define NEXTPLANE(loop) \
	ADDQ R8, DI  \
	ADDQ R10, SI \
	DECQ R12     \
	JNZ  loop

// STARTPLANE puts the first row's addresses into AX and DX, the number of rows
// into CX.
#define STARTPLANE \
	MOVQ DI, AX \
	MOVQ SI, DX \
	MOVQ R13, CX

// func copyBlocksAVX2(dst *float32, dstPlane, dstRow int, src *float32, srcPlane, srcRow, planes, rows, n int)
//
//	DI, R8, R9    dst, the bytes from plane to plane and from row to row
//	SI, R10, R11  src, the same
//	R12, R13      planes left, rows of a plane
//	AX, DX, CX    the row in dst and in src, rows left
//	BX            bytes of a row before its last vector
TEXT ·copyBlocksAVX2(SB), NOSPLIT, $0-72
	ARGUMENTS
	CMPQ BX, $16
	JEQ  four
	CMPQ BX, $32
	JLT  five
	JEQ  eight
	CMPQ BX, $64
	JLE  nine
	SUBQ $32, BX

seventeen: // or more elements: vectors of 8, the last one at BX
	STARTPLANE

seventeenRow:
	XORQ R14, R14

vector:
	VMOVUPS (DX)(R14*1), Y0
	VMOVUPS Y0, (AX)(R14*1)
	ADDQ    $32, R14
	CMPQ    R14, BX
	JLT     vector
	VMOVUPS (DX)(BX*1), Y0
	VMOVUPS Y0, (AX)(BX*1)
	NEXTROW(seventeenRow)
	NEXTPLANE(seventeen)
	VZEROUPPER
	RET

nine: // to 16 elements: two vectors of 8
	SUBQ $32, BX

ninePlane:
	STARTPLANE

nineRow:
	VMOVUPS (DX), Y0
	VMOVUPS (DX)(BX*1), Y1
	VMOVUPS Y0, (AX)
	VMOVUPS Y1, (AX)(BX*1)
	NEXTROW(nineRow)
	NEXTPLANE(ninePlane)
	VZEROUPPER
	RET

eight: // elements
	STARTPLANE

eightRow:
	VMOVUPS (DX), Y0
	VMOVUPS Y0, (AX)
	NEXTROW(eightRow)
	NEXTPLANE(eight)
	VZEROUPPER
	RET

five: // to 7 elements: two vectors of 4
	SUBQ $16, BX

fivePlane:
	STARTPLANE

fiveRow:
	VMOVUPS (DX), X0
	VMOVUPS (DX)(BX*1), X1
	VMOVUPS X0, (AX)
	VMOVUPS X1, (AX)(BX*1)
	NEXTROW(fiveRow)
	NEXTPLANE(fivePlane)
	VZEROUPPER
	RET

four: // elements
	STARTPLANE

fourRow:
	VMOVUPS (DX), X0
	VMOVUPS X0, (AX)
	NEXTROW(fourRow)
	NEXTPLANE(four)
	VZEROUPPER
	RET

// func copyAlternateAVX2(dst *float32, dstPlane, dstRow int, src *float32, srcPlane, srcRow, planes, rows, n int)
//
// Registers as in copyBlocksAVX2. VSHUFPS takes elements 0 and 2 of the halves of
// the first vector, and 1 and 3 of those of the second; VPERMPD sorts the pairs.
TEXT ·copyAlternateAVX2(SB), NOSPLIT, $0-72
	ARGUMENTS
	CMPQ BX, $32
	JLT  alternateFour
	SUBQ $32, BX

alternatePlane:
	STARTPLANE

alternateRow:
	XORQ R14, R14

alternateVector:
	CMPQ    R14, BX
	JGE     alternateLast
	VMOVUPS (DX)(R14*2), Y0
	VMOVUPS 28(DX)(R14*2), Y1
	VSHUFPS $0xD8, Y1, Y0, Y0
	VPERMPD $0xD8, Y0, Y0
	VMOVUPS Y0, (AX)(R14*1)
	ADDQ    $32, R14
	JMP     alternateVector

alternateLast:
	VMOVUPS (DX)(BX*2), Y0
	VMOVUPS 28(DX)(BX*2), Y1
	VSHUFPS $0xD8, Y1, Y0, Y0
	VPERMPD $0xD8, Y0, Y0
	VMOVUPS Y0, (AX)(BX*1)
	NEXTROW(alternateRow)
	NEXTPLANE(alternatePlane)
	VZEROUPPER
	RET

alternateFour: // to 7 elements: two vectors of 4
	SUBQ $16, BX

alternateFourPlane:
	STARTPLANE

alternateFourRow:
	VMOVUPS (DX), X0
	VMOVUPS 12(DX), X1
	VMOVUPS (DX)(BX*2), X2
	VMOVUPS 12(DX)(BX*2), X3
	VSHUFPS $0xD8, X1, X0, X0
	VSHUFPS $0xD8, X3, X2, X2
	VMOVUPS X0, (AX)
	VMOVUPS X2, (AX)(BX*1)
	NEXTROW(alternateFourRow)
	NEXTPLANE(alternateFourPlane)
	VZEROUPPER
	RET

// func storeAlternateAVX2(dst *float32, dstPlane, dstRow int, src *float32, srcPlane, srcRow, planes, rows, n int)
//
// Registers as in copyBlocksAVX2. VPMOVZXDQ puts zeros between four elements, which
// VPBLENDD replaces by what is in dst. The eighth place behind four elements is not
// theirs where the row ends: there, one is left to be stored alone.
TEXT ·storeAlternateAVX2(SB), NOSPLIT, $0-72
	ARGUMENTS
	SUBQ $4, BX // the last element

storePlane:
	STARTPLANE

storeRow:
	XORQ R14, R14
	SUBQ $16, BX // where the last whole vector before it begins, if there is one
	JMP  storeVectors

storeVector:
	VPMOVZXDQ (DX)(R14*1), Y0
	VPBLENDD  $0xAA, (AX)(R14*2), Y0, Y0
	VMOVDQU   Y0, (AX)(R14*2)
	ADDQ      $16, R14

storeVectors:
	CMPQ R14, BX
	JLE  storeVector
	ADDQ $16, BX

storeRest:
	MOVL (DX)(R14*1), R15
	MOVL R15, (AX)(R14*2)
	ADDQ $4, R14
	CMPQ R14, BX
	JLE  storeRest
	NEXTROW(storeRow)
	NEXTPLANE(storePlane)
	VZEROUPPER
	RET
