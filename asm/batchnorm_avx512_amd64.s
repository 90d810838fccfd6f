//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "strip_avx512.h"

// The constants of a column are in five registers, for 16 columns each:
//
//	Mean Z16–Z19, Scale Z20–Z23, Shift Z24–Z27
//	Slope Z8–Z11, Offset Z12–Z15, where these have no sums
//
// of a group of 16 columns, in the first of each. Z28–Z30 are between, Z31 is 0.

#define LOAD16(field, z) \
	VMOVUPS field(R11), z

#define LOAD64(field, a, b, c, d) \
	VMOVUPS field(R11), a;     \
	VMOVUPS field+64(R11), b;  \
	VMOVUPS field+128(R11), c; \
	VMOVUPS field+192(R11), d

#define FORWARD16 \
	LOAD16(BatchNorm_Mean, Z16);  \
	LOAD16(BatchNorm_Scale, Z20); \
	LOAD16(BatchNorm_Shift, Z24); \
	VXORPS X31, X31, X31

#define FORWARD64 \
	LOAD64(BatchNorm_Mean, Z16, Z17, Z18, Z19);  \
	LOAD64(BatchNorm_Scale, Z20, Z21, Z22, Z23); \
	LOAD64(BatchNorm_Shift, Z24, Z25, Z26, Z27); \
	VXORPS X31, X31, X31

#define BACKWARD16 \
	FORWARD16;                    \
	LOAD16(BatchNorm_Slope, Z8);  \
	LOAD16(BatchNorm_Offset, Z12)

#define BACKWARD64 \
	FORWARD64;                                  \
	LOAD64(BatchNorm_Slope, Z8, Z9, Z10, Z11);  \
	LOAD64(BatchNorm_Offset, Z12, Z13, Z14, Z15)

#define NOTHING

// NORMALIZE takes 16 columns of x at off; Z29 = x − Mean and Z28 is the result.
#define NORMALIZE(off, mean, scale, shift) \
	VMOVUPS.Z   off(SI)(AX*1), K1, Z29; \
	VSUBPS      mean, Z29, Z29;         \
	VMOVAPS     Z29, Z28;               \
	VFMADD213PS shift, scale, Z28

#define WRITE(off, mean, scale, shift) \
	NORMALIZE(off, mean, scale, shift); \
	VMOVUPS     Z28, K1, off(DI)(AX*1)

// VMAXPS returns its last operand, in Go's order the first, unless the other one
// is greater: 0 > x ? 0 : x.
#define WRITE_RELU(off, mean, scale, shift) \
	NORMALIZE(off, mean, scale, shift); \
	VMAXPS  Z28, Z31, Z28;              \
	VMOVUPS Z28, K1, off(DI)(AX*1)

#define ROW64(OP) \
	OP(0, Z16, Z20, Z24);   \
	OP(64, Z17, Z21, Z25);  \
	OP(128, Z18, Z22, Z26); \
	OP(192, Z19, Z23, Z27)

#define WRITE64 ROW64(WRITE)
#define WRITE16 WRITE(0, Z16, Z20, Z24)
#define WRITE_RELU64 ROW64(WRITE_RELU)
#define WRITE_RELU16 WRITE_RELU(0, Z16, Z20, Z24)

// The stores past the caches, for full lines.

#define STREAM_WRITE(off, mean, scale, shift) \
	NORMALIZE(off, mean, scale, shift); \
	VMOVNTPS Z28, off(DI)(AX*1)

#define STREAM_RELU(off, mean, scale, shift) \
	NORMALIZE(off, mean, scale, shift); \
	VMAXPS   Z28, Z31, Z28;             \
	VMOVNTPS Z28, off(DI)(AX*1)

#define STREAM(OP) \
	MOVQ b+0(FP), R11;       \
	MOVQ y_base+8(FP), DI;   \
	MOVQ x_base+32(FP), SI;  \
	MOVQ rows+56(FP), R8;    \
	MOVQ stride+64(FP), R10; \
	SHLQ $2, R10;            \
	TESTQ  R8, R8;           \
	JZ     end;              \
	KXNORW K1, K1, K1;       \
	FORWARD64;               \
	XORL   AX, AX;           \
row: \
	ROW64(OP);               \
	ADDQ   R10, AX;          \
	DECQ   R8;               \
	JNZ    row;              \
end: \
	VZEROUPPER

// func batchNormNormalizeAVX512(b *BatchNorm, y, x []float32, rows, width, stride int)
//
//	for i := range rows { for j := range width {
//		y[i*stride+j] = fma(x[i*stride+j]-b.Mean[j], b.Scale[j], b.Shift[j])
//	} }
TEXT ·batchNormNormalizeAVX512(SB), NOSPLIT, $0-80
	MOVQ b+0(FP), R11
	MOVQ y_base+8(FP), DI
	MOVQ x_base+32(FP), SI
	MOVQ rows+56(FP), R8
	MOVQ width+64(FP), R9
	MOVQ stride+72(FP), R10
	SHLQ $2, R10
	STRIP(FORWARD64, WRITE64, NOTHING, FORWARD16, WRITE16, NOTHING)
	RET

// func batchNormNormalizeReLUAVX512(b *BatchNorm, y, x []float32, rows, width, stride int)
//
//	… and if y[i*stride+j] < 0 { y[i*stride+j] = 0 }
TEXT ·batchNormNormalizeReLUAVX512(SB), NOSPLIT, $0-80
	MOVQ b+0(FP), R11
	MOVQ y_base+8(FP), DI
	MOVQ x_base+32(FP), SI
	MOVQ rows+56(FP), R8
	MOVQ width+64(FP), R9
	MOVQ stride+72(FP), R10
	SHLQ $2, R10
	STRIP(FORWARD64, WRITE_RELU64, NOTHING, FORWARD16, WRITE_RELU16, NOTHING)
	RET

// func batchNormStreamAVX512(b *BatchNorm, y, x []float32, rows, stride int)
//
// batchNormNormalizeAVX512 for 64 columns, with stores past the caches.
TEXT ·batchNormStreamAVX512(SB), NOSPLIT, $0-72
	STREAM(STREAM_WRITE)
	RET

// func batchNormStreamReLUAVX512(b *BatchNorm, y, x []float32, rows, stride int)
//
// batchNormNormalizeReLUAVX512 for 64 columns, with stores past the caches.
TEXT ·batchNormStreamReLUAVX512(SB), NOSPLIT, $0-72
	STREAM(STREAM_RELU)
	RET

// SUM_GRAD adds 8 columns of dy at off, those that mask chooses, to sum, and
// dy·x to dot.
#define SUM_GRAD(off, mask, sum, dot) \
	VCVTPS2PD.Z off(DX)(AX*1), mask, Z28; \
	VCVTPS2PD.Z off(SI)(AX*1), mask, Z29; \
	VADDPD      Z28, sum, sum;            \
	VFMADD231PD Z29, Z28, dot

#define SUM_GRAD16 \
	SUM_GRAD(0, K1, Z0, Z8); \
	SUM_GRAD(32, K2, Z1, Z9)

#define SUM_GRAD64 \
	SUM_GRAD16;                  \
	SUM_GRAD(64, K1, Z2, Z10);   \
	SUM_GRAD(96, K1, Z3, Z11);   \
	SUM_GRAD(128, K1, Z4, Z12);  \
	SUM_GRAD(160, K1, Z5, Z13);  \
	SUM_GRAD(192, K1, Z6, Z14);  \
	SUM_GRAD(224, K1, Z7, Z15)

// func batchNormSumGradAVX512(b *BatchNorm, dy, x []float32, rows, width, stride int)
//
//	for i := range rows { for j := range width {
//		g := float64(dy[i*stride+j])
//		b.Sum[j] += g
//		b.Dot[j] += g * float64(x[i*stride+j])
//	} }
TEXT ·batchNormSumGradAVX512(SB), NOSPLIT, $0-80
	MOVQ b+0(FP), R11
	MOVQ dy_base+8(FP), DX
	MOVQ x_base+32(FP), SI
	MOVQ rows+56(FP), R8
	MOVQ width+64(FP), R9
	MOVQ stride+72(FP), R10
	SHLQ $2, R10
	LEAQ BatchNorm_Sum(R11), R12
	LEAQ BatchNorm_Dot(R11), R13
	STRIP(LOAD64_BOTH, SUM_GRAD64, STORE64_BOTH, LOAD16_BOTH, SUM_GRAD16, STORE16_BOTH)
	RET

// ACTIVE sets mask to those of 16 columns at off whose normalised x is positive.
// Predicate 30: greater than, false for NaN.
#define ACTIVE(off, mean, scale, shift, mask) \
	NORMALIZE(off, mean, scale, shift); \
	VCMPPS $30, Z31, Z28, K1, mask

// SUM_ACTIVE is SUM_GRAD of 16 columns with a dy of 0 where x is not active. x
// may be infinite there, so it is not masked, but for the edge of the strip: 0·∞
// is NaN.
#define SUM_ACTIVE(off, mean, scale, shift, sum0, dot0, sum1, dot1) \
	ACTIVE(off, mean, scale, shift, K3);     \
	KSHIFTRW    $8, K3, K4;                  \
	VCVTPS2PD.Z off(DX)(AX*1), K3, Z28;      \
	VCVTPS2PD.Z off+32(DX)(AX*1), K4, Z29;   \
	VADDPD      Z28, sum0, sum0;             \
	VADDPD      Z29, sum1, sum1;             \
	VCVTPS2PD.Z off(SI)(AX*1), K1, Z30;      \
	VFMADD231PD Z30, Z28, dot0;              \
	VCVTPS2PD.Z off+32(SI)(AX*1), K2, Z30;   \
	VFMADD231PD Z30, Z29, dot1

#define SUM_ACTIVE16 \
	SUM_ACTIVE(0, Z16, Z20, Z24, Z0, Z8, Z1, Z9)

#define SUM_ACTIVE64 \
	SUM_ACTIVE16;                                     \
	SUM_ACTIVE(64, Z17, Z21, Z25, Z2, Z10, Z3, Z11);  \
	SUM_ACTIVE(128, Z18, Z22, Z26, Z4, Z12, Z5, Z13); \
	SUM_ACTIVE(192, Z19, Z23, Z27, Z6, Z14, Z7, Z15)

#define BEGIN_ACTIVE16 \
	FORWARD16; \
	LOAD16_BOTH

#define BEGIN_ACTIVE64 \
	FORWARD64; \
	LOAD64_BOTH

// func batchNormSumGradReLUAVX512(b *BatchNorm, dy, x []float32, rows, width, stride int)
//
//	… but g = 0 if !(fma(x[i*stride+j]-b.Mean[j], b.Scale[j], b.Shift[j]) > 0)
TEXT ·batchNormSumGradReLUAVX512(SB), NOSPLIT, $0-80
	MOVQ b+0(FP), R11
	MOVQ dy_base+8(FP), DX
	MOVQ x_base+32(FP), SI
	MOVQ rows+56(FP), R8
	MOVQ width+64(FP), R9
	MOVQ stride+72(FP), R10
	SHLQ $2, R10
	LEAQ BatchNorm_Sum(R11), R12
	LEAQ BatchNorm_Dot(R11), R13
	STRIP(BEGIN_ACTIVE64, SUM_ACTIVE64, STORE64_BOTH, BEGIN_ACTIVE16, SUM_ACTIVE16, STORE16_BOTH)
	RET

// GRAD writes 16 columns of dx at off, from those of dy that mask chooses and
// from Z29 = x − Mean.
#define GRAD(off, mask, scale, slope, offset) \
	VFMADD213PS offset, slope, Z29;          \
	VMOVUPS.Z   off(DX)(AX*1), mask, Z28;    \
	VFMADD231PS Z28, scale, Z29;             \
	VMOVUPS     Z29, K1, off(DI)(AX*1)

#define GRAD_ALL(off, mean, scale, shift, slope, offset) \
	VMOVUPS.Z off(SI)(AX*1), K1, Z29; \
	VSUBPS    mean, Z29, Z29;         \
	GRAD(off, K1, scale, slope, offset)

#define GRAD_ACTIVE(off, mean, scale, shift, slope, offset) \
	ACTIVE(off, mean, scale, shift, K3); \
	GRAD(off, K3, scale, slope, offset)

#define GRAD_ROW64(OP) \
	OP(0, Z16, Z20, Z24, Z8, Z12);    \
	OP(64, Z17, Z21, Z25, Z9, Z13);   \
	OP(128, Z18, Z22, Z26, Z10, Z14); \
	OP(192, Z19, Z23, Z27, Z11, Z15)

#define GRAD_ALL64 GRAD_ROW64(GRAD_ALL)
#define GRAD_ALL16 GRAD_ALL(0, Z16, Z20, Z24, Z8, Z12)
#define GRAD_ACTIVE64 GRAD_ROW64(GRAD_ACTIVE)
#define GRAD_ACTIVE16 GRAD_ACTIVE(0, Z16, Z20, Z24, Z8, Z12)

// func batchNormGradAVX512(b *BatchNorm, dx, dy, x []float32, rows, width, stride int)
//
//	for i := range rows { for j := range width {
//		dx[i*stride+j] = fma(dy[i*stride+j], b.Scale[j], fma(x[i*stride+j]-b.Mean[j], b.Slope[j], b.Offset[j]))
//	} }
TEXT ·batchNormGradAVX512(SB), NOSPLIT, $0-104
	MOVQ b+0(FP), R11
	MOVQ dx_base+8(FP), DI
	MOVQ dy_base+32(FP), DX
	MOVQ x_base+56(FP), SI
	MOVQ rows+80(FP), R8
	MOVQ width+88(FP), R9
	MOVQ stride+96(FP), R10
	SHLQ $2, R10
	STRIP(BACKWARD64, GRAD_ALL64, NOTHING, BACKWARD16, GRAD_ALL16, NOTHING)
	RET

// func batchNormGradReLUAVX512(b *BatchNorm, dx, dy, x []float32, rows, width, stride int)
//
//	… but dy counts as 0 if !(fma(x[i*stride+j]-b.Mean[j], b.Scale[j], b.Shift[j]) > 0)
TEXT ·batchNormGradReLUAVX512(SB), NOSPLIT, $0-104
	MOVQ b+0(FP), R11
	MOVQ dx_base+8(FP), DI
	MOVQ dy_base+32(FP), DX
	MOVQ x_base+56(FP), SI
	MOVQ rows+80(FP), R8
	MOVQ width+88(FP), R9
	MOVQ stride+96(FP), R10
	SHLQ $2, R10
	STRIP(BACKWARD64, GRAD_ACTIVE64, NOTHING, BACKWARD16, GRAD_ACTIVE16, NOTHING)
	RET
