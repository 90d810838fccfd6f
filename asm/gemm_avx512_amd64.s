//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// The AVX-512 micro-kernel of Gemm: a tile of 12×32.
//
// Its loop, in Go:
//
//	for range t.k {
//		for i := range 12 {
//			for j := range 32 {
//				acc[i][j] = fma(a[i*aRow], b[j], acc[i][j])
//			}
//		}
//		a, b = a[aCol:], b[bRow:]
//	}
//
// Why 12×32: an FMA has a latency of 4 cycles and there are two ports for it, so
// 8 independent accumulators are the least that keeps both busy; 24 leave 8 of
// the 32 registers for operands. For its 24 FMAs a step loads 2 vectors of B and
// broadcasts 12 elements of A: 14 loads in 12 cycles, where two ports could do
// 24. A broadcast as memory operand of each FMA would make it 26.
//
// A tile with fewer rows runs a loop for the next multiple of 3 rows; its panel
// of A has padding. A tile of at most 16 columns leaves the second vector of B
// out. Other columns that C does not have are computed from the padding of B and
// masked in every access to C and to the bias.
//
//	DI         the tile
//	SI         A, row 0     R8  row 3     R9  row 6     R10 row 9
//	R11        bytes from row to row of A
//	R12        bytes from step to step of A
//	BX, DX     B and the bytes from step to step
//	CX         steps left
//	Z0–Z23     accumulators: row i in Z(2i) and Z(2i+1)
//	Z24, Z25   B
//	Z26–Z28    A
#define T    DI
#define A0   SI
#define A3   R8
#define A6   R9
#define A9   R10
#define ROW  R11
#define COL  R12
#define B    BX
#define BROW DX
#define K    CX

// and once the accumulators are complete
//
//	AX, R13    C and the bytes from row to row
//	R9         rows left
//	K1, K2     the columns of C that exist
#define C    AX
#define CROW R13
#define ROWS R9

#define LOADB \
	VMOVUPS (B), Z24   \
	VMOVUPS 64(B), Z25 \
	ADDQ    BROW, B

// THREE multiplies three rows of A, from base on, by the vectors of B.
#define THREE(base, p0, q0, p1, q1, p2, q2) \
	VBROADCASTSS (base), Z26        \
	VBROADCASTSS (base)(ROW*1), Z27 \
	VBROADCASTSS (base)(ROW*2), Z28 \
	ADDQ         COL, base          \
	VFMADD231PS  Z24, Z26, p0       \
	VFMADD231PS  Z25, Z26, q0       \
	VFMADD231PS  Z24, Z27, p1       \
	VFMADD231PS  Z25, Z27, q1       \
	VFMADD231PS  Z24, Z28, p2       \
	VFMADD231PS  Z25, Z28, q2

#define STEP3 \
	LOADB \
	THREE(A0, Z0, Z1, Z2, Z3, Z4, Z5)

#define STEP6 \
	STEP3 \
	THREE(A3, Z6, Z7, Z8, Z9, Z10, Z11)

#define STEP9 \
	STEP6 \
	THREE(A6, Z12, Z13, Z14, Z15, Z16, Z17)

#define STEP12 \
	STEP9 \
	THREE(A9, Z18, Z19, Z20, Z21, Z22, Z23)

// PACKED is STEP12 number u of four for packed panels: no strides, and with them
// 5 of 43 instructions less.
#define PACKED(u) \
	VMOVUPS      (u*128+0)(B), Z24     \
	VMOVUPS      (u*128+64)(B), Z25    \
	VBROADCASTSS (u*48+0)(A0), Z26     \
	VFMADD231PS  Z24, Z26, Z0          \
	VFMADD231PS  Z25, Z26, Z1          \
	VBROADCASTSS (u*48+4)(A0), Z27     \
	VFMADD231PS  Z24, Z27, Z2          \
	VFMADD231PS  Z25, Z27, Z3          \
	VBROADCASTSS (u*48+8)(A0), Z28     \
	VFMADD231PS  Z24, Z28, Z4          \
	VFMADD231PS  Z25, Z28, Z5          \
	VBROADCASTSS (u*48+12)(A0), Z26    \
	VFMADD231PS  Z24, Z26, Z6          \
	VFMADD231PS  Z25, Z26, Z7          \
	VBROADCASTSS (u*48+16)(A0), Z27    \
	VFMADD231PS  Z24, Z27, Z8          \
	VFMADD231PS  Z25, Z27, Z9          \
	VBROADCASTSS (u*48+20)(A0), Z28    \
	VFMADD231PS  Z24, Z28, Z10         \
	VFMADD231PS  Z25, Z28, Z11         \
	VBROADCASTSS (u*48+24)(A0), Z26    \
	VFMADD231PS  Z24, Z26, Z12         \
	VFMADD231PS  Z25, Z26, Z13         \
	VBROADCASTSS (u*48+28)(A0), Z27    \
	VFMADD231PS  Z24, Z27, Z14         \
	VFMADD231PS  Z25, Z27, Z15         \
	VBROADCASTSS (u*48+32)(A0), Z28    \
	VFMADD231PS  Z24, Z28, Z16         \
	VFMADD231PS  Z25, Z28, Z17         \
	VBROADCASTSS (u*48+36)(A0), Z26    \
	VFMADD231PS  Z24, Z26, Z18         \
	VFMADD231PS  Z25, Z26, Z19         \
	VBROADCASTSS (u*48+40)(A0), Z27    \
	VFMADD231PS  Z24, Z27, Z20         \
	VFMADD231PS  Z25, Z27, Z21         \
	VBROADCASTSS (u*48+44)(A0), Z28    \
	VFMADD231PS  Z24, Z28, Z22         \
	VFMADD231PS  Z25, Z28, Z23

// NARROW multiplies three rows by the first vector of B only, for tiles of at most
// 16 columns.
#define NARROW(base, p0, p1, p2) \
	VBROADCASTSS (base), Z26        \
	VBROADCASTSS (base)(ROW*1), Z27 \
	VBROADCASTSS (base)(ROW*2), Z28 \
	ADDQ         COL, base          \
	VFMADD231PS  Z24, Z26, p0       \
	VFMADD231PS  Z24, Z27, p1       \
	VFMADD231PS  Z24, Z28, p2

#define NARROW3 \
	VMOVUPS (B), Z24 \
	ADDQ    BROW, B  \
	NARROW(A0, Z0, Z2, Z4)

#define NARROW6 \
	NARROW3 \
	NARROW(A3, Z6, Z8, Z10)

#define NARROW9 \
	NARROW6 \
	NARROW(A6, Z12, Z14, Z16)

#define NARROW12 \
	NARROW9 \
	NARROW(A9, Z18, Z20, Z22)

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
	op(Z0, Z1) \
	op(Z2, Z3) \
	op(Z4, Z5) \
	op(Z6, Z7) \
	op(Z8, Z9) \
	op(Z10, Z11) \
	op(Z12, Z13) \
	op(Z14, Z15) \
	op(Z16, Z17) \
	op(Z18, Z19) \
	op(Z20, Z21) \
	op(Z22, Z23)

#define ZEROROW(p, q) \
	VPXORQ p, p, p \
	VPXORQ q, q, q

#define ADDROW(p, q) \
	VADDPS (C), p, K1, p   \
	VADDPS 64(C), q, K2, q \
	NEXTROW(epilogue)

// SCALEROW: p = fma(beta, C, p), with beta in Z24.
#define SCALEROW(p, q) \
	VFMADD231PS (C), Z24, K1, p   \
	VFMADD231PS 64(C), Z24, K2, q \
	NEXTROW(epilogue)

#define STOREROW(p, q) \
	VMOVUPS p, K1, (C)   \
	VMOVUPS q, K2, 64(C) \
	NEXTROW(done)

// FIRSTROW sets C and ROWS for a walk through the rows of C.
#define FIRSTROW \
	MOVQ tile_c(T), C       \
	MOVQ tile_rows(T), ROWS

#define BIASROW(p, q) \
	VADDPS Z24, p, p \
	VADDPS Z25, q, q

// RELUROW: p = p < 0 ? 0 : p. VMAXPS returns its memory-side operand, here p,
// where one of the two is a NaN and where both are zeros.
#define RELUROW(p, q) \
	VMAXPS p, Z24, p \
	VMAXPS q, Z24, q

#define PREFETCHROW(p, q) \
	PREFETCHT0 (C)    \
	PREFETCHT0 127(C) \
	ADDQ       CROW, C

// func multiplyAVX512(t *tile)
TEXT ·multiplyAVX512(SB), NOSPLIT, $0-8
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
	LEAQ (ROW)(ROW*2), AX
	LEAQ (A0)(AX*1), A3
	LEAQ (A0)(AX*2), A6
	LEAQ (A3)(AX*2), A9

	EACHROW(ZEROROW)

	MOVQ tile_rows(T), AX
	CMPQ tile_cols(T), $16
	JLE  narrow
	CMPQ AX, $9
	JGT  rows12
	CMPQ AX, $6
	JGT  rows9
	CMPQ AX, $3
	JGT  rows6
	LOOP(STEP3, loop3, tail3, last3)

rows6:
	LOOP(STEP6, loop6, tail6, last6)

rows9:
	LOOP(STEP9, loop9, tail9, last9)

rows12:
	CMPQ K, $4
	JLT  strided
	CMPQ ROW, $4
	JNE  strided
	CMPQ COL, $(4*12)
	JNE  strided
	CMPQ BROW, $(4*32)
	JNE  strided
	SUBQ $4, K

packed:
	PACKED(0)
	PACKED(1)
	PACKED(2)
	PACKED(3)
	ADDQ $(4*4*12), A0
	ADDQ $(4*4*12), A3
	ADDQ $(4*4*12), A6
	ADDQ $(4*4*12), A9
	ADDQ $(4*4*32), B
	SUBQ $4, K
	JGE  packed
	JMP  tail12

strided:
	LOOP(STEP12, loop12, tail12, last12)

narrow:
	CMPQ AX, $9
	JGT  narrow12
	CMPQ AX, $6
	JGT  narrow9
	CMPQ AX, $3
	JGT  narrow6
	LOOP(NARROW3, nloop3, ntail3, nlast3)

narrow6:
	LOOP(NARROW6, nloop6, ntail6, nlast6)

narrow9:
	LOOP(NARROW9, nloop9, ntail9, nlast9)

narrow12:
	LOOP(NARROW12, nloop12, ntail12, nlast12)

complete:
	// K1, K2 = the low and high half of a mask of cols ones.
	MOVQ  tile_cols(T), CX
	MOVQ  $1, AX
	SHLQ  CX, AX
	DECQ  AX
	KMOVW AX, K1
	SHRQ  $16, AX
	KMOVW AX, K2

	FIRSTROW
	MOVQ tile_start(T), DX
	CMPQ DX, $const_addC
	JLT  epilogue
	JGT  scale
	EACHROW(ADDROW)

scale:
	VBROADCASTSS tile_beta(T), Z24
	EACHROW(SCALEROW)

epilogue:
	MOVQ  tile_bias(T), BX
	TESTQ BX, BX
	JZ    relu
	VMOVUPS.Z (BX), K1, Z24
	VMOVUPS.Z 64(BX), K2, Z25
	EACHROW(BIASROW)

relu:
	CMPB tile_relu(T), $0
	JEQ  store
	VPXORQ Z24, Z24, Z24
	EACHROW(RELUROW)

store:
	FIRSTROW
	EACHROW(STOREROW)

done:
	VZEROUPPER
	RET
