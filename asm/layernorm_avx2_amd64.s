//go:build !purego

#include "textflag.h"
#include "map_avx2.h"
#include "strip_avx2.h"

// LAYER_NORMALIZE has mean in Y13 and invStd in Y14; x, gamma and beta are the
// inputs.
#define LAYER_NORMALIZE(x, gamma, beta) \
	VSUBPS      Y13, x, x;     \
	VMULPS      Y14, x, x;     \
	VFMADD213PS beta, gamma, x

// func layerNormalizeAVX2(y, x, gamma, beta []float32, mean, invStd float32)
//
//	y[i] = fma((x[i]-mean)*invStd, gamma[i], beta[i])
TEXT ·layerNormalizeAVX2(SB), NOSPLIT, $0-104
	MOVQ y_base+0(FP), DI
	MOVQ y_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	MOVQ gamma_base+48(FP), DX
	MOVQ beta_base+72(FP), R8
	VBROADCASTSS mean+96(FP), Y13
	VBROADCASTSS invStd+100(FP), Y14
	MAP3(LAYER_NORMALIZE)
	RET

// LAYER_NORM_GRAD has scale, mean, slope and offset in Y11 and Y13–Y15.
#define LAYER_NORM_GRAD(g, x, z) \
	VSUBPS      Y13, x, x;   \
	VFMADD213PS Y15, Y14, x; \ // x = (x − mean)·slope + offset
	VFMADD213PS x, Y11, g      // g·scale + x

// func layerNormGradAVX2(dx, g, x []float32, scale, mean, slope, offset float32)
//
//	dx[i] = fma(g[i], scale, fma(x[i]-mean, slope, offset))
TEXT ·layerNormGradAVX2(SB), NOSPLIT, $0-88
	MOVQ dx_base+0(FP), DI
	MOVQ dx_len+8(FP), R9
	MOVQ g_base+24(FP), SI
	MOVQ x_base+48(FP), DX
	VBROADCASTSS scale+72(FP), Y11
	VBROADCASTSS mean+76(FP), Y13
	VBROADCASTSS slope+80(FP), Y14
	VBROADCASTSS offset+84(FP), Y15
	MAP2(LAYER_NORM_GRAD)
	RET

// The row's mean is in Y13 and its invStd in Y14, from the CX-th elements of what
// DI and R11 point to, which STRIP moves on.

#define ROW_CONSTANTS \
	VBROADCASTSS (DI)(CX*4), Y13;  \
	VBROADCASTSS (R11)(CX*4), Y14; \
	INCQ CX

// SUMS adds 8 columns at off: dy, and dy times the normalised x.
#define SUMS(LOAD, off, sum0, sum1, dot0, dot1) \
	LOAD(off, SI, Y8);             \
	VSUBPS       Y13, Y8, Y8;      \
	VMULPS       Y14, Y8, Y8;      \
	VEXTRACTF128 $1, Y8, X9;       \
	VCVTPS2PD    X8, Y8;           \
	VCVTPS2PD    X9, Y9;           \
	LOAD(off, DX, Y10);            \
	VEXTRACTF128 $1, Y10, X11;     \
	VCVTPS2PD    X10, Y10;         \
	VCVTPS2PD    X11, Y11;         \
	VADDPD       Y10, sum0, sum0;  \
	VADDPD       Y11, sum1, sum1;  \
	VFMADD231PD  Y8, Y10, dot0;    \
	VFMADD231PD  Y9, Y11, dot1

#define SUMS16 \
	ROW_CONSTANTS;                  \
	SUMS(LOAD, 0, Y0, Y1, Y4, Y5);  \
	SUMS(LOAD, 32, Y2, Y3, Y6, Y7)

#define SUMS8 \
	ROW_CONSTANTS; \
	SUMS(LOAD_MASKED, 0, Y0, Y1, Y4, Y5)

// func layerNormSumsAVX2(sum, dot *[StripWidth]float64, dy, x, mean, invStd []float32, rows, width, stride int)
//
//	for i := range rows { for j := range width {
//		g := float64(dy[i*stride+j])
//		sum[j] += g
//		dot[j] += g * float64((x[i*stride+j]-mean[i])*invStd[i])
//	} }
TEXT ·layerNormSumsAVX2(SB), NOSPLIT, $0-136

#define ROWS \
	MOVQ mean_base+64(FP), DI;    \
	MOVQ invStd_base+88(FP), R11; \
	XORL CX, CX

#define BEGIN16 \
	LOAD16_BOTH; \
	ROWS

#define BEGIN8 \
	LOAD8_BOTH; \
	ROWS

	MOVQ sum+0(FP), R12
	MOVQ dot+8(FP), R13
	MOVQ dy_base+16(FP), DX
	MOVQ x_base+40(FP), SI
	MOVQ rows+112(FP), R8
	MOVQ width+120(FP), R9
	MOVQ stride+128(FP), R10
	SHLQ $2, R10
	STRIP(BEGIN16, SUMS16, STORE16_BOTH, BEGIN8, SUMS8, STORE8_BOTH)
	RET
