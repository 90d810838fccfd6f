//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// The AVX-512 kernel of products with one row: a tile of 1×256, with B where it
// lies.
//
// Its loop, in Go:
//
//	for range t.k {
//		for j := range 256 {
//			acc[j] = fma(a[0], b[j], acc[j])
//		}
//		a, b = a[aCol:], b[bRow:]
//	}
//
// Every element of B is used once, so that loading it is what takes time: 1 KiB of
// each row are read in sequence, which suits the prefetchers better than the two
// lines of a tile of 12×32 do.
//
//	DI        the tile
//	SI, R12   A and the bytes from step to step
//	BX, DX    B and the bytes from step to step
//	CX        steps left
//	AX        C
//	Z0–Z15    accumulators
//	Z16, Z17  operands

// EACH applies a macro to every accumulator and the offset of its columns.
#define EACH(op) \
	op(0, Z0) \
	op(64, Z1) \
	op(128, Z2) \
	op(192, Z3) \
	op(256, Z4) \
	op(320, Z5) \
	op(384, Z6) \
	op(448, Z7) \
	op(512, Z8) \
	op(576, Z9) \
	op(640, Z10) \
	op(704, Z11) \
	op(768, Z12) \
	op(832, Z13) \
	op(896, Z14) \
	op(960, Z15)

#define ZERO(offset, acc) \
	VPXORQ acc, acc, acc
#define MULTIPLY(offset, acc) \
	VFMADD231PS offset(BX), Z16, acc
#define ADD(offset, acc) \
	VADDPS offset(AX), acc, acc
#define ADDBIAS(offset, acc) \
	VADDPS offset(BX), acc, acc
#define STORE(offset, acc) \
	VMOVUPS acc, offset(AX)

// SCALE: acc = fma(beta, C, acc), with beta in Z16.
#define SCALE(offset, acc) \
	VFMADD231PS offset(AX), Z16, acc

// RELU: acc = acc < 0 ? 0 : acc. VMAXPS returns its memory-side operand, here acc,
// where one of the two is a NaN and where both are zeros.
#define RELU(offset, acc) \
	VMAXPS acc, Z17, acc

// func multiplyRowAVX512(t *tile, aFrom, bFrom int)
TEXT ·multiplyRowAVX512(SB), NOSPLIT, $0-24
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
	VBROADCASTSS (SI), Z16
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
	VBROADCASTSS tile_beta(DI), Z16
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
	VPXORQ Z17, Z17, Z17
	EACH(RELU)

store:
	EACH(STORE)
	VZEROUPPER
	RET
