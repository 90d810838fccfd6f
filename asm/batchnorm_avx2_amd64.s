//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "strip_avx2.h"

// Constants are read where they are needed: a group of 16 columns would take ten
// of the sixteen registers. Y8–Y13 are between, Y14 is 0.

#define ZERO VXORPS Y14, Y14, Y14
#define NOTHING

// CENTRE sets Y8 = x and Y9 = x − Mean of 8 columns at off.
#define CENTRE(LOAD, off) \
	LOAD(off, SI, Y8);                     \
	VSUBPS BatchNorm_Mean+off(R11), Y8, Y9

// NORMALIZE sets Y10 to the result for Y9.
#define NORMALIZE(off) \
	VMOVUPS     BatchNorm_Scale+off(R11), Y10; \
	VFMADD213PS BatchNorm_Shift+off(R11), Y9, Y10

#define WRITE(LOAD, STORE, off) \
	CENTRE(LOAD, off); \
	NORMALIZE(off);    \
	STORE(off, Y10)

// VMAXPS returns its last operand, in Go's order the first, unless the other one
// is greater: 0 > x ? 0 : x.
#define WRITE_RELU(LOAD, STORE, off) \
	CENTRE(LOAD, off);     \
	NORMALIZE(off);        \
	VMAXPS Y10, Y14, Y10;  \
	STORE(off, Y10)

// WHOLE does all of a strip of 64 columns and returns, row by row: in rows far apart,
// the lines of a group of 16 would compete for few sets of the cache, and be fetched
// again for every group. The sums of 64 columns have no room in the registers.
#define WHOLE(OP) \
	CMPQ  R9, $64;     \
	JNE   parts;       \
	ROWS64(OP, STORE); \
	VZEROUPPER;        \
	RET;               \
parts:

#define ROWS64(OP, STORE) \
	ZERO;                 \
	XORL  AX, AX;         \
	TESTQ R8, R8;         \
	JZ    end;            \
whole: \
	OP(LOAD, STORE, 0);   \
	OP(LOAD, STORE, 32);  \
	OP(LOAD, STORE, 64);  \
	OP(LOAD, STORE, 96);  \
	OP(LOAD, STORE, 128); \
	OP(LOAD, STORE, 160); \
	OP(LOAD, STORE, 192); \
	OP(LOAD, STORE, 224); \
	ADDQ  R10, AX;        \
	DECQ  R8;             \
	JNZ   whole;          \
end:

// STREAM does rows of 64 columns with stores past the caches.
#define STORE_PAST(off, y) VMOVNTPS y, off(DI)(AX*1)
#define STREAM(OP) \
	MOVQ b+0(FP), R11;       \
	MOVQ y_base+8(FP), DI;   \
	MOVQ x_base+32(FP), SI;  \
	MOVQ rows+56(FP), R8;    \
	MOVQ stride+64(FP), R10; \
	SHLQ $2, R10;            \
	ROWS64(OP, STORE_PAST);  \
	VZEROUPPER

#define WRITE16 \
	WRITE(LOAD, STORE, 0); \
	WRITE(LOAD, STORE, 32)
#define WRITE8 \
	WRITE(LOAD_MASKED, STORE_MASKED, 0)

#define WRITE_RELU16 \
	WRITE_RELU(LOAD, STORE, 0); \
	WRITE_RELU(LOAD, STORE, 32)
#define WRITE_RELU8 \
	WRITE_RELU(LOAD_MASKED, STORE_MASKED, 0)

// func batchNormNormalizeAVX2(b *BatchNorm, y, x []float32, rows, width, stride int)
//
//	for i := range rows { for j := range width {
//		y[i*stride+j] = fma(x[i*stride+j]-b.Mean[j], b.Scale[j], b.Shift[j])
//	} }
TEXT ·batchNormNormalizeAVX2(SB), NOSPLIT, $0-80
	MOVQ b+0(FP), R11
	MOVQ y_base+8(FP), DI
	MOVQ x_base+32(FP), SI
	MOVQ rows+56(FP), R8
	MOVQ width+64(FP), R9
	MOVQ stride+72(FP), R10
	SHLQ $2, R10
	WHOLE(WRITE)
	STRIP(NOTHING, WRITE16, NOTHING, NOTHING, WRITE8, NOTHING)
	RET

// func batchNormNormalizeReLUAVX2(b *BatchNorm, y, x []float32, rows, width, stride int)
//
//	… and if y[i*stride+j] < 0 { y[i*stride+j] = 0 }
TEXT ·batchNormNormalizeReLUAVX2(SB), NOSPLIT, $0-80
	MOVQ b+0(FP), R11
	MOVQ y_base+8(FP), DI
	MOVQ x_base+32(FP), SI
	MOVQ rows+56(FP), R8
	MOVQ width+64(FP), R9
	MOVQ stride+72(FP), R10
	SHLQ $2, R10
	WHOLE(WRITE_RELU)
	STRIP(ZERO, WRITE_RELU16, NOTHING, ZERO, WRITE_RELU8, NOTHING)
	RET

// func batchNormStreamAVX2(b *BatchNorm, y, x []float32, rows, stride int)
//
// batchNormNormalizeAVX2 for 64 columns, with stores past the caches.
TEXT ·batchNormStreamAVX2(SB), NOSPLIT, $0-72
	STREAM(WRITE)
	RET

// func batchNormStreamReLUAVX2(b *BatchNorm, y, x []float32, rows, stride int)
//
// batchNormNormalizeReLUAVX2 for 64 columns, with stores past the caches.
TEXT ·batchNormStreamReLUAVX2(SB), NOSPLIT, $0-72
	STREAM(WRITE_RELU)
	RET

// SUM_GRAD adds 8 columns, dy in Y11 and x in Y8, to the sums.
#define SUM_GRAD(sum0, sum1, dot0, dot1) \
	VEXTRACTF128 $1, Y11, X12;     \
	VCVTPS2PD    X11, Y11;         \
	VCVTPS2PD    X12, Y12;         \
	VADDPD       Y11, sum0, sum0;  \
	VADDPD       Y12, sum1, sum1;  \
	VEXTRACTF128 $1, Y8, X13;      \
	VCVTPS2PD    X8, Y8;           \
	VCVTPS2PD    X13, Y13;         \
	VFMADD231PD  Y8, Y11, dot0;    \
	VFMADD231PD  Y13, Y12, dot1

#define SUM_GRAD_ALL(LOAD, off, sum0, sum1, dot0, dot1) \
	LOAD(off, SI, Y8);  \
	LOAD(off, DX, Y11); \
	SUM_GRAD(sum0, sum1, dot0, dot1)

// ACTIVE sets Y8 = x, Y9 = x − Mean and Y11 = dy of 8 columns at off, but 0 where
// the normalised x is not positive. Predicate 30: greater than, false for NaN.
#define ACTIVE(LOAD, off) \
	CENTRE(LOAD, off);          \
	NORMALIZE(off);             \
	VCMPPS $30, Y14, Y10, Y10;  \
	LOAD(off, DX, Y11);         \
	VANDPS Y10, Y11, Y11

#define SUM_GRAD_ACTIVE(LOAD, off, sum0, sum1, dot0, dot1) \
	ACTIVE(LOAD, off); \
	SUM_GRAD(sum0, sum1, dot0, dot1)

#define SUM_GRAD_ALL16 \
	SUM_GRAD_ALL(LOAD, 0, Y0, Y1, Y4, Y5); \
	SUM_GRAD_ALL(LOAD, 32, Y2, Y3, Y6, Y7)
#define SUM_GRAD_ALL8 \
	SUM_GRAD_ALL(LOAD_MASKED, 0, Y0, Y1, Y4, Y5)

#define SUM_GRAD_ACTIVE16 \
	SUM_GRAD_ACTIVE(LOAD, 0, Y0, Y1, Y4, Y5); \
	SUM_GRAD_ACTIVE(LOAD, 32, Y2, Y3, Y6, Y7)
#define SUM_GRAD_ACTIVE8 \
	SUM_GRAD_ACTIVE(LOAD_MASKED, 0, Y0, Y1, Y4, Y5)

#define BEGIN_ACTIVE16 \
	LOAD16_BOTH; \
	ZERO
#define BEGIN_ACTIVE8 \
	LOAD8_BOTH; \
	ZERO

// func batchNormSumGradAVX2(b *BatchNorm, dy, x []float32, rows, width, stride int)
//
//	for i := range rows { for j := range width {
//		g := float64(dy[i*stride+j])
//		b.Sum[j] += g
//		b.Dot[j] += g * float64(x[i*stride+j])
//	} }
TEXT ·batchNormSumGradAVX2(SB), NOSPLIT, $0-80
	MOVQ b+0(FP), R11
	MOVQ dy_base+8(FP), DX
	MOVQ x_base+32(FP), SI
	MOVQ rows+56(FP), R8
	MOVQ width+64(FP), R9
	MOVQ stride+72(FP), R10
	SHLQ $2, R10
	LEAQ BatchNorm_Sum(R11), R12
	LEAQ BatchNorm_Dot(R11), R13
	STRIP(LOAD16_BOTH, SUM_GRAD_ALL16, STORE16_BOTH, LOAD8_BOTH, SUM_GRAD_ALL8, STORE8_BOTH)
	RET

// func batchNormSumGradReLUAVX2(b *BatchNorm, dy, x []float32, rows, width, stride int)
//
//	… but g = 0 if !(fma(x[i*stride+j]-b.Mean[j], b.Scale[j], b.Shift[j]) > 0)
TEXT ·batchNormSumGradReLUAVX2(SB), NOSPLIT, $0-80
	MOVQ b+0(FP), R11
	MOVQ dy_base+8(FP), DX
	MOVQ x_base+32(FP), SI
	MOVQ rows+56(FP), R8
	MOVQ width+64(FP), R9
	MOVQ stride+72(FP), R10
	SHLQ $2, R10
	LEAQ BatchNorm_Sum(R11), R12
	LEAQ BatchNorm_Dot(R11), R13
	STRIP(BEGIN_ACTIVE16, SUM_GRAD_ACTIVE16, STORE16_BOTH, BEGIN_ACTIVE8, SUM_GRAD_ACTIVE8, STORE8_BOTH)
	RET

// GRAD writes 8 columns of dx at off, from Y9 = x − Mean and Y11 = dy.
#define GRAD(STORE, off) \
	VMOVUPS     BatchNorm_Slope+off(R11), Y12;      \
	VFMADD213PS BatchNorm_Offset+off(R11), Y9, Y12; \
	VFMADD231PS BatchNorm_Scale+off(R11), Y11, Y12; \
	STORE(off, Y12)

#define GRAD_ALL(LOAD, STORE, off) \
	CENTRE(LOAD, off);  \
	LOAD(off, DX, Y11); \
	GRAD(STORE, off)

#define GRAD_ACTIVE(LOAD, STORE, off) \
	ACTIVE(LOAD, off); \
	GRAD(STORE, off)

#define GRAD_ALL16 \
	GRAD_ALL(LOAD, STORE, 0); \
	GRAD_ALL(LOAD, STORE, 32)
#define GRAD_ALL8 \
	GRAD_ALL(LOAD_MASKED, STORE_MASKED, 0)

#define GRAD_ACTIVE16 \
	GRAD_ACTIVE(LOAD, STORE, 0); \
	GRAD_ACTIVE(LOAD, STORE, 32)
#define GRAD_ACTIVE8 \
	GRAD_ACTIVE(LOAD_MASKED, STORE_MASKED, 0)

// func batchNormGradAVX2(b *BatchNorm, dx, dy, x []float32, rows, width, stride int)
//
//	for i := range rows { for j := range width {
//		dx[i*stride+j] = fma(dy[i*stride+j], b.Scale[j], fma(x[i*stride+j]-b.Mean[j], b.Slope[j], b.Offset[j]))
//	} }
TEXT ·batchNormGradAVX2(SB), NOSPLIT, $0-104
	MOVQ b+0(FP), R11
	MOVQ dx_base+8(FP), DI
	MOVQ dy_base+32(FP), DX
	MOVQ x_base+56(FP), SI
	MOVQ rows+80(FP), R8
	MOVQ width+88(FP), R9
	MOVQ stride+96(FP), R10
	SHLQ $2, R10
	WHOLE(GRAD_ALL)
	STRIP(NOTHING, GRAD_ALL16, NOTHING, NOTHING, GRAD_ALL8, NOTHING)
	RET

// func batchNormGradReLUAVX2(b *BatchNorm, dx, dy, x []float32, rows, width, stride int)
//
//	… but dy counts as 0 if !(fma(x[i*stride+j]-b.Mean[j], b.Scale[j], b.Shift[j]) > 0)
TEXT ·batchNormGradReLUAVX2(SB), NOSPLIT, $0-104
	MOVQ b+0(FP), R11
	MOVQ dx_base+8(FP), DI
	MOVQ dy_base+32(FP), DX
	MOVQ x_base+56(FP), SI
	MOVQ rows+80(FP), R8
	MOVQ width+88(FP), R9
	MOVQ stride+96(FP), R10
	SHLQ $2, R10
	WHOLE(GRAD_ACTIVE)
	STRIP(ZERO, GRAD_ACTIVE16, NOTHING, ZERO, GRAD_ACTIVE8, NOTHING)
	RET
