//go:build !purego

#include "textflag.h"
#include "activation_constants.h"
#include "exp_avx2.h"
#include "map_avx2.h"

// Y4–Y7 and Y11 are between, beside those of EXP.

// VBLENDVPS chooses by the sign of its first operand: the third of Go's operands,
// or the second where the sign is set.

// SIGMOID is sigmoidOne.
#define SIGMOID(x, y, z) \
	VMOVAPS   x, Y4;         \
	VORPS     SIGN, x, x;    \ // −|x|
	EXP(x, y, z);            \
	VADDPS    UNIT, x, Y5;   \ // 1 + t
	VMOVUPS   UNIT, Y6;      \
	VBLENDVPS Y4, x, Y6, Y6; \ // 1, or t for x < 0
	VDIVPS    Y5, Y6, x

// SIGMOID_GRAD has 1 in Y13.
#define SIGMOID_GRAD(x, y, z) \
	VSUBPS y, Y13, Y8; \
	VMULPS Y8, y, y;   \
	VMULPS y, x, x

// TANH is tanhOne. Predicate 17: less than.
#define TANH(x, y, z) \
	VMOVAPS     x, Y4;                   \
	VANDPS      MAGNITUDE, x, Y5;        \ // a = |x|
	VMULPS      Y5, Y5, Y6;              \ // z = a²
	VMOVUPS     TANH9, Y7;               \
	VFMADD213PS TANH7, Y6, Y7;           \
	VFMADD213PS TANH5, Y6, Y7;           \
	VFMADD213PS TANH3, Y6, Y7;           \
	VFMADD213PS TANH1, Y6, Y7;           \
	VMULPS      Y6, Y7, Y7;              \
	VFMADD213PS Y5, Y5, Y7;              \ // a·z·p + a
	VMULPS      MINUS_TWO, Y5, x;        \
	EXP(x, y, z);                        \ // t
	VMOVUPS     UNIT, Y6;                \
	VSUBPS      x, Y6, Y11;              \
	VADDPS      Y6, x, x;                \
	VDIVPS      x, Y11, x;               \ // (1 − t)/(1 + t)
	VCMPPS      $17, TANH_SMALL, Y5, Y5; \
	VBLENDVPS   Y5, Y7, x, x;            \
	VANDPS      SIGN, Y4, Y4;            \
	VORPS       Y4, x, x

// TANH_GRAD has 1 in Y13.
#define TANH_GRAD(x, y, z) \
	VMOVAPS      Y13, Y8;  \
	VFNMADD231PS y, y, Y8; \
	VMULPS       Y8, x, x

// SOFTPLUS is softplusOne. VMAXPS returns its last operand, Go's first, unless
// the other one is greater: 0 > x ? 0 : x.
#define SOFTPLUS(x, y, z) \
	VMOVAPS     x, Y4;           \
	VORPS       SIGN, x, x;      \
	EXP(x, y, z);                \ // t
	VADDPS      TWO, x, Y5;      \
	VDIVPS      Y5, x, x;        \ // s = t/(2 + t)
	VMULPS      x, x, Y5;        \ // z = s²
	VMOVUPS     ARTANH4, Y6;     \
	VFMADD213PS ARTANH3, Y5, Y6; \
	VFMADD213PS ARTANH2, Y5, Y6; \
	VFMADD213PS ARTANH1, Y5, Y6; \
	VFMADD213PS ARTANH0, Y5, Y6; \
	VMULPS      Y5, Y6, Y6;      \
	VADDPS      x, x, x;         \
	VFMADD213PS x, x, Y6;        \ // 2s·z·p + 2s
	VXORPS      Y5, Y5, Y5;      \
	VMAXPS      Y4, Y5, Y5;      \
	VADDPS      Y6, Y5, x

// NORMAL_CDF is normalCDF of x, which Y4 holds too.
#define NORMAL_CDF(x, y, z) \
	VANDPS       MAGNITUDE, x, x;  \
	VMULPS       ROOT_HALF, x, Y5; \ // z
	VMOVUPS      HALF, Y6;         \
	VFMADD213PS  UNIT, Y5, Y6;     \
	VMOVUPS      UNIT, Y7;         \
	VDIVPS       Y6, Y7, Y6;       \ // t = 1/(1 + z/2)
	VMOVUPS      ERFC9, x;         \
	VFMADD213PS  ERFC8, Y6, x;     \
	VFMADD213PS  ERFC7, Y6, x;     \
	VFMADD213PS  ERFC6, Y6, x;     \
	VFMADD213PS  ERFC5, Y6, x;     \
	VFMADD213PS  ERFC4, Y6, x;     \
	VFMADD213PS  ERFC3, Y6, x;     \
	VFMADD213PS  ERFC2, Y6, x;     \
	VFMADD213PS  ERFC1, Y6, x;     \
	VFMADD213PS  ERFC0, Y6, x;     \
	VFNMADD231PS Y5, Y5, x;        \ // p(t) − z²
	EXP(x, y, z);                  \
	VMULPS       HALF, Y6, Y6;     \
	VMULPS       Y6, x, x;         \ // ½·erfc z
	VSUBPS       x, Y7, Y7;        \
	VBLENDVPS    Y4, x, Y7, x

// VMAXPS and VMINPS return their last operand, Go's first, if it is a NaN.

// GELU is geluOne.
#define GELU(x, y, z) \
	VMOVUPS MINUS_SATURATED, Y4; \
	VMAXPS  x, Y4, Y4;           \
	VMOVAPS Y4, x;               \
	NORMAL_CDF(x, y, z);         \
	VMULPS  Y4, x, x

// GELU_DERIVATIVE is geluDerivativeOne.
#define GELU_DERIVATIVE(x, y, z) \
	VMOVUPS     MINUS_SATURATED, Y4;     \
	VMAXPS      x, Y4, x;                \
	VMOVUPS     SATURATED, Y4;           \
	VMINPS      x, Y4, Y4;               \
	VMOVAPS     Y4, x;                   \
	NORMAL_CDF(x, y, z);                 \
	VMULPS      Y4, Y4, Y5;              \
	VMULPS      MINUS_HALF, Y5, Y5;      \
	EXP(Y5, y, z);                       \
	VMULPS      INV_ROOT_TWO_PI, Y5, Y5; \
	VFMADD231PS Y5, Y4, x

// func sigmoidAVX2(dst, x []float32)
//
//	dst[i] = sigmoidOne(x[i])
TEXT ·sigmoidAVX2(SB), NOSPLIT, $0-48
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	EXP_CONSTANTS
	MAP1(SIGMOID)
	RET

// func tanhAVX2(dst, x []float32)
//
//	dst[i] = tanhOne(x[i])
TEXT ·tanhAVX2(SB), NOSPLIT, $0-48
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	EXP_CONSTANTS
	MAP1(TANH)
	RET

// func softplusAVX2(dst, x []float32)
//
//	dst[i] = softplusOne(x[i])
TEXT ·softplusAVX2(SB), NOSPLIT, $0-48
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	EXP_CONSTANTS
	MAP1(SOFTPLUS)
	RET

// func geluAVX2(dst, x []float32)
//
//	dst[i] = geluOne(x[i])
TEXT ·geluAVX2(SB), NOSPLIT, $0-48
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	EXP_CONSTANTS
	MAP1(GELU)
	RET

// func geluDerivativeAVX2(dst, x []float32)
//
//	dst[i] = geluDerivativeOne(x[i])
TEXT ·geluDerivativeAVX2(SB), NOSPLIT, $0-48
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	EXP_CONSTANTS
	MAP1(GELU_DERIVATIVE)
	RET

// func sigmoidGradAVX2(dx, dy, y []float32)
//
//	dx[i] = dy[i] * (y[i] * (1 - y[i]))
TEXT ·sigmoidGradAVX2(SB), NOSPLIT, $0-72
	MOVQ dx_base+0(FP), DI
	MOVQ dx_len+8(FP), R9
	MOVQ dy_base+24(FP), SI
	MOVQ y_base+48(FP), DX
	VMOVUPS UNIT, Y13
	MAP2(SIGMOID_GRAD)
	RET

// func tanhGradAVX2(dx, dy, y []float32)
//
//	dx[i] = dy[i] * fma(-y[i], y[i], 1)
TEXT ·tanhGradAVX2(SB), NOSPLIT, $0-72
	MOVQ dx_base+0(FP), DI
	MOVQ dx_len+8(FP), R9
	MOVQ dy_base+24(FP), SI
	MOVQ y_base+48(FP), DX
	VMOVUPS UNIT, Y13
	MAP2(TANH_GRAD)
	RET
