//go:build !purego

#include "textflag.h"
#include "log_constants.h"
#include "map_avx512.h"

// LOG is logOne. Predicates: 17 less than, 25 not greater or equal, true for NaN.
// What the first steps make of a number that is not positive or not finite is
// replaced at the end.
#define LOG(x, y, z) \
	VMOVAPS          x, Z4;                  \
	VCMPPS.BCST      $17, MIN_NORMAL, x, K2; \
	VMULPS.BCST      TWO23, x, K2, x;        \ // subnormal: x·2²³
	VBROADCASTSS.Z   TWENTY_THREE, K2, Z5;   \
	VPSUBD.BCST      ROOT_HALF, x, x;        \
	VPSRAD           $23, x, Z6;             \
	VCVTDQ2PS        Z6, Z6;                 \
	VSUBPS           Z5, Z6, Z6;             \ // k
	VPANDD.BCST      MANTISSA, x, x;         \
	VPADDD.BCST      ROOT_HALF, x, x;        \
	VSUBPS.BCST      ONE, x, x;              \ // f
	VADDPS.BCST      TWO, x, Z5;             \
	VDIVPS           Z5, x, Z5;              \ // s = f/(2 + f)
	VMULPS           Z5, Z5, Z7;             \ // z = s²
	VBROADCASTSS     R4, Z12;                \
	VFMADD213PS.BCST R3, Z7, Z12;            \
	VFMADD213PS.BCST R2, Z7, Z12;            \
	VFMADD213PS.BCST R1, Z7, Z12;            \
	VMULPS           Z7, Z12, Z12;           \ // R
	VMULPS.BCST      HALF, x, Z13;           \
	VMULPS           x, Z13, Z13;            \ // f²/2
	VADDPS           Z13, Z12, Z12;          \
	VMULPS           Z5, Z12, Z12;           \
	VFMADD231PS.BCST LN2_LOW, Z6, Z12;       \ // inner
	VSUBPS           Z12, Z13, Z13;          \
	VSUBPS           x, Z13, Z13;            \
	VBROADCASTSS     LN2_HIGH, Z12;          \
	VFMSUB213PS      Z13, Z12, Z6;           \ // k·ln2High − (f²/2 − inner − f)
	VXORPS           Z5, Z5, Z5;             \
	VCMPPS           $25, Z5, Z4, K2;        \
	VMOVAPS          Z6, x;                  \
	VPTERNLOGD       $255, x, x, K2, x;      \ // negative or NaN: all ones, a NaN
	VCMPPS           $0, Z5, Z4, K2;         \
	VBROADCASTSS     MINUS_INF, K2, x;       \
	VCMPPS.BCST      $0, INF, Z4, K2;        \
	VMOVAPS          Z4, K2, x

// func logAVX512(dst, x []float32)
//
//	dst[i] = logOne(x[i])
TEXT ·logAVX512(SB), NOSPLIT, $0-48
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	MAP1(LOG)
	RET
