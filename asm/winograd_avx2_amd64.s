//go:build !purego

#include "textflag.h"
#include "transpose_avx2.h"

// Each function transforms vectors of 8, first one side, whose results go to a
// table in the frame, aligned, at R15, then the other: the element in row a of c
// columns and column b is 32·(c·a + b) bytes from its start.

// The registers of constants, which are in memory as winogradConstants lists them.
#define FIVE_HALVES Y15
#define TWO Y14
#define HALF Y13
#define ROOT_HALF Y12
#define ROOT Y11
#define QUARTER_ROOT Y15
#define EIGHT Y11
#define TWO_THIRDS Y15
#define THIRD_ROOT Y12
#define SIXTH Y11
#define SIXTH_ROOT Y10
#define THIRD Y12

// CONSTANT loads the constant at a number of bytes.
#define CONSTANT(at, register) VMOVUPS ·winogradConstants+at(SB), register

#define TABLE \
	LEAQ 31(SP), R15 \
	ANDQ $~31, R15

// TILES puts the addresses of 8 tiles of the array at R13, whose offsets are at
// R12, into registers.
#define TILES \
	MOVQ (R12), AX          \
	MOVQ 8(R12), BX         \
	MOVQ 16(R12), CX        \
	MOVQ 24(R12), DX        \
	MOVQ 32(R12), SI        \
	MOVQ 40(R12), R8        \
	MOVQ 48(R12), R9        \
	MOVQ 56(R12), R14       \
	LEAQ (R13)(AX*4), AX    \
	LEAQ (R13)(BX*4), BX    \
	LEAQ (R13)(CX*4), CX    \
	LEAQ (R13)(DX*4), DX    \
	LEAQ (R13)(SI*4), SI    \
	LEAQ (R13)(R8*4), R8    \
	LEAQ (R13)(R9*4), R9    \
	LEAQ (R13)(R14*4), R14

// LOAD4 puts columns 0 to 3 of the row R10 bytes from the tiles' starts into Y0
// to Y3.
#define LOAD4 \
	VMOVUPS     (AX)(R10*1), X0          \
	VMOVUPS     (BX)(R10*1), X1          \
	VMOVUPS     (CX)(R10*1), X2          \
	VMOVUPS     (DX)(R10*1), X3          \
	VINSERTF128 $1, (SI)(R10*1), Y0, Y0  \
	VINSERTF128 $1, (R8)(R10*1), Y1, Y1  \
	VINSERTF128 $1, (R9)(R10*1), Y2, Y2  \
	VINSERTF128 $1, (R14)(R10*1), Y3, Y3 \
	TRANSPOSE

// LOAD2 puts columns 4 and 5 into Y4 and Y5.
#define LOAD2 \
	VMOVSD      16(AX)(R10*1), X4      \
	VMOVSD      16(CX)(R10*1), X5      \
	VMOVSD      16(SI)(R10*1), X6      \
	VMOVSD      16(R9)(R10*1), X7      \
	VMOVHPS     16(BX)(R10*1), X4, X4  \
	VMOVHPS     16(DX)(R10*1), X5, X5  \
	VMOVHPS     16(R8)(R10*1), X6, X6  \
	VMOVHPS     16(R14)(R10*1), X7, X7 \
	VINSERTF128 $1, X6, Y4, Y6         \
	VINSERTF128 $1, X7, Y5, Y7         \
	VSHUFPS     $0x88, Y7, Y6, Y4      \
	VSHUFPS     $0xDD, Y7, Y6, Y5

// STEPS puts once and six times the bytes from component to component into R9
// and R8.
#define STEPS(step) \
	MOVQ step, R9        \
	LEAQ (R9)(R9*2), R8  \
	ADDQ R8, R8

// INPUT multiplies Y0 to Y5 by Bᵀ.
#define INPUT \
	VADDPS       Y4, Y0, Y0          \
	VADDPS       Y5, Y1, Y5          \
	VFNMADD231PS FIVE_HALVES, Y2, Y0 \
	VFNMADD231PS FIVE_HALVES, Y3, Y5 \
	VMOVAPS      Y4, Y6              \
	VMOVAPS      Y3, Y7              \
	VFNMADD231PS HALF, Y2, Y6        \
	VFNMADD231PS HALF, Y1, Y7        \
	VFMSUB231PS  TWO, Y2, Y4         \
	VFMSUB231PS  TWO, Y1, Y3         \
	VMOVAPS      Y4, Y1              \
	VMOVAPS      Y4, Y2              \
	VFMADD231PS  ROOT_HALF, Y3, Y1   \
	VFNMADD231PS ROOT_HALF, Y3, Y2   \
	VMOVAPS      Y6, Y3              \
	VMOVAPS      Y6, Y4              \
	VFMADD231PS  ROOT, Y7, Y3        \
	VFNMADD231PS ROOT, Y7, Y4

// TO6 writes Y0 to Y5 to row a of the table.
#define TO6(a) \
	VMOVAPS Y0, 192*a+0(R15)   \
	VMOVAPS Y1, 192*a+32(R15)  \
	VMOVAPS Y2, 192*a+64(R15)  \
	VMOVAPS Y3, 192*a+96(R15)  \
	VMOVAPS Y4, 192*a+128(R15) \
	VMOVAPS Y5, 192*a+160(R15)

// STORE6 writes Y0 to Y5 to column DX of the result, whose rows are R8 apart.
#define STORE6 \
	LEAQ    (DX)(R8*2), R11 \
	ADDQ    R8, R11         \
	VMOVUPS Y0, (DX)        \
	VMOVUPS Y1, (DX)(R8*1)  \
	VMOVUPS Y2, (DX)(R8*2)  \
	VMOVUPS Y3, (R11)       \
	VMOVUPS Y4, (R11)(R8*1) \
	VMOVUPS Y5, (R11)(R8*2) \
	ADDQ    R9, DX

#define INPUTROW(a) \
	LOAD4                \
	LOAD2                \
	INPUT                \
	TO6(a)

#define INPUTCOLUMN(b) \
	VMOVAPS 32*b+0(R15), Y0   \
	VMOVAPS 32*b+192(R15), Y1 \
	VMOVAPS 32*b+384(R15), Y2 \
	VMOVAPS 32*b+576(R15), Y3 \
	VMOVAPS 32*b+768(R15), Y4 \
	VMOVAPS 32*b+960(R15), Y5 \
	INPUT                     \
	STORE6

// func winogradInputAVX2(dst *float32, step int, src *float32, row int, tiles *int, n int)
TEXT ·winogradInputAVX2(SB), 0, $1184-48
	MOVQ dst+0(FP), DI
	MOVQ src+16(FP), R13
	MOVQ tiles+32(FP), R12
	SHLQ $2, step+8(FP)
	SHLQ $2, row+24(FP)
	CONSTANT(0, FIVE_HALVES)
	CONSTANT(32, TWO)
	CONSTANT(64, HALF)
	CONSTANT(96, ROOT_HALF)
	CONSTANT(128, ROOT)
	TABLE

input:
	TILES
	XORL R10, R10
	INPUTROW(0)
	ADDQ row+24(FP), R10
	INPUTROW(1)
	ADDQ row+24(FP), R10
	INPUTROW(2)
	ADDQ row+24(FP), R10
	INPUTROW(3)
	ADDQ row+24(FP), R10
	INPUTROW(4)
	ADDQ row+24(FP), R10
	INPUTROW(5)
	STEPS(step+8(FP))
	MOVQ DI, DX
	INPUTCOLUMN(0)
	INPUTCOLUMN(1)
	INPUTCOLUMN(2)
	INPUTCOLUMN(3)
	INPUTCOLUMN(4)
	INPUTCOLUMN(5)
	ADDQ $32, DI
	ADDQ $64, R12
	SUBQ $8, n+40(FP)
	JNZ  input
	VZEROUPPER
	RET

// LOAD6 puts column DX of the source, whose rows are R8 apart, into Y0 to Y5.
#define LOAD6 \
	LEAQ    (DX)(R8*2), R11 \
	ADDQ    R8, R11         \
	VMOVUPS (DX), Y0        \
	VMOVUPS (DX)(R8*1), Y1  \
	VMOVUPS (DX)(R8*2), Y2  \
	VMOVUPS (R11), Y3       \
	VMOVUPS (R11)(R8*1), Y4 \
	VMOVUPS (R11)(R8*2), Y5 \
	ADDQ    R9, DX

// OUTPUT multiplies Y0 to Y5 by Aᵀ; the results are in Y0 to Y3.
#define OUTPUT \
	VADDPS      Y2, Y1, Y6            \
	VSUBPS      Y2, Y1, Y7            \
	VADDPS      Y4, Y3, Y8            \
	VSUBPS      Y4, Y3, Y9            \
	VADDPS      Y6, Y0, Y0            \
	VADDPS      Y8, Y0, Y0            \
	VMOVAPS     Y7, Y1                \
	VFMADD231PS TWO, Y9, Y1           \
	VMULPS      ROOT_HALF, Y1, Y1     \
	VMULPS      HALF, Y6, Y2          \
	VFMADD231PS TWO, Y8, Y2           \
	VFMADD231PS EIGHT, Y9, Y7         \
	VMOVAPS     Y5, Y3                \
	VFMADD231PS QUARTER_ROOT, Y7, Y3

#define OUTPUTCOLUMN(b) \
	LOAD6                     \
	OUTPUT                    \
	VMOVAPS Y0, 32*b+0(R15)   \
	VMOVAPS Y1, 32*b+192(R15) \
	VMOVAPS Y2, 32*b+384(R15) \
	VMOVAPS Y3, 32*b+576(R15)

// FROM6 puts row a of the table into Y0 to Y5.
#define FROM6(a) \
	VMOVAPS 192*a+0(R15), Y0   \
	VMOVAPS 192*a+32(R15), Y1  \
	VMOVAPS 192*a+64(R15), Y2  \
	VMOVAPS 192*a+96(R15), Y3  \
	VMOVAPS 192*a+128(R15), Y4 \
	VMOVAPS 192*a+160(R15), Y5

#define OUTPUTROW(p) \
	FROM6(p)                              \
	OUTPUT                                \
	TRANSPOSE                             \
	VMOVUPS      X0, (AX)(R10*1)          \
	VMOVUPS      X1, (BX)(R10*1)          \
	VMOVUPS      X2, (CX)(R10*1)          \
	VMOVUPS      X3, (DX)(R10*1)          \
	VEXTRACTF128 $1, Y0, (SI)(R10*1)      \
	VEXTRACTF128 $1, Y1, (R8)(R10*1)      \
	VEXTRACTF128 $1, Y2, (R9)(R10*1)      \
	VEXTRACTF128 $1, Y3, (R14)(R10*1)

// func winogradOutputAVX2(dst *float32, row int, tiles *int, n int, src *float32, step int)
TEXT ·winogradOutputAVX2(SB), 0, $800-48
	MOVQ dst+0(FP), R13
	MOVQ tiles+16(FP), R12
	MOVQ src+32(FP), DI
	SHLQ $2, row+8(FP)
	SHLQ $2, step+40(FP)
	CONSTANT(32, TWO)
	CONSTANT(64, HALF)
	CONSTANT(96, ROOT_HALF)
	CONSTANT(160, QUARTER_ROOT)
	CONSTANT(192, EIGHT)
	TABLE

output:
	STEPS(step+40(FP))
	MOVQ DI, DX
	OUTPUTCOLUMN(0)
	OUTPUTCOLUMN(1)
	OUTPUTCOLUMN(2)
	OUTPUTCOLUMN(3)
	OUTPUTCOLUMN(4)
	OUTPUTCOLUMN(5)
	TILES
	XORL R10, R10
	OUTPUTROW(0)
	ADDQ row+8(FP), R10
	OUTPUTROW(1)
	ADDQ row+8(FP), R10
	OUTPUTROW(2)
	ADDQ row+8(FP), R10
	OUTPUTROW(3)
	ADDQ $32, DI
	ADDQ $64, R12
	SUBQ $8, n+24(FP)
	JNZ  output
	VZEROUPPER
	RET

// GRAD multiplies Y0 to Y3 by A; the results are in Y0 to Y5.
#define GRAD \
	VMOVAPS      Y3, Y5             \
	VMOVAPS      Y0, Y6             \
	VMOVAPS      Y1, Y7             \
	VFMADD231PS  HALF, Y2, Y6       \
	VFMADD231PS  HALF, Y3, Y7       \
	VMOVAPS      Y0, Y8             \
	VFMADD231PS  TWO, Y2, Y8        \
	VMOVAPS      Y1, Y9             \
	VFMADD231PS  TWO, Y3, Y9        \
	VMOVAPS      Y6, Y1             \
	VMOVAPS      Y6, Y2             \
	VFMADD231PS  ROOT_HALF, Y7, Y1  \
	VFNMADD231PS ROOT_HALF, Y7, Y2  \
	VMOVAPS      Y8, Y3             \
	VMOVAPS      Y8, Y4             \
	VFMADD231PS  ROOT, Y9, Y3       \
	VFNMADD231PS ROOT, Y9, Y4

#define GRADROW(p) \
	LOAD4                \
	GRAD                 \
	TO6(p)

#define GRADCOLUMN(b) \
	VMOVAPS 32*b+0(R15), Y0   \
	VMOVAPS 32*b+192(R15), Y1 \
	VMOVAPS 32*b+384(R15), Y2 \
	VMOVAPS 32*b+576(R15), Y3 \
	GRAD                      \
	STORE6

// func winogradOutputGradAVX2(dst *float32, step int, src *float32, row int, tiles *int, n int)
TEXT ·winogradOutputGradAVX2(SB), 0, $800-48
	MOVQ dst+0(FP), DI
	MOVQ src+16(FP), R13
	MOVQ tiles+32(FP), R12
	SHLQ $2, step+8(FP)
	SHLQ $2, row+24(FP)
	CONSTANT(32, TWO)
	CONSTANT(64, HALF)
	CONSTANT(96, ROOT_HALF)
	CONSTANT(128, ROOT)
	TABLE

grad:
	TILES
	XORL R10, R10
	GRADROW(0)
	ADDQ row+24(FP), R10
	GRADROW(1)
	ADDQ row+24(FP), R10
	GRADROW(2)
	ADDQ row+24(FP), R10
	GRADROW(3)
	STEPS(step+8(FP))
	MOVQ DI, DX
	GRADCOLUMN(0)
	GRADCOLUMN(1)
	GRADCOLUMN(2)
	GRADCOLUMN(3)
	GRADCOLUMN(4)
	GRADCOLUMN(5)
	ADDQ $32, DI
	ADDQ $64, R12
	SUBQ $8, n+40(FP)
	JNZ  grad
	VZEROUPPER
	RET

// KERNEL multiplies Y0 to Y2 by G; the results are in Y0 to Y5.
#define KERNEL \
	VMOVAPS      Y2, Y5             \
	VMOVAPS      Y0, Y6             \
	VMOVAPS      Y0, Y7             \
	VFMADD231PS  HALF, Y2, Y6       \
	VFMADD231PS  TWO, Y2, Y7        \
	VMULPS       TWO_THIRDS, Y6, Y6 \
	VMULPS       SIXTH, Y7, Y7      \
	VMULPS       THIRD_ROOT, Y1, Y8 \
	VMULPS       SIXTH_ROOT, Y1, Y9 \
	VADDPS       Y8, Y6, Y1         \
	VSUBPS       Y8, Y6, Y2         \
	VADDPS       Y9, Y7, Y3         \
	VSUBPS       Y9, Y7, Y4

// KERNELCOLUMN takes column b of the kernels, whose rows are R8 apart.
#define KERNELCOLUMN(b) \
	VMOVUPS (DX), Y0          \
	VMOVUPS (DX)(R8*1), Y1    \
	VMOVUPS (DX)(R8*2), Y2    \
	ADDQ    R9, DX            \
	KERNEL                    \
	VMOVAPS Y0, 32*b+0(R15)   \
	VMOVAPS Y1, 32*b+96(R15)  \
	VMOVAPS Y2, 32*b+192(R15) \
	VMOVAPS Y3, 32*b+288(R15) \
	VMOVAPS Y4, 32*b+384(R15) \
	VMOVAPS Y5, 32*b+480(R15)

// KERNELROW writes row a of U and goes on to the next.
#define KERNELROW(a) \
	VMOVAPS 96*a+0(R15), Y0  \
	VMOVAPS 96*a+32(R15), Y1 \
	VMOVAPS 96*a+64(R15), Y2 \
	KERNEL                   \
	VMOVUPS Y0, (DX)         \
	VMOVUPS Y1, (DX)(R10*1)  \
	VMOVUPS Y2, (DX)(R10*2)  \
	ADDQ    R11, DX          \
	VMOVUPS Y3, (DX)         \
	VMOVUPS Y4, (DX)(R10*1)  \
	VMOVUPS Y5, (DX)(R10*2)  \
	ADDQ    R11, DX

// LAST goes on with the vector of 8 kernels at loop while there are as many left
// in R13. If there are fewer, the last vector is the one that ends with the last
// kernel.
#define LAST(loop, done) \
	SUBQ $8, R13  \
	JEQ  done     \
	ADDQ $32, DI  \
	ADDQ $32, SI  \
	CMPQ R13, $8  \
	JGE  loop     \
	MOVQ $8, R12  \
	SUBQ R13, R12 \
	SHLQ $2, R12  \
	SUBQ R12, DI  \
	SUBQ R12, SI  \
	MOVQ $8, R13  \
	JMP  loop

// func winogradKernelAVX2(dst *float32, step int, src *float32, srcStep, n int)
TEXT ·winogradKernelAVX2(SB), 0, $608-40
	MOVQ dst+0(FP), DI
	MOVQ step+8(FP), R10
	MOVQ src+16(FP), SI
	MOVQ srcStep+24(FP), R9
	MOVQ n+32(FP), R13
	SHLQ $2, R9
	SHLQ $2, R10
	LEAQ (R9)(R9*2), R8
	LEAQ (R10)(R10*2), R11
	CONSTANT(32, TWO)
	CONSTANT(64, HALF)
	CONSTANT(224, TWO_THIRDS)
	CONSTANT(256, THIRD_ROOT)
	CONSTANT(288, SIXTH)
	CONSTANT(320, SIXTH_ROOT)
	TABLE

kernels:
	MOVQ SI, DX
	KERNELCOLUMN(0)
	KERNELCOLUMN(1)
	KERNELCOLUMN(2)
	MOVQ DI, DX
	KERNELROW(0)
	KERNELROW(1)
	KERNELROW(2)
	KERNELROW(3)
	KERNELROW(4)
	KERNELROW(5)
	LAST(kernels, kernelsDone)

kernelsDone:
	VZEROUPPER
	RET

// KERNELGRAD multiplies Y0 to Y5 by Gᵀ; the results are in Y0 to Y2.
#define KERNELGRAD \
	VADDPS       Y2, Y1, Y6         \
	VSUBPS       Y2, Y1, Y7         \
	VADDPS       Y4, Y3, Y8         \
	VSUBPS       Y4, Y3, Y9         \
	VFMADD231PS  TWO_THIRDS, Y6, Y0 \
	VFMADD231PS  SIXTH, Y8, Y0      \
	VFMADD231PS  TWO, Y7, Y9        \
	VMULPS       SIXTH_ROOT, Y9, Y1 \
	VADDPS       Y8, Y6, Y2         \
	VFMADD213PS  Y5, THIRD, Y2

#define KERNELGRADCOLUMN(b) \
	LOAD6                     \
	KERNELGRAD                \
	VMOVAPS Y0, 32*b+0(R15)   \
	VMOVAPS Y1, 32*b+192(R15) \
	VMOVAPS Y2, 32*b+384(R15)

#define KERNELGRADROW(p) \
	FROM6(p)                \
	KERNELGRAD              \
	VMOVUPS Y0, (DX)        \
	VMOVUPS Y1, (DX)(R10*1) \
	VMOVUPS Y2, (DX)(R10*2) \
	LEAQ    (DX)(R10*2), DX \
	ADDQ    R10, DX

// func winogradKernelGradAVX2(dst *float32, step int, src *float32, srcStep, n int)
TEXT ·winogradKernelGradAVX2(SB), 0, $608-40
	MOVQ    dst+0(FP), DI
	MOVQ    step+8(FP), R10
	MOVQ    src+16(FP), SI
	MOVQ    n+32(FP), R13
	SHLQ    $2, R10
	SHLQ    $2, srcStep+24(FP)
	STEPS(srcStep+24(FP))
	CONSTANT(32, TWO)
	CONSTANT(224, TWO_THIRDS)
	CONSTANT(288, SIXTH)
	CONSTANT(320, SIXTH_ROOT)
	CONSTANT(352, THIRD)
	TABLE

kernelGrads:
	MOVQ SI, DX
	KERNELGRADCOLUMN(0)
	KERNELGRADCOLUMN(1)
	KERNELGRADCOLUMN(2)
	KERNELGRADCOLUMN(3)
	KERNELGRADCOLUMN(4)
	KERNELGRADCOLUMN(5)
	MOVQ DI, DX
	KERNELGRADROW(0)
	KERNELGRADROW(1)
	KERNELGRADROW(2)
	LAST(kernelGrads, kernelGradsDone)

kernelGradsDone:
	VZEROUPPER
	RET
