//go:build !purego

#include "textflag.h"
#include "log_constants.h"
#include "map_avx2.h"

// LOG is logOne. Predicates: 17 less than, 25 not greater or equal, true for NaN.
// What the first steps make of a number that is not positive or not finite is
// replaced at the end.
#define LOG(x, y, z) \
	VMOVAPS     x, Y4;                  \
	VCMPPS      $17, MIN_NORMAL, x, Y5; \
	VMULPS      TWO23, x, Y6;           \
	VBLENDVPS   Y5, Y6, x, x;           \ // subnormal: x·2²³
	VANDPS      TWENTY_THREE, Y5, Y5;   \
	VPSUBD      ROOT_HALF, x, x;        \
	VPSRAD      $23, x, Y6;             \
	VCVTDQ2PS   Y6, Y6;                 \
	VSUBPS      Y5, Y6, Y6;             \ // k
	VPAND       MANTISSA, x, x;         \
	VPADDD      ROOT_HALF, x, x;        \
	VSUBPS      ONE, x, x;              \ // f
	VADDPS      TWO, x, Y5;             \
	VDIVPS      Y5, x, Y5;              \ // s = f/(2 + f)
	VMULPS      Y5, Y5, Y7;             \ // z = s²
	VMOVUPS     R4, Y8;                 \
	VFMADD213PS R3, Y7, Y8;             \
	VFMADD213PS R2, Y7, Y8;             \
	VFMADD213PS R1, Y7, Y8;             \
	VMULPS      Y7, Y8, Y8;             \ // R
	VMULPS      HALF, x, Y9;            \
	VMULPS      x, Y9, Y9;              \ // f²/2
	VADDPS      Y9, Y8, Y8;             \
	VMULPS      Y5, Y8, Y8;             \
	VFMADD231PS LN2_LOW, Y6, Y8;        \ // inner
	VSUBPS      Y8, Y9, Y9;             \
	VSUBPS      x, Y9, Y9;              \
	VMOVUPS     LN2_HIGH, Y8;           \
	VFMSUB213PS Y9, Y8, Y6;             \ // k·ln2High − (f²/2 − inner − f)
	VXORPS      Y5, Y5, Y5;             \
	VCMPPS      $25, Y5, Y4, Y7;        \
	VORPS       Y7, Y6, x;              \ // negative or NaN: all ones, a NaN
	VCMPPS      $0, Y5, Y4, Y7;         \
	VMOVUPS     MINUS_INF, Y8;          \
	VBLENDVPS   Y7, Y8, x, x;           \
	VCMPPS      $0, INF, Y4, Y7;        \
	VBLENDVPS   Y7, Y4, x, x

// func logAVX2(dst, x []float32)
//
//	dst[i] = logOne(x[i])
TEXT ·logAVX2(SB), NOSPLIT, $0-48
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	MAP1(LOG)
	RET
