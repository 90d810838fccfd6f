//go:build !purego

#include "textflag.h"

// The kernels of products with one row or two whose B is transposed: dot products
// of these rows with 32 rows of the memory that B is in. dots_amd64.go has the
// loop in Go.
//
// Each element of C has one accumulator, so a vector has to hold elements of 8
// rows of B: a step loads 4 elements of each of them and transposes them in
// registers. Vectors of 16 would not be faster: the shuffles take as long.
//
// Four groups of 8 rows take turns, so that the sums of one need not wait for each
// other. A turn takes 16 elements of a row, a cache line: where rows are a power of
// two apart, the lines of 32 rows at a time would not fit in their set of L1.
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

#define TRANSPOSE \
	VUNPCKLPS Y1, Y0, Y4 \
	VUNPCKHPS Y1, Y0, Y5 \
	VUNPCKLPS Y3, Y2, Y6 \
	VUNPCKHPS Y3, Y2, Y7 \
	VUNPCKLPD Y6, Y4, Y0 \
	VUNPCKHPD Y6, Y4, Y1 \
	VUNPCKLPD Y7, Y5, Y2 \
	VUNPCKHPD Y7, Y5, Y3

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
