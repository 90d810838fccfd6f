//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// The AVX2 micro-kernel of Gemm: a tile of 6×16.
//
// Its loop, in Go:
//
//	for range t.k {
//		for i := range 6 {
//			for j := range 16 {
//				acc[i][j] = fma(a[i*aRow], b[j], acc[i][j])
//			}
//		}
//		a, b = a[aCol:], b[bRow:]
//	}
//
// Why 6×16: an FMA has a latency of 4 or 5 cycles and there are two ports for
// it, so 8 or 10 independent accumulators are the least that keeps both busy; 12
// leave 4 of the 16 registers for operands. For its 12 FMAs a step loads 2
// vectors of B and broadcasts 6 elements of A: 8 loads in 6 cycles, where two
// ports could do 12.
//
// A tile of at most 3 rows runs a loop of its own; its panel of A has padding.
// Columns that C does not have are computed from the padding of B and masked in
// every access to C and to the bias.
//
//	DI        the tile
//	SI, R8    A, rows 0 and 3
//	R11       bytes from row to row of A
//	R12       bytes from step to step of A
//	BX, DX    B and the bytes from step to step
//	CX        steps left
//	Y0–Y11    accumulators: row i in Y(2i) and Y(2i+1)
//	Y12, Y13  B
//	Y14, Y15  A
#define T    DI
#define A0   SI
#define A3   R8
#define ROW  R11
#define COL  R12
#define B    BX
#define BROW DX
#define K    CX

// and once the accumulators are complete
//
//	AX, R13   C and the bytes from row to row
//	R9        rows left
//	Y12, Y13  masks of the columns of C that exist
//	Y14, Y15  operands
#define C    AX
#define CROW R13
#define ROWS R9

#define LOADB \
	VMOVUPS (B), Y12   \
	VMOVUPS 32(B), Y13 \
	ADDQ    BROW, B

// THREE multiplies three rows of A, from base on, by the vectors of B.
#define THREE(base, p0, q0, p1, q1, p2, q2) \
	VBROADCASTSS (base), Y14        \
	VBROADCASTSS (base)(ROW*1), Y15 \
	VFMADD231PS  Y12, Y14, p0       \
	VFMADD231PS  Y13, Y14, q0       \
	VBROADCASTSS (base)(ROW*2), Y14 \
	ADDQ         COL, base          \
	VFMADD231PS  Y12, Y15, p1       \
	VFMADD231PS  Y13, Y15, q1       \
	VFMADD231PS  Y12, Y14, p2       \
	VFMADD231PS  Y13, Y14, q2

#define STEP3 \
	LOADB \
	THREE(A0, Y0, Y1, Y2, Y3, Y4, Y5)

#define STEP6 \
	STEP3 \
	THREE(A3, Y6, Y7, Y8, Y9, Y10, Y11)

// PACKED is STEP6 number u of four for packed panels: no strides, and with them
// 3 of 24 instructions less.
#define PACKED(u) \
	VMOVUPS      (u*64+0)(B), Y12   \
	VMOVUPS      (u*64+32)(B), Y13  \
	VBROADCASTSS (u*24+0)(A0), Y14  \
	VFMADD231PS  Y12, Y14, Y0       \
	VFMADD231PS  Y13, Y14, Y1       \
	VBROADCASTSS (u*24+4)(A0), Y15  \
	VFMADD231PS  Y12, Y15, Y2       \
	VFMADD231PS  Y13, Y15, Y3       \
	VBROADCASTSS (u*24+8)(A0), Y14  \
	VFMADD231PS  Y12, Y14, Y4       \
	VFMADD231PS  Y13, Y14, Y5       \
	VBROADCASTSS (u*24+12)(A0), Y15 \
	VFMADD231PS  Y12, Y15, Y6       \
	VFMADD231PS  Y13, Y15, Y7       \
	VBROADCASTSS (u*24+16)(A0), Y14 \
	VFMADD231PS  Y12, Y14, Y8       \
	VFMADD231PS  Y13, Y14, Y9       \
	VBROADCASTSS (u*24+20)(A0), Y15 \
	VFMADD231PS  Y12, Y15, Y10      \
	VFMADD231PS  Y13, Y15, Y11

// LOOP takes K steps, four at a time as long as there are four.
#define LOOP(step, loop, tail, last) \
	SUBQ $4, K    \
	JLT  tail     \
loop:             \
	step          \
	step          \
	step          \
	step          \
	SUBQ $4, K    \
	JGE  loop     \
tail:             \
	ADDQ $4, K    \
	JZ   complete \
last:             \
	step          \
	DECQ K        \
	JNZ  last     \
	JMP  complete

// NEXTROW goes to the next row of C, or to done after the last one.
#define NEXTROW(done) \
	ADDQ CROW, C \
	DECQ ROWS    \
	JZ   done

// EACHROW applies a macro to the accumulators of every row.
#define EACHROW(op) \
	op(Y0, Y1) \
	op(Y2, Y3) \
	op(Y4, Y5) \
	op(Y6, Y7) \
	op(Y8, Y9) \
	op(Y10, Y11)

#define ZEROROW(p, q) \
	VPXOR p, p, p \
	VPXOR q, q, q

#define ADDROW(p, q) \
	VMASKMOVPS (C), Y12, Y14   \
	VMASKMOVPS 32(C), Y13, Y15 \
	VADDPS     Y14, p, p       \
	VADDPS     Y15, q, q       \
	NEXTROW(epilogue)

// SCALEROW: p = fma(beta, C, p), with beta in Y15.
#define SCALEROW(p, q) \
	VMASKMOVPS  (C), Y12, Y14   \
	VFMADD231PS Y14, Y15, p     \
	VMASKMOVPS  32(C), Y13, Y14 \
	VFMADD231PS Y14, Y15, q     \
	NEXTROW(epilogue)

#define BIASROW(p, q) \
	VADDPS Y14, p, p \
	VADDPS Y15, q, q

// RELUROW: p = p < 0 ? 0 : p, with zeros in Y14. VMAXPS returns its memory-side
// operand, here p, where one of the two is a NaN and where both are zeros.
#define RELUROW(p, q) \
	VMAXPS p, Y14, p \
	VMAXPS q, Y14, q

#define STOREROW(p, q) \
	VMOVUPS p, (C)   \
	VMOVUPS q, 32(C) \
	NEXTROW(done)

// STOREPART is STOREROW for tiles that lack columns: a masked store takes many
// times as long on AMD.
#define STOREPART(p, q) \
	VMASKMOVPS p, Y12, (C)   \
	VMASKMOVPS q, Y13, 32(C) \
	NEXTROW(done)

// FIRSTROW sets C and ROWS for a walk through the rows of C.
#define FIRSTROW \
	MOVQ tile_c(T), C       \
	MOVQ tile_rows(T), ROWS

#define PREFETCHROW(p, q) \
	PREFETCHT0 (C)   \
	PREFETCHT0 63(C) \
	ADDQ       CROW, C

// func multiplyAVX2(t *tile)
TEXT ·multiplyAVX2(SB), NOSPLIT, $0-8
	MOVQ t+0(FP), T

	MOVQ tile_c(T), C
	MOVQ tile_cRow(T), CROW
	SHLQ $2, CROW
	EACHROW(PREFETCHROW)

	MOVQ tile_k(T), K
	MOVQ tile_a(T), A0
	MOVQ tile_aRow(T), ROW
	MOVQ tile_aCol(T), COL
	MOVQ tile_b(T), B
	MOVQ tile_bRow(T), BROW
	SHLQ $2, ROW
	SHLQ $2, COL
	SHLQ $2, BROW
	LEAQ (ROW)(ROW*2), A3
	ADDQ A0, A3

	EACHROW(ZEROROW)

	MOVQ tile_rows(T), AX
	CMPQ AX, $3
	JGT  rows6
	LOOP(STEP3, loop3, tail3, last3)

rows6:
	CMPQ K, $4
	JLT  strided
	CMPQ ROW, $4
	JNE  strided
	CMPQ COL, $(4*6)
	JNE  strided
	CMPQ BROW, $(4*16)
	JNE  strided
	SUBQ $4, K

packed:
	PACKED(0)
	PACKED(1)
	PACKED(2)
	PACKED(3)
	ADDQ $(4*4*6), A0
	ADDQ $(4*4*6), A3
	ADDQ $(4*4*16), B
	SUBQ $4, K
	JGE  packed
	JMP  tail6

strided:
	LOOP(STEP6, loop6, tail6, last6)

complete:
	// The masks begin cols ones in front of the zeros.
	MOVQ    tile_cols(T), CX
	SHLQ    $2, CX
	LEAQ    ·laneMasks+128(SB), BX
	SUBQ    CX, BX
	VMOVUPS (BX), Y12
	VMOVUPS 32(BX), Y13

	FIRSTROW
	MOVQ tile_start(T), DX
	CMPQ DX, $const_addC
	JLT  epilogue
	JGT  scale
	EACHROW(ADDROW)

scale:
	VBROADCASTSS tile_beta(T), Y15
	EACHROW(SCALEROW)

epilogue:
	MOVQ  tile_bias(T), BX
	TESTQ BX, BX
	JZ    relu
	VMASKMOVPS (BX), Y12, Y14
	VMASKMOVPS 32(BX), Y13, Y15
	EACHROW(BIASROW)

relu:
	CMPB tile_relu(T), $0
	JEQ  store
	VPXOR Y14, Y14, Y14
	EACHROW(RELUROW)

store:
	FIRSTROW
	CMPQ tile_cols(T), $16
	JLT  part
	EACHROW(STOREROW)

part:
	EACHROW(STOREPART)

done:
	VZEROUPPER
	RET
