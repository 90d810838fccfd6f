//go:build !purego

#include "textflag.h"
#include "map_avx2.h"

// The operations, one vector at a time: registers in, result in x. Y15 holds the
// scalar a or zeros.

#define ADD(x, y, z) VADDPS y, x, x
#define SUB(x, y, z) VSUBPS y, x, x
#define MUL(x, y, z) VMULPS y, x, x
#define DIV(x, y, z) VDIVPS y, x, x
#define ADD_SCALAR(x, y, z) VADDPS Y15, x, x
#define SCALE(x, y, z) VMULPS Y15, x, x
#define SQRT(x, y, z) VSQRTPS x, x

// x is the vector x and y the vector y that is read and written.
#define AXPY(x, y, z) VFMADD213PS y, Y15, x
#define FMA(x, y, z) VFMADD213PS z, y, x

// VMAXPS returns its last operand, in Go's order the first, unless the other one
// is greater: 0 > x ? 0 : x.
#define RELU(x, y, z) VMAXPS x, Y15, x

// Predicate 30: greater than, false for NaN.
#define RELU_GRAD(x, y, z) \
	VCMPPS $30, Y15, y, y; \
	VANDPS y, x, x

// func addAVX2(dst, x, y []float32)
//
//	dst[i] = x[i] + y[i]
TEXT ·addAVX2(SB), NOSPLIT, $0-72
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	MOVQ y_base+48(FP), DX
	MAP2(ADD)
	RET

// func subAVX2(dst, x, y []float32)
//
//	dst[i] = x[i] - y[i]
TEXT ·subAVX2(SB), NOSPLIT, $0-72
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	MOVQ y_base+48(FP), DX
	MAP2(SUB)
	RET

// func mulAVX2(dst, x, y []float32)
//
//	dst[i] = x[i] * y[i]
TEXT ·mulAVX2(SB), NOSPLIT, $0-72
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	MOVQ y_base+48(FP), DX
	MAP2(MUL)
	RET

// func divAVX2(dst, x, y []float32)
//
//	dst[i] = x[i] / y[i]
TEXT ·divAVX2(SB), NOSPLIT, $0-72
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	MOVQ y_base+48(FP), DX
	MAP2(DIV)
	RET

// func addScalarAVX2(dst, x []float32, a float32)
//
//	dst[i] = x[i] + a
TEXT ·addScalarAVX2(SB), NOSPLIT, $0-52
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	VBROADCASTSS a+48(FP), Y15
	MAP1(ADD_SCALAR)
	RET

// func scaleAVX2(dst, x []float32, a float32)
//
//	dst[i] = a * x[i]
TEXT ·scaleAVX2(SB), NOSPLIT, $0-52
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	VBROADCASTSS a+48(FP), Y15
	MAP1(SCALE)
	RET

// func axpyAVX2(y []float32, a float32, x []float32)
//
//	y[i] = fma(a, x[i], y[i])
TEXT ·axpyAVX2(SB), NOSPLIT, $0-56
	MOVQ y_base+0(FP), DI
	MOVQ y_base+0(FP), DX
	MOVQ y_len+8(FP), R9
	VBROADCASTSS a+24(FP), Y15
	MOVQ x_base+32(FP), SI
	MAP2(AXPY)
	RET

// func fmaSliceAVX2(dst, x, y, z []float32)
//
//	dst[i] = fma(x[i], y[i], z[i])
TEXT ·fmaSliceAVX2(SB), NOSPLIT, $0-96
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	MOVQ y_base+48(FP), DX
	MOVQ z_base+72(FP), R8
	MAP3(FMA)
	RET

// func reluAVX2(dst, x []float32)
//
//	if dst[i] = x[i]; x[i] < 0 { dst[i] = 0 }
TEXT ·reluAVX2(SB), NOSPLIT, $0-48
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	VXORPS Y15, Y15, Y15
	MAP1(RELU)
	RET

// func reluGradAVX2(dx, dy, y []float32)
//
//	if dx[i] = dy[i]; !(y[i] > 0) { dx[i] = 0 }
TEXT ·reluGradAVX2(SB), NOSPLIT, $0-72
	MOVQ dx_base+0(FP), DI
	MOVQ dx_len+8(FP), R9
	MOVQ dy_base+24(FP), SI
	MOVQ y_base+48(FP), DX
	VXORPS Y15, Y15, Y15
	MAP2(RELU_GRAD)
	RET

// func sqrtAVX2(dst, x []float32)
//
//	dst[i] = √x[i]
TEXT ·sqrtAVX2(SB), NOSPLIT, $0-48
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	MAP1(SQRT)
	RET
