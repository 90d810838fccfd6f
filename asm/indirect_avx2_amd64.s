//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "indirect.h"
#include "rows_avx2.h"

// The micro-kernel of IndirectGemm: up to 6 rows by 16 columns at a time, as that of
// Gemm, but every row of A has a register for its address, and a table says how far
// the next element is from there.
//
//	A0–A5      rows of A
//	AT         offset of the step
//	TABLE      offsets left
//	K          how many they are
//	B          rows of B left
//	HALF       bytes of B and C before the columns: 0, then 64
//	NEXT       what to prefetch
//	ARGS       the arguments
//	Y0–Y11     accumulators: row i in Y(2i) and Y(2i+1)
//	Y12, Y13   B
//	Y14, Y15   A
#define A0    AX
#define A1    BX
#define A2    CX
#define A3    DX
#define A4    SI
#define A5    DI
#define AT    R8
#define TABLE R9
#define K     R10
#define B     R11
#define HALF  R12
#define NEXT  R13
#define ARGS  R15

// and before and after the loop
//
//	AT, B      A and the table of its rows
//	TABLE      the number of rows
//	SI, DI, CX C, the table of its rows, and how many are left
//	AX         the row

// MULTIPLYn multiplies their elements by the row of B.
#define MULTIPLY(r, t, p, q) \
	VBROADCASTSS (r)(AT*4), t \
	VFMADD231PS  Y12, t, p    \
	VFMADD231PS  Y13, t, q

#define MULTIPLY1 MULTIPLY(A0, Y14, Y0, Y1)
#define MULTIPLY2 MULTIPLY1 MULTIPLY(A1, Y15, Y2, Y3)
#define MULTIPLY3 MULTIPLY2 MULTIPLY(A2, Y14, Y4, Y5)
#define MULTIPLY4 MULTIPLY3 MULTIPLY(A3, Y15, Y6, Y7)
#define MULTIPLY5 MULTIPLY4 MULTIPLY(A4, Y14, Y8, Y9)
#define MULTIPLY6 MULTIPLY5 MULTIPLY(A5, Y15, Y10, Y11)

// ROWS computes half of the columns of a tile of so many rows.
#define ROWS(find, multiply, rows, loop) \
rows:                      \
	find                   \
	MOVQ indirectArgs_at(ARGS), TABLE \
	MOVQ indirectArgs_k(ARGS), K      \
	MOVQ indirectArgs_b(ARGS), B      \
	ADDQ HALF, B           \
loop:                      \
	MOVQ       (TABLE), AT \
	VMOVUPS    (B), Y12    \
	VMOVUPS    32(B), Y13  \
	ADDQ       $8, TABLE   \
	SUBQ       $-128, B    \
	multiply               \
	PREFETCHT1 (NEXT)      \
	ADDQ       $32, NEXT   \
	DECQ       K           \
	JNZ        loop        \
	JMP        complete

#define ZEROROW(p, q) \
	VPXOR p, p, p \
	VPXOR q, q, q

#define FIRSTROW \
	MOVQ indirectArgs_c(ARGS), SI     \
	ADDQ HALF, SI                     \
	MOVQ indirectArgs_tileC(ARGS), DI \
	MOVQ indirectArgs_tile(ARGS), CX

#define ADDROW(p, q) \
	THISROW             \
	VADDPS (AX), p, p   \
	VADDPS 32(AX), q, q \
	AFTERROW(store)

#define STOREROW(p, q) \
	THISROW           \
	VMOVUPS p, (AX)   \
	VMOVUPS q, 32(AX) \
	AFTERROW(stored)

// func indirectAVX2(x *indirectArgs)
TEXT ·indirectAVX2(SB), NOSPLIT, $0-8
	MOVQ x+0(FP), ARGS

product:
	PRODUCT

tile:
	TILE
	XORL HALF, HALF

half:
	MOVQ indirectArgs_next(ARGS), NEXT
	MOVQ indirectArgs_a(ARGS), AT
	MOVQ indirectArgs_tileA(ARGS), B
	MOVQ indirectArgs_tile(ARGS), TABLE
	EACHROW(ZEROROW)
	CMPQ TABLE, $2
	JLT  rows1
	JEQ  rows2
	CMPQ TABLE, $4
	JLT  rows3
	JEQ  rows4
	CMPQ TABLE, $6
	JLT  rows5
	ROWS(FIND6, MULTIPLY6, rows6, loop6)
	ROWS(FIND5, MULTIPLY5, rows5, loop5)
	ROWS(FIND4, MULTIPLY4, rows4, loop4)
	ROWS(FIND3, MULTIPLY3, rows3, loop3)
	ROWS(FIND2, MULTIPLY2, rows2, loop2)
	ROWS(FIND1, MULTIPLY1, rows1, loop1)

complete:
	FIRSTROW
	CMPQ indirectArgs_add(ARGS), $0
	JEQ  store
	EACHROW(ADDROW)

store:
	FIRSTROW
	EACHROW(STOREROW)

stored:
	ADDQ $64, HALF
	CMPQ HALF, $128
	JLT  half
	AFTERTILE(product, tile, inside)
	VZEROUPPER
	RET
