//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// The AVX2 kernel of products with one row: a tile of 1×96, with B where it
// lies.
//
// Its loop, in Go:
//
//	for range t.k {
//		for j := range 96 {
//			acc[j] = fma(a[0], b[j], acc[j])
//		}
//		a, b = a[aCol:], b[bRow:]
//	}
//
// Every element of B is used once, so that loading it is what takes time: 384 bytes
// of each row are read in sequence, which suits the prefetchers better than the one
// line of a tile of 6×16 does.
//
//	DI        the tile
//	SI, R12   A and the bytes from step to step
//	BX, DX    B and the bytes from step to step
//	CX        steps left
//	AX        C
//	Y0–Y11    accumulators
//	Y14, Y15  operands

// EACH applies a macro to every accumulator and the offset of its columns.
#define EACH(op) \
	op(0, Y0) \
	op(32, Y1) \
	op(64, Y2) \
	op(96, Y3) \
	op(128, Y4) \
	op(160, Y5) \
	op(192, Y6) \
	op(224, Y7) \
	op(256, Y8) \
	op(288, Y9) \
	op(320, Y10) \
	op(352, Y11)

#define ZERO(offset, acc) \
	VPXOR acc, acc, acc
#define MULTIPLY(offset, acc) \
	VFMADD231PS offset(BX), Y14, acc
#define ADD(offset, acc) \
	VADDPS offset(AX), acc, acc
#define ADDBIAS(offset, acc) \
	VADDPS offset(BX), acc, acc
#define STORE(offset, acc) \
	VMOVUPS acc, offset(AX)

// SCALE: acc = fma(beta, C, acc), with beta in Y14.
#define SCALE(offset, acc) \
	VFMADD231PS offset(AX), Y14, acc

// RELU: acc = acc < 0 ? 0 : acc. VMAXPS returns its memory-side operand, here acc,
// where one of the two is a NaN and where both are zeros.
#define RELU(offset, acc) \
	VMAXPS acc, Y15, acc

// func multiplyRowAVX2(t *tile, aFrom, bFrom int)
TEXT ·multiplyRowAVX2(SB), NOSPLIT, $0-24
	MOVQ t+0(FP), DI
	MOVQ tile_k(DI), CX
	MOVQ tile_a(DI), SI
	MOVQ aFrom+8(FP), AX
	LEAQ (SI)(AX*4), SI
	MOVQ tile_aCol(DI), R12
	MOVQ tile_b(DI), BX
	MOVQ bFrom+16(FP), AX
	LEAQ (BX)(AX*4), BX
	MOVQ tile_bRow(DI), DX
	SHLQ $2, R12
	SHLQ $2, DX
	EACH(ZERO)
	TESTQ CX, CX
	JZ    complete

loop:
	VBROADCASTSS (SI), Y14
	EACH(MULTIPLY)
	ADDQ         R12, SI
	ADDQ         DX, BX
	DECQ         CX
	JNZ          loop

complete:
	MOVQ tile_c(DI), AX
	MOVQ tile_cFrom(DI), DX
	LEAQ (AX)(DX*4), AX
	MOVQ tile_start(DI), DX
	CMPQ DX, $const_addC
	JLT  epilogue
	JGT  scale
	EACH(ADD)
	JMP  epilogue

scale:
	VBROADCASTSS tile_beta(DI), Y14
	EACH(SCALE)

epilogue:
	MOVQ  tile_bias(DI), BX
	TESTQ BX, BX
	JZ    relu
	MOVQ  tile_biasFrom(DI), CX
	LEAQ  (BX)(CX*4), BX
	EACH(ADDBIAS)

relu:
	CMPB tile_relu(DI), $0
	JEQ  store
	VPXOR Y15, Y15, Y15
	EACH(RELU)

store:
	EACH(STORE)
	VZEROUPPER
	RET
