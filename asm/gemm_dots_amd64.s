//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "transpose_avx2.h"

// The kernels of products with few rows whose B is transposed: dot products of these
// rows with rows of the memory that B is in, 32 of them for one row or two.
// gemm_dots_amd64.go has the loops in Go.
//
// Each element of C has one accumulator, so a vector has to hold elements of 8
// rows of B: a step loads 4 elements of each of them and transposes them in
// registers. Vectors of 16 would not be faster: the shuffles take as long.
//
// Four groups of 8 rows take turns, so that the sums of one need not wait for each
// other. A turn takes 4 elements of a row, or 16, a cache line, where rows are a
// multiple of 4 KiB apart: the lines of 32 rows would not fit in their set of L1.
//
//	DI       dst
//	SI, R13  the rows of A
//	R8–R11   B, the first row of each group
//	AX, BX   bytes from row to row of B, 3 times that
//	DX, R12  5 and 7 times that
//	CX       elements left
//	Y8–Y11   accumulators of the first row of A, one for each group
//	Y12–Y15  accumulators of the second row
//	Y0–Y7    operands

// LOAD loads 4 elements of each of the rows a to h, X0 = a0 a1 a2 a3 | e0 e1 e2 e3.
#define LOAD(offset, base) \
	VMOVUPS     offset(base), X0                   \
	VMOVUPS     offset(base)(AX*1), X1             \
	VMOVUPS     offset(base)(AX*2), X2             \
	VMOVUPS     offset(base)(BX*1), X3             \
	VINSERTF128 $1, offset(base)(AX*4), Y0, Y0     \
	VINSERTF128 $1, offset(base)(DX*1), Y1, Y1     \
	VINSERTF128 $1, offset(base)(BX*2), Y2, Y2     \
	VINSERTF128 $1, offset(base)(R12*1), Y3, Y3

// LOADPART loads what the mask in X7 says, and zeros.
#define LOADPART(base) \
	VMASKMOVPS  (base), X7, X0        \
	VMASKMOVPS  (base)(AX*1), X7, X1  \
	VMASKMOVPS  (base)(AX*2), X7, X2  \
	VMASKMOVPS  (base)(BX*1), X7, X3  \
	VMASKMOVPS  (base)(AX*4), X7, X4  \
	VMASKMOVPS  (base)(DX*1), X7, X5  \
	VMASKMOVPS  (base)(BX*2), X7, X6  \
	VMASKMOVPS  (base)(R12*1), X7, X7 \
	VINSERTF128 $1, X4, Y0, Y0        \
	VINSERTF128 $1, X5, Y1, Y1        \
	VINSERTF128 $1, X6, Y2, Y2        \
	VINSERTF128 $1, X7, Y3, Y3

#define MULTIPLY(offset, row, acc) \
	VBROADCASTSS offset(row), Y4       \
	VBROADCASTSS (offset+4)(row), Y5   \
	VBROADCASTSS (offset+8)(row), Y6   \
	VBROADCASTSS (offset+12)(row), Y7  \
	VFMADD231PS  Y4, Y0, acc           \
	VFMADD231PS  Y5, Y1, acc           \
	VFMADD231PS  Y6, Y2, acc           \
	VFMADD231PS  Y7, Y3, acc

#define FOUR1(offset, base, acc, acc2) \
	LOAD(offset, base)        \
	TRANSPOSE                 \
	MULTIPLY(offset, SI, acc)

#define FOUR2(offset, base, acc, acc2) \
	FOUR1(offset, base, acc, acc2) \
	MULTIPLY(offset, R13, acc2)

#define PART1(base, acc, acc2) \
	VMOVUPS   (R14), X7  \
	LOADPART(base)       \
	TRANSPOSE            \
	MULTIPLY(0, SI, acc)

#define PART2(base, acc, acc2) \
	PART1(base, acc, acc2)  \
	MULTIPLY(0, R13, acc2)

#define SIXTEEN(four, base, acc, acc2) \
	four(0, base, acc, acc2)  \
	four(16, base, acc, acc2) \
	four(32, base, acc, acc2) \
	four(48, base, acc, acc2) \
	ADDQ $64, base

// DOTS is everything between the arguments and the stores.
#define DOTS(four, part) \
	SHLQ   $2, AX                  \
	LEAQ   (AX)(AX*2), BX          \
	LEAQ   (AX)(AX*4), DX          \
	LEAQ   (BX)(AX*4), R12         \
	LEAQ   (R8)(AX*8), R9          \
	LEAQ   (R9)(AX*8), R10         \
	LEAQ   (R10)(AX*8), R11        \
	VXORPS Y8, Y8, Y8              \
	VXORPS Y9, Y9, Y9              \
	VXORPS Y10, Y10, Y10           \
	VXORPS Y11, Y11, Y11           \
	VXORPS Y12, Y12, Y12           \
	VXORPS Y13, Y13, Y13           \
	VXORPS Y14, Y14, Y14           \
	VXORPS Y15, Y15, Y15           \
	SUBQ   $16, CX                 \
	JLT    fours                   \
	TESTQ  $4095, AX               \
	JNZ    fours                   \
sixteens:                          \
	SIXTEEN(four, R8, Y8, Y12)     \
	SIXTEEN(four, R9, Y9, Y13)     \
	SIXTEEN(four, R10, Y10, Y14)   \
	SIXTEEN(four, R11, Y11, Y15)   \
	ADDQ   $64, SI                 \
	ADDQ   $64, R13                \
	SUBQ   $16, CX                 \
	JGE    sixteens                \
fours:                             \
	ADDQ   $(16-4), CX             \
	JLT    rest                    \
loop4:                             \
	four(0, R8, Y8, Y12)           \
	four(0, R9, Y9, Y13)           \
	four(0, R10, Y10, Y14)         \
	four(0, R11, Y11, Y15)         \
	ADDQ   $16, R8                 \
	ADDQ   $16, R9                 \
	ADDQ   $16, R10                \
	ADDQ   $16, R11                \
	ADDQ   $16, SI                 \
	ADDQ   $16, R13                \
	SUBQ   $4, CX                  \
	JGE    loop4                   \
rest:                              \
	ADDQ   $4, CX                  \
	JZ     store                   \
	SHLQ   $2, CX                  \
	LEAQ   ·laneMasks+128(SB), R14 \
	SUBQ   CX, R14                 \
	part(R8, Y8, Y12)              \
	part(R9, Y9, Y13)              \
	part(R10, Y10, Y14)            \
	part(R11, Y11, Y15)            \
store:                             \
	VMOVUPS Y8, (DI)               \
	VMOVUPS Y9, 32(DI)             \
	VMOVUPS Y10, 64(DI)            \
	VMOVUPS Y11, 96(DI)

// func dots1AVX2(dst *[32]float32, a *float32, b *float32, ldb, k int)
TEXT ·dots1AVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), R8
	MOVQ ldb+24(FP), AX
	MOVQ k+32(FP), CX
	DOTS(FOUR1, PART1)
	VZEROUPPER
	RET

// func dots2AVX2(dst, dst2 *[32]float32, a, a2 *float32, b *float32, ldb, k int)
TEXT ·dots2AVX2(SB), NOSPLIT, $0-56
	MOVQ dst+0(FP), DI
	MOVQ a+16(FP), SI
	MOVQ a2+24(FP), R13
	MOVQ b+32(FP), R8
	MOVQ ldb+40(FP), AX
	MOVQ k+48(FP), CX
	DOTS(FOUR2, PART2)
	MOVQ dst2+8(FP), DI
	VMOVUPS Y12, (DI)
	VMOVUPS Y13, 32(DI)
	VMOVUPS Y14, 64(DI)
	VMOVUPS Y15, 96(DI)
	VZEROUPPER
	RET

// Up to eight rows of A are packed, side by side at every step, mostly three or more. COLUMNn multiplies
// 8 elements of B by n of A; the sums of the first four rows are in p to s, those of
// the others in Y12–Y15.
#define COLUMN(a, b, temp, acc) \
	VBROADCASTSS (a)(SI), temp \
	VFMADD231PS  temp, b, acc

#define COLUMN1(a, b, p, q, r, s) COLUMN(a, b, Y4, p)
#define COLUMN2(a, b, p, q, r, s) COLUMN1(a, b, p, q, r, s) COLUMN((a+4), b, Y5, q)
#define COLUMN3(a, b, p, q, r, s) COLUMN2(a, b, p, q, r, s) COLUMN((a+8), b, Y6, r)
#define COLUMN4(a, b, p, q, r, s) COLUMN3(a, b, p, q, r, s) COLUMN((a+12), b, Y7, s)
#define COLUMN5(a, b, p, q, r, s) COLUMN4(a, b, p, q, r, s) COLUMN((a+16), b, Y4, Y12)
#define COLUMN6(a, b, p, q, r, s) COLUMN5(a, b, p, q, r, s) COLUMN((a+20), b, Y5, Y13)
#define COLUMN7(a, b, p, q, r, s) COLUMN6(a, b, p, q, r, s) COLUMN((a+24), b, Y6, Y14)
#define COLUMN8(a, b, p, q, r, s) COLUMN7(a, b, p, q, r, s) COLUMN((a+28), b, Y7, Y15)

// GROUP multiplies the 4 elements of 8 rows of B that have been loaded.
#define GROUP(column, rows, p, q, r, s) \
	TRANSPOSE                                     \
	column((4*0*rows), Y0, p, q, r, s) \
	column((4*1*rows), Y1, p, q, r, s) \
	column((4*2*rows), Y2, p, q, r, s) \
	column((4*3*rows), Y3, p, q, r, s)

// MASK points R14 to a mask of the CX elements that are left.
#define MASK \
	SHLQ $2, CX                  \
	LEAQ ·laneMasks+128(SB), R14 \
	SUBQ CX, R14

#define PART(column, rows, base, p, q, r, s) \
	VMOVUPS (R14), X7                        \
	LOADPART(base)                           \
	GROUP(column, rows, p, q, r, s)

// ROWS computes 8 columns of C for a number of rows that has sums enough to keep the
// multipliers busy.
#define ROWS(column, rows, begin, loop, rest) \
begin:                                               \
	SUBQ $4, CX                                      \
	JLT  rest                                        \
loop:                                                \
	LOAD(0, R8)                                      \
	GROUP(column, rows, Y8, Y9, Y10, Y11)         \
	ADDQ $16, R8                                     \
	ADDQ $(16*rows), SI                              \
	SUBQ $4, CX                                      \
	JGE  loop                                        \
rest:                                                \
	ADDQ $4, CX                                      \
	JZ   store                                       \
	MASK                                             \
	PART(column, rows, R8, Y8, Y9, Y10, Y11)         \
	JMP  store

// PAIR computes 16 columns of C for fewer rows, with sums of two groups in turn.
#define PAIR(column, rows, begin, loop, rest) \
begin:                                               \
	LEAQ (R8)(AX*8), R10                             \
	SUBQ $4, CX                                      \
	JLT  rest                                        \
loop:                                                \
	LOAD(0, R8)                                      \
	GROUP(column, rows, Y8, Y9, Y10, Y11)            \
	LOAD(0, R10)                                     \
	GROUP(column, rows, Y12, Y13, Y14, Y15)          \
	ADDQ $16, R8                                     \
	ADDQ $16, R10                                    \
	ADDQ $(16*rows), SI                              \
	SUBQ $4, CX                                      \
	JGE  loop                                        \
rest:                                                \
	ADDQ $4, CX                                      \
	JZ   storePair                                   \
	MASK                                             \
	PART(column, rows, R8, Y8, Y9, Y10, Y11)         \
	PART(column, rows, R10, Y12, Y13, Y14, Y15)      \
	JMP  storePair

// STORE stores the sums of a row, and goes on with the next row.
#define STORE(acc) \
	VMOVUPS acc, (DI)            \
	ADDQ    $(4*const_maxLanes), DI \
	DECQ    R9                   \
	JZ      next

#define STOREPAIR(acc, acc2) \
	VMOVUPS acc2, 32(DI) \
	STORE(acc)

// func dotsPackedAVX2(dst *float32, rows, columns int, a *float32, b *float32, ldb, k int)
//
//	R9   rows
//	R11  columns at a time
TEXT ·dotsPackedAVX2(SB), NOSPLIT, $0-56
	MOVQ ldb+40(FP), AX
	SHLQ $2, AX
	LEAQ (AX)(AX*2), BX
	LEAQ (AX)(AX*4), DX
	LEAQ (BX)(AX*4), R12

columns:
	MOVQ   dst+0(FP), DI
	MOVQ   rows+8(FP), R9
	MOVQ   a+24(FP), SI
	MOVQ   b+32(FP), R8
	MOVQ   k+48(FP), CX
	VXORPS Y8, Y8, Y8
	VXORPS Y9, Y9, Y9
	VXORPS Y10, Y10, Y10
	VXORPS Y11, Y11, Y11
	VXORPS Y12, Y12, Y12
	VXORPS Y13, Y13, Y13
	VXORPS Y14, Y14, Y14
	VXORPS Y15, Y15, Y15
	MOVL   $16, R11
	CMPQ   R9, $2
	JLT    begin1
	JEQ    begin2
	CMPQ   R9, $4
	JLT    begin3
	JEQ    begin4
	MOVL   $8, R11
	CMPQ   R9, $6
	JLT    begin5
	JEQ    begin6
	CMPQ   R9, $8
	JLT    begin7
	ROWS(COLUMN8, 8, begin8, loop8, rest8)
	ROWS(COLUMN7, 7, begin7, loop7, rest7)
	ROWS(COLUMN6, 6, begin6, loop6, rest6)
	ROWS(COLUMN5, 5, begin5, loop5, rest5)
	PAIR(COLUMN4, 4, begin4, loop4, rest4)
	PAIR(COLUMN3, 3, begin3, loop3, rest3)
	PAIR(COLUMN2, 2, begin2, loop2, rest2)
	PAIR(COLUMN1, 1, begin1, loop1, rest1)

storePair:
	STOREPAIR(Y8, Y12)
	STOREPAIR(Y9, Y13)
	STOREPAIR(Y10, Y14)
	STOREPAIR(Y11, Y15)

store:
	STORE(Y8)
	STORE(Y9)
	STORE(Y10)
	STORE(Y11)
	STORE(Y12)
	STORE(Y13)
	STORE(Y14)
	STORE(Y15)

next:
	MOVQ  dst+0(FP), DI
	LEAQ  (DI)(R11*4), DI
	MOVQ  DI, dst+0(FP)
	MOVQ  AX, R8
	IMULQ R11, R8
	ADDQ  R8, b+32(FP)
	SUBQ  R11, columns+16(FP)
	JGT   columns
	VZEROUPPER
	RET
