//go:build !purego

#include "textflag.h"

// Each function takes vectors of 8 tiles, or of 4 when there are fewer than 8.
// What is left at the end is the last vector once more, moved back.

// LAST goes on with the vector of width tiles at loop while there are as many
// left in R13, and moves the pointers back where there are fewer; back does so by
// R12 bytes.
#define LAST(width, loop, back, done) \
	SUBQ $width, R13 \
	JEQ  done        \
	CMPQ R13, $width \
	JGE  loop        \
	MOVQ $width, R12 \
	SUBQ R13, R12    \
	SHLQ $2, R12     \
	back             \
	MOVQ $width, R13 \
	JMP  loop

// STORE writes a vector and goes on to the next component of the result.
#define STORE(v) \
	VMOVUPS v, (R11) \
	ADDQ    R10, R11

// INPUTROW multiplies a row of Bᵀ·d, in v0 to v3, by B.
#define INPUTROW(v0, v1, v2, v3, t) \
	VSUBPS v2, v0, t \
	STORE(t)         \
	VADDPS v2, v1, t \
	STORE(t)         \
	VSUBPS v1, v2, t \
	STORE(t)         \
	VSUBPS v3, v1, t \
	STORE(t)

// INPUT transforms a vector of tiles. Rows 0 and 2 of d are at AX, BX (its
// columns 0, 2 and 1, 3) and R9 bytes behind; rows 1 and 3 at CX, DX.
#define INPUT(v0, v1, v2, v3, t) \
	MOVQ    DI, R11              \
	VMOVUPS (AX), v0             \
	VMOVUPS (BX), v1             \
	VMOVUPS 4(AX), v2            \
	VMOVUPS 4(BX), v3            \
	VSUBPS  (AX)(R9*1), v0, v0   \
	VSUBPS  (BX)(R9*1), v1, v1   \
	VSUBPS  4(AX)(R9*1), v2, v2  \
	VSUBPS  4(BX)(R9*1), v3, v3  \
	INPUTROW(v0, v1, v2, v3, t)  \
	VMOVUPS (CX), v0             \
	VMOVUPS (DX), v1             \
	VMOVUPS 4(CX), v2            \
	VMOVUPS 4(DX), v3            \
	VADDPS  (AX)(R9*1), v0, v0   \
	VADDPS  (BX)(R9*1), v1, v1   \
	VADDPS  4(AX)(R9*1), v2, v2  \
	VADDPS  4(BX)(R9*1), v3, v3  \
	INPUTROW(v0, v1, v2, v3, t)  \
	VMOVUPS (AX)(R9*1), v0       \
	VMOVUPS (BX)(R9*1), v1       \
	VMOVUPS 4(AX)(R9*1), v2      \
	VMOVUPS 4(BX)(R9*1), v3      \
	VSUBPS  (CX), v0, v0         \
	VSUBPS  (DX), v1, v1         \
	VSUBPS  4(CX), v2, v2        \
	VSUBPS  4(DX), v3, v3        \
	INPUTROW(v0, v1, v2, v3, t)  \
	VMOVUPS (CX), v0             \
	VMOVUPS (DX), v1             \
	VMOVUPS 4(CX), v2            \
	VMOVUPS 4(DX), v3            \
	VSUBPS  (CX)(R9*1), v0, v0   \
	VSUBPS  (DX)(R9*1), v1, v1   \
	VSUBPS  4(CX)(R9*1), v2, v2  \
	VSUBPS  4(DX)(R9*1), v3, v3  \
	INPUTROW(v0, v1, v2, v3, t)

#define INPUTNEXT(bytes) \
	ADDQ $bytes, AX \
	ADDQ $bytes, BX \
	ADDQ $bytes, CX \
	ADDQ $bytes, DX \
	ADDQ $bytes, DI

#define INPUTBACK \
	SUBQ R12, AX \
	SUBQ R12, BX \
	SUBQ R12, CX \
	SUBQ R12, DX \
	SUBQ R12, DI

// func winogradInputAVX2(dst *float32, step int, src *float32, phase, row, n int)
TEXT ·winogradInputAVX2(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ step+8(FP), R10
	MOVQ src+16(FP), AX
	MOVQ phase+24(FP), R8
	MOVQ row+32(FP), R9
	MOVQ n+40(FP), R13
	SHLQ $2, R8
	SHLQ $2, R9
	SHLQ $2, R10
	LEAQ (AX)(R8*1), BX
	LEAQ (AX)(R8*2), CX
	LEAQ (BX)(R8*2), DX
	CMPQ R13, $8
	JLT  input4

input8:
	INPUT(Y0, Y1, Y2, Y3, Y4)
	INPUTNEXT(32)
	LAST(8, input8, INPUTBACK, inputDone)

input4:
	INPUT(X0, X1, X2, X3, X4)
	INPUTNEXT(16)
	LAST(4, input4, INPUTBACK, inputDone)

inputDone:
	VZEROUPPER
	RET

// COLUMN multiplies a column of m by Aᵀ: rows 0 to 3 are at AX, BX, CX and DX.
#define COLUMN(m0, m1, m2, m3, s0, s1) \
	VMOVUPS m1, s1     \
	VADDPS  m0, s1, s0 \
	VADDPS  m2, s0, s0 \
	VSUBPS  m2, s1, s1 \
	VSUBPS  m3, s1, s1

// OUTPUTROW multiplies a row of Aᵀ·m by A.
#define OUTPUTROW(s0, s1, s2, s3) \
	VADDPS s1, s0, s0 \
	VADDPS s2, s0, s0 \
	STORE(s0)         \
	VSUBPS s2, s1, s1 \
	VSUBPS s3, s1, s1 \
	STORE(s1)

// OUTPUT transforms a vector of tiles; R9 and R8 are once and three times the
// bytes from component to component of m.
#define OUTPUT(v0, v1, v2, v3, v4, v5, v6, v7) \
	MOVQ DI, R11                                                              \
	COLUMN((AX), (BX), (CX), (DX), v0, v4)                                    \
	COLUMN((AX)(R9*1), (BX)(R9*1), (CX)(R9*1), (DX)(R9*1), v1, v5)            \
	COLUMN((AX)(R9*2), (BX)(R9*2), (CX)(R9*2), (DX)(R9*2), v2, v6)            \
	COLUMN((AX)(R8*1), (BX)(R8*1), (CX)(R8*1), (DX)(R8*1), v3, v7)            \
	OUTPUTROW(v0, v1, v2, v3)                                                 \
	OUTPUTROW(v4, v5, v6, v7)

// func winogradOutputAVX2(dst *float32, step int, src *float32, srcStep, n int)
TEXT ·winogradOutputAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ step+8(FP), R10
	MOVQ src+16(FP), AX
	MOVQ srcStep+24(FP), R9
	MOVQ n+32(FP), R13
	SHLQ $2, R9
	SHLQ $2, R10
	LEAQ (AX)(R9*4), BX
	LEAQ (BX)(R9*4), CX
	LEAQ (CX)(R9*4), DX
	LEAQ (R9)(R9*2), R8
	CMPQ R13, $8
	JLT  output4

output8:
	OUTPUT(Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7)
	INPUTNEXT(32)
	LAST(8, output8, INPUTBACK, outputDone)

output4:
	OUTPUT(X0, X1, X2, X3, X4, X5, X6, X7)
	INPUTNEXT(16)
	LAST(4, output4, INPUTBACK, outputDone)

outputDone:
	VZEROUPPER
	RET

// GRADROW multiplies a row of A·dY, in r0 and r1, by Aᵀ; zero is 0.
#define GRADROW(r0, r1, t, zero) \
	STORE(r0)          \
	VADDPS r1, r0, t   \
	STORE(t)           \
	VSUBPS r1, r0, t   \
	STORE(t)           \
	VSUBPS r1, zero, t \
	STORE(t)

// GRAD transforms a vector of tiles: dY is at AX, BX, CX and DX.
#define GRAD(v0, v1, v2, v3, v4, v5, v6, zero) \
	MOVQ    DI, R11         \
	VMOVUPS (AX), v0        \
	VMOVUPS (BX), v1        \
	VMOVUPS (CX), v2        \
	VMOVUPS (DX), v3        \
	GRADROW(v0, v1, v6, zero) \
	VADDPS  v2, v0, v4      \
	VADDPS  v3, v1, v5      \
	GRADROW(v4, v5, v6, zero) \
	VSUBPS  v2, v0, v4      \
	VSUBPS  v3, v1, v5      \
	GRADROW(v4, v5, v6, zero) \
	VSUBPS  v2, zero, v4    \
	VSUBPS  v3, zero, v5    \
	GRADROW(v4, v5, v6, zero)

// func winogradOutputGradAVX2(dst *float32, step int, src *float32, srcStep, n int)
TEXT ·winogradOutputGradAVX2(SB), NOSPLIT, $0-40
	MOVQ   dst+0(FP), DI
	MOVQ   step+8(FP), R10
	MOVQ   src+16(FP), AX
	MOVQ   srcStep+24(FP), R9
	MOVQ   n+32(FP), R13
	SHLQ   $2, R9
	SHLQ   $2, R10
	LEAQ   (AX)(R9*1), BX
	LEAQ   (AX)(R9*2), CX
	LEAQ   (BX)(R9*2), DX
	VXORPS Y7, Y7, Y7
	CMPQ   R13, $8
	JLT    grad4

grad8:
	GRAD(Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7)
	INPUTNEXT(32)
	LAST(8, grad8, INPUTBACK, gradDone)

grad4:
	GRAD(X0, X1, X2, X3, X4, X5, X6, X7)
	INPUTNEXT(16)
	LAST(4, grad4, INPUTBACK, gradDone)

gradDone:
	VZEROUPPER
	RET
