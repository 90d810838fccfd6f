//go:build !purego

#include "textflag.h"
#include "map_avx512.h"
#include "strip_avx512.h"

// LAYER_NORMALIZE has mean in Z16 and invStd in Z17; x, gamma and beta are the
// inputs.
#define LAYER_NORMALIZE(x, gamma, beta) \
	VSUBPS      Z16, x, x;     \
	VMULPS      Z17, x, x;     \
	VFMADD213PS beta, gamma, x

// func layerNormalizeAVX512(y, x, gamma, beta []float32, mean, invStd float32)
//
//	y[i] = fma((x[i]-mean)*invStd, gamma[i], beta[i])
TEXT ·layerNormalizeAVX512(SB), NOSPLIT, $0-104
	MOVQ y_base+0(FP), DI
	MOVQ y_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	MOVQ gamma_base+48(FP), DX
	MOVQ beta_base+72(FP), R8
	VBROADCASTSS mean+96(FP), Z16
	VBROADCASTSS invStd+100(FP), Z17
	MAP3(LAYER_NORMALIZE)
	RET

// LAYER_NORM_GRAD has scale, mean, slope and offset in Z16–Z19.
#define LAYER_NORM_GRAD(g, x, z) \
	VSUBPS      Z17, x, x;   \
	VFMADD213PS Z19, Z18, x; \ // x = (x − mean)·slope + offset
	VFMADD213PS x, Z16, g      // g·scale + x

// func layerNormGradAVX512(dx, g, x []float32, scale, mean, slope, offset float32)
//
//	dx[i] = fma(g[i], scale, fma(x[i]-mean, slope, offset))
TEXT ·layerNormGradAVX512(SB), NOSPLIT, $0-88
	MOVQ dx_base+0(FP), DI
	MOVQ dx_len+8(FP), R9
	MOVQ g_base+24(FP), SI
	MOVQ x_base+48(FP), DX
	VBROADCASTSS scale+72(FP), Z16
	VBROADCASTSS mean+76(FP), Z17
	VBROADCASTSS slope+80(FP), Z18
	VBROADCASTSS offset+84(FP), Z19
	MAP2(LAYER_NORM_GRAD)
	RET

// The row's mean is in Z16 and its invStd in Z17, from the CX-th elements of what
// DI and R11 point to, which STRIP moves on.

#define ROW_CONSTANTS \
	VBROADCASTSS (DI)(CX*4), Z16;  \
	VBROADCASTSS (R11)(CX*4), Z17; \
	INCQ CX

// SUMS adds 16 columns at off: dy, and dy times the normalised x.
#define SUMS(off, sum0, dot0, sum1, dot1) \
	VMOVUPS.Z     off(SI)(AX*1), K1, Z18;    \
	VSUBPS        Z16, Z18, Z18;             \
	VMULPS        Z17, Z18, Z18;             \
	VEXTRACTF64X4 $1, Z18, Y19;              \
	VCVTPS2PD     Y18, Z18;                  \
	VCVTPS2PD     Y19, Z19;                  \
	VCVTPS2PD.Z   off(DX)(AX*1), K1, Z20;    \
	VCVTPS2PD.Z   off+32(DX)(AX*1), K2, Z21; \
	VADDPD        Z20, sum0, sum0;           \
	VADDPD        Z21, sum1, sum1;           \
	VFMADD231PD   Z18, Z20, dot0;            \
	VFMADD231PD   Z19, Z21, dot1

#define SUMS16 \
	ROW_CONSTANTS; \
	SUMS(0, Z0, Z8, Z1, Z9)

#define SUMS64 \
	SUMS16;                     \
	SUMS(64, Z2, Z10, Z3, Z11);  \
	SUMS(128, Z4, Z12, Z5, Z13); \
	SUMS(192, Z6, Z14, Z7, Z15)

// func layerNormSumsAVX512(sum, dot *[StripWidth]float64, dy, x, mean, invStd []float32, rows, width, stride int)
//
//	for i := range rows { for j := range width {
//		g := float64(dy[i*stride+j])
//		sum[j] += g
//		dot[j] += g * float64((x[i*stride+j]-mean[i])*invStd[i])
//	} }
TEXT ·layerNormSumsAVX512(SB), NOSPLIT, $0-136

#define BEGIN16 \
	LOAD16_BOTH;                 \
	MOVQ mean_base+64(FP), DI;    \
	MOVQ invStd_base+88(FP), R11; \
	XORL CX, CX

#define BEGIN64 \
	LOAD64_BOTH;                 \
	MOVQ mean_base+64(FP), DI;    \
	MOVQ invStd_base+88(FP), R11; \
	XORL CX, CX

	MOVQ sum+0(FP), R12
	MOVQ dot+8(FP), R13
	MOVQ dy_base+16(FP), DX
	MOVQ x_base+40(FP), SI
	MOVQ rows+112(FP), R8
	MOVQ width+120(FP), R9
	MOVQ stride+128(FP), R10
	SHLQ $2, R10
	STRIP(BEGIN64, SUMS64, STORE64_BOTH, BEGIN16, SUMS16, STORE16_BOTH)
	RET
