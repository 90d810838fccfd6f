//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "gemm_avx512.h"
#include "rows_avx512.h"

// The AVX-512 micro-kernel of Gemm: a tile of up to 12×32.
//
// Its loop, in Go:
//
//	for range t.k {
//		for i := range t.rows {
//			for j := range t.cols {
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
// Every number of rows has a loop of its own, so that nothing is read or computed
// for rows that the tile does not have. Tiles of at most 16 columns leave the
// second vector of B out. Loads of B are masked if columns are missing.
//
//	DI         the tile
//	SI         A, row 0     R8  row 3     R9  row 6     R10 row 9
//	R11        bytes from row to row of A
//	R12        bytes from step to step of A
//	BX, DX     B and the bytes from step to step
//	CX         steps left
//	K1, K2     the columns of C that exist
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

// in addition, to choose a loop and to prefetch
//
//	R13        rows of the tile
//	AX         bytes from B to the row to prefetch
//	R8, R9     where both panels are packed: the line to prefetch, and the bytes to
//	           the next one
#define COUNT   R13
#define AHEAD   AX
#define NEXT    R8
#define NEXTROW R9

// and before and after the loop
//
//	AX, R13    C and the bytes from row to row
//	R9         rows left
#define C    AX
#define CROW R13
#define ROWS R9

// FIRSTROW sets C and ROWS for a walk through the rows of C.
#define FIRSTROW \
	MOVQ tile_c(T), C        \
	MOVQ tile_cFrom(T), ROWS \
	LEAQ (C)(ROWS*4), C      \
	MOVQ tile_rows(T), ROWS

// AFTERROW goes to the next row of C, or to done after the last one.
#define AFTERROW(done) \
	ADDQ CROW, C \
	DECQ ROWS    \
	JZ   done

#define PREFETCHROW(p, q) \
	PREFETCHT0 (C)    \
	PREFETCHT0 127(C) \
	AFTERROW(prefetched)

#define ZEROROW(p, q) \
	VPXORQ p, p, p \
	VPXORQ q, q, q

#define ADDROW(p, q) \
	VADDPS (C), p, K1, p   \
	VADDPS 64(C), q, K2, q \
	AFTERROW(epilogue)

// SCALEROW: p = fma(beta, C, p), with beta in Z24.
#define SCALEROW(p, q) \
	VFMADD231PS (C), Z24, K1, p   \
	VFMADD231PS 64(C), Z24, K2, q \
	AFTERROW(epilogue)

#define BIASROW(p, q) \
	VADDPS Z24, p, p \
	VADDPS Z25, q, q

// RELUROW: p = p < 0 ? 0 : p. VMAXPS returns its memory-side operand, here p,
// where one of the two is a NaN and where both are zeros.
#define RELUROW(p, q) \
	VMAXPS p, Z24, p \
	VMAXPS q, Z24, q

#define STOREROW(p, q) \
	VMOVUPS p, K1, (C)   \
	VMOVUPS q, K2, 64(C) \
	AFTERROW(done)

// func multiplyAVX512(t *tile, aFrom, bFrom int)
TEXT ·multiplyAVX512(SB), NOSPLIT, $0-24
	MOVQ t+0(FP), T

	// K1, K2 = the low and high half of a mask of cols ones.
	MOVQ  tile_cols(T), CX
	MOVQ  $1, AX
	SHLQ  CX, AX
	DECQ  AX
	KMOVW AX, K1
	SHRQ  $16, AX
	KMOVW AX, K2

	MOVQ tile_cRow(T), CROW
	SHLQ $2, CROW
	MOVQ tile_k(T), K
	CMPQ K, tile_longK(T)
	JLT  prefetched
	FIRSTROW
	EACHROW(PREFETCHROW)

prefetched:
	MOVQ tile_a(T), A0
	MOVQ aFrom+8(FP), AX
	LEAQ (A0)(AX*4), A0
	MOVQ tile_aRow(T), ROW
	MOVQ tile_aCol(T), COL
	MOVQ tile_b(T), B
	MOVQ bFrom+16(FP), AX
	LEAQ (B)(AX*4), B
	MOVQ tile_bRow(T), BROW
	SHLQ $2, ROW
	SHLQ $2, COL
	SHLQ $2, BROW
	LEAQ (ROW)(ROW*2), AX
	LEAQ (A0)(AX*1), A3
	LEAQ (A0)(AX*2), A6
	LEAQ (A3)(AX*2), A9

	EACHROW(ZEROROW)
	TESTQ K, K
	JZ    complete
	MOVQ  tile_rows(T), COUNT
	MOVQ  tile_ahead(T), AHEAD
	SHLQ  $2, AHEAD
	CMPQ  tile_cols(T), $16
	JLE   narrow
	CMPQ  tile_loads(T), $32
	JLT   part
	CHOOSE(wide1, wide2, wide3, wide4, wide5, wide6, wide7, wide8, wide9, wide10, wide11, rows12, over4, over8)

rows12:
	CMPQ K, $4
	JLT  wide12
	CMPQ ROW, $4
	JNE  wide12
	CMPQ COL, $(4*12)
	JNE  wide12
	CMPQ BROW, $(4*32)
	JNE  wide12
	SUBQ $4, K
	MOVQ tile_next(T), NEXT
	MOVQ tile_nextFrom(T), NEXTROW
	LEAQ (NEXT)(NEXTROW*4), NEXT
	MOVQ tile_nextRow(T), NEXTROW
	SHLQ $2, NEXTROW

packed:
	PACKED(0)
	PACKED(1)
	PACKED(2)
	PACKED(3)
	ADDQ $(4*4*12), A0
	ADDQ $(4*4*32), B
	SUBQ $4, K
	JGE  packed
	ADDQ $4, K
	JZ   complete
	LEAQ 12(A0), A3
	LEAQ 24(A0), A6
	LEAQ 36(A0), A9
	LOOP(LOADB, WIDE12, wide12)
	LOOP(LOADB, WIDE11, wide11)
	LOOP(LOADB, WIDE10, wide10)
	LOOP(LOADB, WIDE9, wide9)
	LOOP(LOADB, WIDE8, wide8)
	LOOP(LOADB, WIDE7, wide7)
	LOOP(LOADB, WIDE6, wide6)
	LOOP(LOADB, WIDE5, wide5)
	LOOP(LOADB, WIDE4, wide4)
	LOOP(LOADB, WIDE3, wide3)
	LOOP(LOADB, WIDE2, wide2)
	LOOP(LOADB, WIDE1, wide1)

part:
	CHOOSE(part1, part2, part3, part4, part5, part6, part7, part8, part9, part10, part11, part12, partOver4, partOver8)
	LOOP(LOADPART, WIDE12, part12)
	LOOP(LOADPART, WIDE11, part11)
	LOOP(LOADPART, WIDE10, part10)
	LOOP(LOADPART, WIDE9, part9)
	LOOP(LOADPART, WIDE8, part8)
	LOOP(LOADPART, WIDE7, part7)
	LOOP(LOADPART, WIDE6, part6)
	LOOP(LOADPART, WIDE5, part5)
	LOOP(LOADPART, WIDE4, part4)
	LOOP(LOADPART, WIDE3, part3)
	LOOP(LOADPART, WIDE2, part2)
	LOOP(LOADPART, WIDE1, part1)

narrow:
	CHOOSE(narrow1, narrow2, narrow3, narrow4, narrow5, narrow6, narrow7, narrow8, narrow9, narrow10, narrow11, narrow12, narrowOver4, narrowOver8)
	LOOP(LOADNARROW, NARROW12, narrow12)
	LOOP(LOADNARROW, NARROW11, narrow11)
	LOOP(LOADNARROW, NARROW10, narrow10)
	LOOP(LOADNARROW, NARROW9, narrow9)
	LOOP(LOADNARROW, NARROW8, narrow8)
	LOOP(LOADNARROW, NARROW7, narrow7)
	LOOP(LOADNARROW, NARROW6, narrow6)
	LOOP(LOADNARROW, NARROW5, narrow5)
	LOOP(LOADNARROW, NARROW4, narrow4)
	LOOP(LOADNARROW, NARROW3, narrow3)
	LOOP(LOADNARROW, NARROW2, narrow2)
	LOOP(LOADNARROW, NARROW1, narrow1)

complete:
	MOVQ tile_cRow(T), CROW
	SHLQ $2, CROW
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
	MOVQ  tile_biasFrom(T), CX
	LEAQ  (BX)(CX*4), BX
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
