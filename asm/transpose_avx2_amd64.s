//go:build !purego

#include "textflag.h"
#include "transpose_avx2.h"

// HALF transposes four columns of a block: each register has them of rows i and i+4.
#define HALF(at, d) \
	VMOVUPS     at(SI), X0                   \
	VMOVUPS     at(SI)(R8*1), X1             \
	VMOVUPS     at(SI)(R8*2), X2             \
	VMOVUPS     at(SI)(R9*1), X3             \
	VINSERTF128 $1, at(DX), Y0, Y0           \
	VINSERTF128 $1, at(DX)(R8*1), Y1, Y1     \
	VINSERTF128 $1, at(DX)(R8*2), Y2, Y2     \
	VINSERTF128 $1, at(DX)(R9*1), Y3, Y3     \
	TRANSPOSE                                \
	VMOVUPS     Y0, (d)                      \
	VMOVUPS     Y1, (d)(R10*1)               \
	VMOVUPS     Y2, (d)(R10*2)               \
	VMOVUPS     Y3, (d)(R11*1)

// func transposeStripAVX2(dst *float32, dstRow, dstStep int, src *float32, srcRow, srcStep, count int)
//
//	DI, BX        rows 0 and 4 of the block in dst
//	R10, R11      the bytes from row to row, once and three times
//	R12           the bytes to the next block
//	SI, DX        the same in src
//	R8, R9, R13   the same
//	CX            blocks left
//	R15, AX, R14  row 0 of the next strip, on the side where a strip is 8 rows, and
//	              the bytes from row to row, once and three times: it is prefetched,
//	              because 8 short rows are no stream that the hardware foresees
TEXT ·transposeStripAVX2(SB), NOSPLIT, $0-56
	MOVQ dst+0(FP), DI
	MOVQ dstRow+8(FP), R10
	MOVQ dstStep+16(FP), R12
	MOVQ src+24(FP), SI
	MOVQ srcRow+32(FP), R8
	MOVQ srcStep+40(FP), R13
	MOVQ count+48(FP), CX
	SHLQ $2, R10
	SHLQ $2, R12
	SHLQ $2, R8
	SHLQ $2, R13
	LEAQ (R10)(R10*2), R11
	LEAQ (R8)(R8*2), R9
	LEAQ (DI)(R10*4), BX
	LEAQ (SI)(R8*4), DX
	MOVQ R8, AX
	MOVQ SI, R15
	CMPQ R13, $32
	JEQ  source
	MOVQ R10, AX
	MOVQ DI, R15

source:
	LEAQ (R15)(AX*8), R15
	LEAQ (AX)(AX*2), R14

block:
	PREFETCHT0 (R15)
	PREFETCHT0 (R15)(AX*1)
	PREFETCHT0 (R15)(AX*2)
	PREFETCHT0 (R15)(R14*1)
	LEAQ       (R15)(AX*4), R15
	PREFETCHT0 (R15)
	PREFETCHT0 (R15)(AX*1)
	PREFETCHT0 (R15)(AX*2)
	PREFETCHT0 (R15)(R14*1)
	SUBQ       R14, R15
	SUBQ       AX, R15
	ADDQ       $32, R15
	HALF(0, DI)
	HALF(16, BX)
	ADDQ R12, DI
	ADDQ R12, BX
	ADDQ R13, SI
	ADDQ R13, DX
	DECQ CX
	JNZ  block
	VZEROUPPER
	RET
