//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "gemm_avx2.h"
#include "rows_avx2.h"

// The AVX2 micro-kernel of Gemm: a tile of up to 6×16.
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
// Why 6×16: an FMA has a latency of 4 or 5 cycles and there are two ports for
// it, so 8 or 10 independent accumulators are the least that keeps both busy; 12
// leave 4 of the 16 registers for operands. For its 12 FMAs a step loads 2
// vectors of B and broadcasts 6 elements of A: 8 loads in 6 cycles, where two
// ports could do 12.
//
// Every number of rows has a loop of its own, so that nothing is read or computed
// for rows that the tile does not have. Tiles of at most 8 columns leave the
// second vector of B out. Loads of B are masked if columns are missing.
//
//	DI        the tile
//	SI, R8    A, rows 0 and 3
//	R11       bytes from row to row of A
//	R12       bytes from step to step of A
//	BX, DX    B and the bytes from step to step
//	CX        steps left
//	R10       masks of the columns of C that exist
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
#define MASK R10

// in addition, to choose a loop and to prefetch
//
//	R13       rows of the tile
//	AX        bytes from B to the row to prefetch
//	R8, R9    where the rows of A are side by side: the line to prefetch, and the
//	          bytes to the next one
//	R13, AX   three times the bytes from step to step of B and of A
#define COUNT   R13
#define AHEAD   AX
#define NEXT    R8
#define NEXTROW R9
#define BROW3   R13
#define COL3    AX

// and before and after the loop
//
//	AX, R13   C and the bytes from row to row
//	R9        rows left
//	Y12, Y13  masks of the columns of C that exist
//	Y14, Y15  operands
#define C    AX
#define CROW R13
#define ROWS R9

// AFTERROW goes to the next row of C, or to done after the last one.
#define AFTERROW(done) \
	ADDQ CROW, C \
	DECQ ROWS    \
	JZ   done

#define ZEROROW(p, q) \
	VPXOR p, p, p \
	VPXOR q, q, q

#define ADDROW(p, q) \
	VMASKMOVPS (C), Y12, Y14   \
	VMASKMOVPS 32(C), Y13, Y15 \
	VADDPS     Y14, p, p       \
	VADDPS     Y15, q, q       \
	AFTERROW(epilogue)

// SCALEROW: p = fma(beta, C, p), with beta in Y15.
#define SCALEROW(p, q) \
	VMASKMOVPS  (C), Y12, Y14   \
	VFMADD231PS Y14, Y15, p     \
	VMASKMOVPS  32(C), Y13, Y14 \
	VFMADD231PS Y14, Y15, q     \
	AFTERROW(epilogue)

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
	AFTERROW(done)

// STOREPART is STOREROW for tiles that lack columns: a masked store takes many
// times as long on AMD.
#define STOREPART(p, q) \
	VMASKMOVPS p, Y12, (C)   \
	VMASKMOVPS q, Y13, 32(C) \
	AFTERROW(done)

// FIRSTROW sets C and ROWS for a walk through the rows of C.
#define FIRSTROW \
	MOVQ tile_c(T), C        \
	MOVQ tile_cFrom(T), ROWS \
	LEAQ (C)(ROWS*4), C      \
	MOVQ tile_rows(T), ROWS

#define PREFETCHROW(p, q) \
	PREFETCHT0 (C)   \
	PREFETCHT0 63(C) \
	AFTERROW(prefetched)

// func multiplyAVX2(t *tile, aFrom, bFrom int)
TEXT ·multiplyAVX2(SB), NOSPLIT, $0-24
	MOVQ t+0(FP), T

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
	LEAQ (ROW)(ROW*2), A3
	ADDQ A0, A3

	// The masks begin cols ones in front of the zeros.
	MOVQ tile_cols(T), AX
	SHLQ $2, AX
	LEAQ ·laneMasks+128(SB), MASK
	SUBQ AX, MASK

	EACHROW(ZEROROW)
	TESTQ K, K
	JZ    complete
	MOVQ  tile_rows(T), COUNT
	MOVQ  tile_ahead(T), AHEAD
	SHLQ  $2, AHEAD
	CMPQ  tile_cols(T), $8
	JLE   narrow
	CMPQ  tile_loads(T), $16
	JLT   part
	CHOOSE(wide1, wide2, wide3, wide4, wide5, rows6, over3)

// With 6 rows, four steps at a time: a step in wide6 has 26 instructions for its 12
// multiplications, here it has 21. Two threads that share a core decode half as many.
rows6:
	CMPQ  K, $4
	JLT   wide6
	TESTQ AHEAD, AHEAD
	JNZ   wide6
	LEAQ  (BROW)(BROW*2), BROW3
	SUBQ  $4, K
	CMPQ  ROW, $4
	JEQ   beside
	CMPQ  COL, $4
	JNE   last6

across:
	ACROSS(0, (B))
	ACROSS(1, (B)(BROW*1))
	ACROSS(2, (B)(BROW*2))
	ACROSS(3, (B)(BROW3*1))
	LEAQ (B)(BROW*4), B
	ADDQ $(4*4), A0
	ADDQ $(4*4), A3
	SUBQ $4, K
	JGE  across
	JMP  last6

beside:
	LEAQ (COL)(COL*2), COL3
	MOVQ tile_next(T), NEXT
	MOVQ tile_nextFrom(T), NEXTROW
	LEAQ (NEXT)(NEXTROW*4), NEXT
	MOVQ tile_nextRow(T), NEXTROW
	SHLQ $2, NEXTROW

besides:
	PREFETCHT1 (NEXT)
	ADDQ       NEXTROW, NEXT
	BESIDE((A0), (B))
	BESIDE((A0)(COL*1), (B)(BROW*1))
	BESIDE((A0)(COL*2), (B)(BROW*2))
	BESIDE((A0)(COL3*1), (B)(BROW3*1))
	LEAQ (A0)(COL*4), A0
	LEAQ (B)(BROW*4), B
	SUBQ $4, K
	JGE  besides
	LEAQ 12(A0), A3

last6:
	XORL AHEAD, AHEAD
	ADDQ $4, K
	JZ   complete
	LOOP(LOADB, WIDE6, wide6)
	LOOP(LOADB, WIDE5, wide5)
	LOOP(LOADB, WIDE4, wide4)
	LOOP(LOADB, WIDE3, wide3)
	LOOP(LOADB, WIDE2, wide2)
	LOOP(LOADB, WIDE1, wide1)

part:
	CHOOSE(part1, part2, part3, part4, part5, part6, partOver3)
	LOOP(LOADPART, WIDE6, part6)
	LOOP(LOADPART, WIDE5, part5)
	LOOP(LOADPART, WIDE4, part4)
	LOOP(LOADPART, WIDE3, part3)
	LOOP(LOADPART, WIDE2, part2)
	LOOP(LOADPART, WIDE1, part1)

narrow:
	CHOOSE(narrow1, narrow2, narrow3, narrow4, narrow5, narrow6, narrowOver3)
	LOOP(LOADNARROW, NARROW6, narrow6)
	LOOP(LOADNARROW, NARROW5, narrow5)
	LOOP(LOADNARROW, NARROW4, narrow4)
	LOOP(LOADNARROW, NARROW3, narrow3)
	LOOP(LOADNARROW, NARROW2, narrow2)
	LOOP(LOADNARROW, NARROW1, narrow1)

complete:
	MOVQ tile_cRow(T), CROW
	SHLQ $2, CROW
	VMOVUPS (MASK), Y12
	VMOVUPS 32(MASK), Y13

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
	MOVQ  tile_biasFrom(T), CX
	LEAQ  (BX)(CX*4), BX
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
	JLT  storePart
	EACHROW(STOREROW)

storePart:
	EACHROW(STOREPART)

done:
	VZEROUPPER
	RET
