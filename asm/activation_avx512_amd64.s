//go:build !purego

#include "textflag.h"
#include "activation_constants.h"
#include "exp_avx512.h"
#include "map_avx512.h"

// Z4–Z7 and Z11 are between, beside those of EXP.

// VPMOVD2M collects signs in a mask.

// SIGMOID is sigmoidOne.
#define SIGMOID(x, y, z) \
	VMOVAPS      x, Z4;       \
	VORPS.BCST   SIGN, x, x;  \ // −|x|
	EXP(x, y, z);             \
	VADDPS.BCST  UNIT, x, Z5; \ // 1 + t
	VBROADCASTSS UNIT, Z6;    \
	VPMOVD2M     Z4, K2;      \
	VMOVAPS      x, K2, Z6;   \ // 1, or t for x < 0
	VDIVPS       Z5, Z6, x

// SIGMOID_GRAD has 1 in Z29.
#define SIGMOID_GRAD(x, y, z) \
	VSUBPS y, Z29, Z12; \
	VMULPS Z12, y, y;   \
	VMULPS y, x, x

// TANH is tanhOne. Predicate 17: less than.
#define TANH(x, y, z) \
	VMOVAPS          x, Z4;                   \
	VANDPS.BCST      MAGNITUDE, x, Z5;        \ // a = |x|
	VMULPS           Z5, Z5, Z6;              \ // z = a²
	VBROADCASTSS     TANH9, Z7;               \
	VFMADD213PS.BCST TANH7, Z6, Z7;           \
	VFMADD213PS.BCST TANH5, Z6, Z7;           \
	VFMADD213PS.BCST TANH3, Z6, Z7;           \
	VFMADD213PS.BCST TANH1, Z6, Z7;           \
	VMULPS           Z6, Z7, Z7;              \
	VFMADD213PS      Z5, Z5, Z7;              \ // a·z·p + a
	VMULPS.BCST      MINUS_TWO, Z5, x;        \
	EXP(x, y, z);                             \ // t
	VBROADCASTSS     UNIT, Z6;                \
	VSUBPS           x, Z6, Z11;              \
	VADDPS           Z6, x, x;                \
	VDIVPS           x, Z11, x;               \ // (1 − t)/(1 + t)
	VCMPPS.BCST      $17, TANH_SMALL, Z5, K2; \
	VMOVAPS          Z7, K2, x;               \
	VANDPS.BCST      SIGN, Z4, Z4;            \
	VORPS            Z4, x, x

// TANH_GRAD has 1 in Z29.
#define TANH_GRAD(x, y, z) \
	VMOVAPS      Z29, Z12;  \
	VFNMADD231PS y, y, Z12; \
	VMULPS       Z12, x, x

// SOFTPLUS is softplusOne. VMAXPS returns its last operand, Go's first, unless
// the other one is greater: 0 > x ? 0 : x.
#define SOFTPLUS(x, y, z) \
	VMOVAPS          x, Z4;           \
	VORPS.BCST       SIGN, x, x;      \
	EXP(x, y, z);                     \ // t
	VADDPS.BCST      TWO, x, Z5;      \
	VDIVPS           Z5, x, x;        \ // s = t/(2 + t)
	VMULPS           x, x, Z5;        \ // z = s²
	VBROADCASTSS     ARTANH4, Z6;     \
	VFMADD213PS.BCST ARTANH3, Z5, Z6; \
	VFMADD213PS.BCST ARTANH2, Z5, Z6; \
	VFMADD213PS.BCST ARTANH1, Z5, Z6; \
	VFMADD213PS.BCST ARTANH0, Z5, Z6; \
	VMULPS           Z5, Z6, Z6;      \
	VADDPS           x, x, x;         \
	VFMADD213PS      x, x, Z6;        \ // 2s·z·p + 2s
	VXORPS           Z5, Z5, Z5;      \
	VMAXPS           Z4, Z5, Z5;      \
	VADDPS           Z6, Z5, x

// NORMAL_CDF is normalCDF of x, which Z4 holds too.
#define NORMAL_CDF(x, y, z) \
	VANDPS.BCST      MAGNITUDE, x, x;  \
	VMULPS.BCST      ROOT_HALF, x, Z5; \ // z
	VBROADCASTSS     HALF, Z6;         \
	VFMADD213PS.BCST UNIT, Z5, Z6;     \
	VBROADCASTSS     UNIT, Z7;         \
	VDIVPS           Z6, Z7, Z6;       \ // t = 1/(1 + z/2)
	VBROADCASTSS     ERFC9, x;         \
	VFMADD213PS.BCST ERFC8, Z6, x;     \
	VFMADD213PS.BCST ERFC7, Z6, x;     \
	VFMADD213PS.BCST ERFC6, Z6, x;     \
	VFMADD213PS.BCST ERFC5, Z6, x;     \
	VFMADD213PS.BCST ERFC4, Z6, x;     \
	VFMADD213PS.BCST ERFC3, Z6, x;     \
	VFMADD213PS.BCST ERFC2, Z6, x;     \
	VFMADD213PS.BCST ERFC1, Z6, x;     \
	VFMADD213PS.BCST ERFC0, Z6, x;     \
	VFNMADD231PS     Z5, Z5, x;        \ // p(t) − z²
	EXP(x, y, z);                      \
	VMULPS.BCST      HALF, Z6, Z6;     \
	VMULPS           Z6, x, x;         \ // ½·erfc z
	VSUBPS           x, Z7, Z7;        \
	VPMOVD2M         Z4, K2;           \
	VBLENDMPS        x, Z7, K2, x

// VMAXPS and VMINPS return their last operand, Go's first, if it is a NaN.

// GELU is geluOne.
#define GELU(x, y, z) \
	VBROADCASTSS MINUS_SATURATED, Z4; \
	VMAXPS       x, Z4, Z4;           \
	VMOVAPS      Z4, x;               \
	NORMAL_CDF(x, y, z);              \
	VMULPS       Z4, x, x

// GELU_DERIVATIVE is geluDerivativeOne.
#define GELU_DERIVATIVE(x, y, z) \
	VBROADCASTSS MINUS_SATURATED, Z4;     \
	VMAXPS       x, Z4, x;                \
	VBROADCASTSS SATURATED, Z4;           \
	VMINPS       x, Z4, Z4;               \
	VMOVAPS      Z4, x;                   \
	NORMAL_CDF(x, y, z);                  \
	VMULPS       Z4, Z4, Z5;              \
	VMULPS.BCST  MINUS_HALF, Z5, Z5;      \
	EXP(Z5, y, z);                        \
	VMULPS.BCST  INV_ROOT_TWO_PI, Z5, Z5; \
	VFMADD231PS  Z5, Z4, x

// func sigmoidAVX512(dst, x []float32)
//
//	dst[i] = sigmoidOne(x[i])
TEXT ·sigmoidAVX512(SB), NOSPLIT, $0-48
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	EXP_CONSTANTS
	MAP1(SIGMOID)
	RET

// func tanhAVX512(dst, x []float32)
//
//	dst[i] = tanhOne(x[i])
TEXT ·tanhAVX512(SB), NOSPLIT, $0-48
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	EXP_CONSTANTS
	MAP1(TANH)
	RET

// func softplusAVX512(dst, x []float32)
//
//	dst[i] = softplusOne(x[i])
TEXT ·softplusAVX512(SB), NOSPLIT, $0-48
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	EXP_CONSTANTS
	MAP1(SOFTPLUS)
	RET

// func geluAVX512(dst, x []float32)
//
//	dst[i] = geluOne(x[i])
TEXT ·geluAVX512(SB), NOSPLIT, $0-48
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	EXP_CONSTANTS
	MAP1(GELU)
	RET

// func geluDerivativeAVX512(dst, x []float32)
//
//	dst[i] = geluDerivativeOne(x[i])
TEXT ·geluDerivativeAVX512(SB), NOSPLIT, $0-48
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	EXP_CONSTANTS
	MAP1(GELU_DERIVATIVE)
	RET

// func sigmoidGradAVX512(dx, dy, y []float32)
//
//	dx[i] = dy[i] * (y[i] * (1 - y[i]))
TEXT ·sigmoidGradAVX512(SB), NOSPLIT, $0-72
	MOVQ dx_base+0(FP), DI
	MOVQ dx_len+8(FP), R9
	MOVQ dy_base+24(FP), SI
	MOVQ y_base+48(FP), DX
	VBROADCASTSS UNIT, Z29
	MAP2(SIGMOID_GRAD)
	RET

// func tanhGradAVX512(dx, dy, y []float32)
//
//	dx[i] = dy[i] * fma(-y[i], y[i], 1)
TEXT ·tanhGradAVX512(SB), NOSPLIT, $0-72
	MOVQ dx_base+0(FP), DI
	MOVQ dx_len+8(FP), R9
	MOVQ dy_base+24(FP), SI
	MOVQ y_base+48(FP), DX
	VBROADCASTSS UNIT, Z29
	MAP2(TANH_GRAD)
	RET
