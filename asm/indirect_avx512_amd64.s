//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "indirect.h"
#include "rows_avx512.h"

// The micro-kernel of IndirectGemm: up to 12 rows by 32 columns, as that of Gemm,
// but every row of A has a register for its address, and a table says how far the
// next element is from there.
//
//	A0–A11     rows of A
//	AT         offset of the step; behind it, what to add to four times TABLE for the
//	           address to prefetch, for which there is no register left
//	TABLE      offsets left, up to the address in end
//	B          rows of B left
//	Z0–Z23     accumulators: row i in Z(2i) and Z(2i+1)
//	Z24, Z25   B
//	Z26–Z28    A
#define A0    AX
#define A1    BX
#define A2    CX
#define A3    DX
#define A4    SI
#define A5    DI
#define A6    BP
#define A7    R8
#define A8    R9
#define A9    R10
#define A10   R11
#define A11   R12
#define AT    R13
#define TABLE R14
#define B     R15

// and before and after the loop
//
//	ARGS       the arguments
//	AT, B      A and the table of its rows
//	TABLE      the number of rows
//	SI, DI, CX C, the table of its rows, and how many are left
//	AX         the row
#define ARGS R8

// MULTIPLYn multiplies their elements by the row of B.
#define MULTIPLY(r, t, p, q) \
	VBROADCASTSS (r)(AT*4), t \
	VFMADD231PS  Z24, t, p    \
	VFMADD231PS  Z25, t, q

#define MULTIPLY1 MULTIPLY(A0, Z26, Z0, Z1)
#define MULTIPLY2 MULTIPLY1 MULTIPLY(A1, Z27, Z2, Z3)
#define MULTIPLY3 MULTIPLY2 MULTIPLY(A2, Z28, Z4, Z5)
#define MULTIPLY4 MULTIPLY3 MULTIPLY(A3, Z26, Z6, Z7)
#define MULTIPLY5 MULTIPLY4 MULTIPLY(A4, Z27, Z8, Z9)
#define MULTIPLY6 MULTIPLY5 MULTIPLY(A5, Z28, Z10, Z11)
#define MULTIPLY7 MULTIPLY6 MULTIPLY(A6, Z26, Z12, Z13)
#define MULTIPLY8 MULTIPLY7 MULTIPLY(A7, Z27, Z14, Z15)
#define MULTIPLY9 MULTIPLY8 MULTIPLY(A8, Z28, Z16, Z17)
#define MULTIPLY10 MULTIPLY9 MULTIPLY(A9, Z26, Z18, Z19)
#define MULTIPLY11 MULTIPLY10 MULTIPLY(A10, Z27, Z20, Z21)
#define MULTIPLY12 MULTIPLY11 MULTIPLY(A11, Z28, Z22, Z23)

// ROWS computes a tile of so many rows.
#define ROWS(find, multiply, rows, loop) \
rows:                           \
	find                        \
	MOVQ x+0(FP), TABLE         \
	MOVQ indirectArgs_b(TABLE), B      \
	MOVQ indirectArgs_at(TABLE), TABLE \
loop:                           \
	MOVQ       (TABLE), AT      \
	VMOVUPS    (B), Z24         \
	VMOVUPS    64(B), Z25       \
	ADDQ       $8, TABLE        \
	SUBQ       $-128, B         \
	multiply                    \
	MOVQ       ahead-16(SP), AT \
	PREFETCHT1 (AT)(TABLE*4)    \
	CMPQ       TABLE, end-8(SP) \
	JNE        loop             \
	JMP        complete

#define ZEROROW(p, q) \
	VPXORQ p, p, p \
	VPXORQ q, q, q

#define FIRSTROW \
	MOVQ indirectArgs_c(ARGS), SI     \
	MOVQ indirectArgs_tileC(ARGS), DI \
	MOVQ indirectArgs_tile(ARGS), CX

#define ADDROW(p, q) \
	THISROW             \
	VADDPS (AX), p, p   \
	VADDPS 64(AX), q, q \
	AFTERROW(store)

#define STOREROW(p, q) \
	THISROW           \
	VMOVUPS p, (AX)   \
	VMOVUPS q, 64(AX) \
	AFTERROW(done)

// func indirectAVX512(x *indirectArgs)
TEXT ·indirectAVX512(SB), NOSPLIT, $16-8
	MOVQ x+0(FP), ARGS

product:
	PRODUCT

tile:
	TILE
	MOVQ AX, TABLE
	MOVQ indirectArgs_at(ARGS), BX
	MOVQ indirectArgs_k(ARGS), CX
	LEAQ (BX)(CX*8), CX
	MOVQ CX, end-8(SP)
	MOVQ indirectArgs_next(ARGS), CX
	SHLQ $2, BX
	SUBQ BX, CX
	MOVQ CX, ahead-16(SP)
	MOVQ indirectArgs_a(ARGS), AT
	MOVQ indirectArgs_tileA(ARGS), B
	EACHROW(ZEROROW)
	CMPQ TABLE, $2
	JLT  rows1
	JEQ  rows2
	CMPQ TABLE, $4
	JLT  rows3
	JEQ  rows4
	CMPQ TABLE, $6
	JLT  rows5
	JEQ  rows6
	CMPQ TABLE, $8
	JLT  rows7
	JEQ  rows8
	CMPQ TABLE, $10
	JLT  rows9
	JEQ  rows10
	CMPQ TABLE, $12
	JLT  rows11
	ROWS(FIND12, MULTIPLY12, rows12, loop12)
	ROWS(FIND11, MULTIPLY11, rows11, loop11)
	ROWS(FIND10, MULTIPLY10, rows10, loop10)
	ROWS(FIND9, MULTIPLY9, rows9, loop9)
	ROWS(FIND8, MULTIPLY8, rows8, loop8)
	ROWS(FIND7, MULTIPLY7, rows7, loop7)
	ROWS(FIND6, MULTIPLY6, rows6, loop6)
	ROWS(FIND5, MULTIPLY5, rows5, loop5)
	ROWS(FIND4, MULTIPLY4, rows4, loop4)
	ROWS(FIND3, MULTIPLY3, rows3, loop3)
	ROWS(FIND2, MULTIPLY2, rows2, loop2)
	ROWS(FIND1, MULTIPLY1, rows1, loop1)

complete:
	MOVQ x+0(FP), ARGS
	FIRSTROW
	CMPQ indirectArgs_add(ARGS), $0
	JEQ  store
	EACHROW(ADDROW)

store:
	FIRSTROW
	EACHROW(STOREROW)

done:
	AFTERTILE(product, tile, inside)
	VZEROUPPER
	RET
