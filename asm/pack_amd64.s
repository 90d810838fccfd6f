//go:build !purego

#include "textflag.h"

// laneMasks is 32 ones and 32 zeros: the vectors that follow each other from
// laneMasks+128−4n on are masks of n lanes, n ≤ 32.
DATA ·laneMasks+0(SB)/8, $-1
DATA ·laneMasks+8(SB)/8, $-1
DATA ·laneMasks+16(SB)/8, $-1
DATA ·laneMasks+24(SB)/8, $-1
DATA ·laneMasks+32(SB)/8, $-1
DATA ·laneMasks+40(SB)/8, $-1
DATA ·laneMasks+48(SB)/8, $-1
DATA ·laneMasks+56(SB)/8, $-1
DATA ·laneMasks+64(SB)/8, $-1
DATA ·laneMasks+72(SB)/8, $-1
DATA ·laneMasks+80(SB)/8, $-1
DATA ·laneMasks+88(SB)/8, $-1
DATA ·laneMasks+96(SB)/8, $-1
DATA ·laneMasks+104(SB)/8, $-1
DATA ·laneMasks+112(SB)/8, $-1
DATA ·laneMasks+120(SB)/8, $-1
GLOBL ·laneMasks(SB), RODATA|NOPTR, $256

// COPY copies a vector of a row, masked where the row ends.
#define COPY(offset, mask, temp) \
	VMASKMOVPS offset(SI), mask, temp \
	VMOVUPS    temp, offset(DI)

// NEXTROW goes on with the next row, if there is one.
#define NEXTROW(loop) \
	ADDQ R9, SI \
	ADDQ R8, DI \
	DECQ CX     \
	JNZ  loop

// func packRowsAVX2(dst *float32, width int, x *float32, ld, lanes, depth int)
//
//	DI, R8  dst and the bytes from row to row
//	SI, R9  x and the bytes from row to row
//	CX      rows left
//	Y4–Y7   masks of the lanes that exist
TEXT ·packRowsAVX2(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ width+8(FP), R8
	MOVQ x+16(FP), SI
	MOVQ ld+24(FP), R9
	MOVQ lanes+32(FP), AX
	MOVQ depth+40(FP), CX
	SHLQ $2, R8
	SHLQ $2, R9
	IMUL3Q $48, R9, R10

	LEAQ    ·laneMasks+128(SB), BX
	SHLQ    $2, AX
	SUBQ    AX, BX
	VMOVUPS (BX), Y4
	VMOVUPS 32(BX), Y5
	VMOVUPS 64(BX), Y6
	VMOVUPS 96(BX), Y7

	CMPQ R8, $(4*8)
	JLE  rows8
	CMPQ R8, $(4*16)
	JLE  rows16

rows32:
	PREFETCHT1 (SI)(R10*1)
	PREFETCHT1 64(SI)(R10*1)
	COPY(0, Y4, Y0)
	COPY(32, Y5, Y1)
	COPY(64, Y6, Y2)
	COPY(96, Y7, Y3)
	NEXTROW(rows32)
	VZEROUPPER
	RET

rows16:
	PREFETCHT1 (SI)(R10*1)
	COPY(0, Y4, Y0)
	COPY(32, Y5, Y1)
	NEXTROW(rows16)
	VZEROUPPER
	RET

rows8:
	PREFETCHT1 (SI)(R10*1)
	COPY(0, Y4, Y0)
	NEXTROW(rows8)
	VZEROUPPER
	RET

// NEXTLANE goes to the next lane, or stays at the last one.
//
//	SI, R9    the lane, the bytes from lane to lane or 0
//	AX, BX    lanes left, 0
#define NEXTLANE(lane) \
	DECQ    AX     \
	CMOVQEQ BX, R9 \
	ADDQ    R9, SI \
	MOVQ    SI, lane

// func packColumns8AVX2(dst *float32, width int, x *float32, ld, lanes, depth int)
//
//	R8–R14, SI  where the 8 lanes end
//	AX          minus the bytes that are left of each lane
//	DI          dst
//	BX, DX      bytes to the next depth and to the third next
//
// A step transposes 4 elements of 8 lanes: the upper half of each vector holds
// lane l+4 where the lower half holds lane l, so that no shuffle has to cross
// the halves.
TEXT ·packColumns8AVX2(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ x+16(FP), SI
	MOVQ ld+24(FP), R9
	MOVQ lanes+32(FP), AX
	MOVQ depth+40(FP), CX
	SHLQ $2, CX
	ADDQ CX, SI
	SHLQ $2, R9
	XORL BX, BX
	MOVQ SI, R8
	NEXTLANE(DX)
	NEXTLANE(R10)
	NEXTLANE(R11)
	NEXTLANE(R12)
	NEXTLANE(R13)
	NEXTLANE(R14)
	DECQ    AX
	CMOVQEQ BX, R9
	ADDQ    R9, SI
	MOVQ    DX, R9
	MOVQ    width+8(FP), BX
	SHLQ    $2, BX
	LEAQ    (BX)(BX*2), DX
	MOVQ    CX, AX
	NEGQ    AX

columns8:
	// Y0 = a0 a1 a2 a3 | e0 e1 e2 e3: lanes a to h, depths 0 to 3
	VMOVUPS     (R8)(AX*1), X0
	VMOVUPS     (R9)(AX*1), X1
	VMOVUPS     (R10)(AX*1), X2
	VMOVUPS     (R11)(AX*1), X3
	VINSERTF128 $1, (R12)(AX*1), Y0, Y0
	VINSERTF128 $1, (R13)(AX*1), Y1, Y1
	VINSERTF128 $1, (R14)(AX*1), Y2, Y2
	VINSERTF128 $1, (SI)(AX*1), Y3, Y3
	VUNPCKLPS   Y1, Y0, Y4 // a0 b0 a1 b1 | e0 f0 e1 f1
	VUNPCKHPS   Y1, Y0, Y5 // a2 b2 a3 b3 | e2 f2 e3 f3
	VUNPCKLPS   Y3, Y2, Y6 // c0 d0 c1 d1 | g0 h0 g1 h1
	VUNPCKHPS   Y3, Y2, Y7 // c2 d2 c3 d3 | g2 h2 g3 h3
	VUNPCKLPD   Y6, Y4, Y0 // a0 b0 c0 d0 | e0 f0 g0 h0
	VUNPCKHPD   Y6, Y4, Y1 // a1 b1 c1 d1 | …
	VUNPCKLPD   Y7, Y5, Y2
	VUNPCKHPD   Y7, Y5, Y3
	VMOVUPS     Y0, (DI)
	VMOVUPS     Y1, (DI)(BX*1)
	VMOVUPS     Y2, (DI)(BX*2)
	VMOVUPS     Y3, (DI)(DX*1)
	LEAQ        (DI)(BX*4), DI
	ADDQ        $16, AX
	JNZ         columns8
	VZEROUPPER
	RET

// func packColumns4AVX2(dst *float32, width int, x *float32, ld, lanes, depth int)
//
//	R8, R10–R12  where the 4 lanes end; the other registers as above
TEXT ·packColumns4AVX2(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ x+16(FP), SI
	MOVQ ld+24(FP), R9
	MOVQ lanes+32(FP), AX
	MOVQ depth+40(FP), CX
	SHLQ $2, CX
	ADDQ CX, SI
	SHLQ $2, R9
	XORL BX, BX
	MOVQ SI, R8
	NEXTLANE(R10)
	NEXTLANE(R11)
	NEXTLANE(R12)
	MOVQ width+8(FP), BX
	SHLQ $2, BX
	LEAQ (BX)(BX*2), DX
	MOVQ CX, AX
	NEGQ AX

columns4:
	VMOVUPS   (R8)(AX*1), X0
	VMOVUPS   (R10)(AX*1), X1
	VMOVUPS   (R11)(AX*1), X2
	VMOVUPS   (R12)(AX*1), X3
	VUNPCKLPS X1, X0, X4
	VUNPCKHPS X1, X0, X5
	VUNPCKLPS X3, X2, X6
	VUNPCKHPS X3, X2, X7
	VUNPCKLPD X6, X4, X0
	VUNPCKHPD X6, X4, X1
	VUNPCKLPD X7, X5, X2
	VUNPCKHPD X7, X5, X3
	VMOVUPS   X0, (DI)
	VMOVUPS   X1, (DI)(BX*1)
	VMOVUPS   X2, (DI)(BX*2)
	VMOVUPS   X3, (DI)(DX*1)
	LEAQ      (DI)(BX*4), DI
	ADDQ      $16, AX
	JNZ       columns4
	VZEROUPPER
	RET
