//go:build !purego

#include "textflag.h"
#include "strip_avx2.h"

// SUM and MOMENTS take 8 columns, off bytes on in the row of x, to Y8 and Y9.

#define SUM(LOAD, off, sum0, sum1) \
	LOAD(off, SI, Y8);           \
	VEXTRACTF128 $1, Y8, X9;     \
	VCVTPS2PD    X8, Y8;         \
	VCVTPS2PD    X9, Y9;         \
	VADDPD       Y8, sum0, sum0; \
	VADDPD       Y9, sum1, sum1

#define MOMENTS(LOAD, off, sum0, sum1, squares0, squares1) \
	SUM(LOAD, off, sum0, sum1);    \
	VFMADD231PD Y8, Y8, squares0; \
	VFMADD231PD Y9, Y9, squares1

#define SUM16 \
	SUM(LOAD, 0, Y0, Y1); \
	SUM(LOAD, 32, Y2, Y3)
#define SUM8 \
	SUM(LOAD_MASKED, 0, Y0, Y1)

#define MOMENTS16 \
	MOMENTS(LOAD, 0, Y0, Y1, Y4, Y5); \
	MOMENTS(LOAD, 32, Y2, Y3, Y6, Y7)
#define MOMENTS8 \
	MOMENTS(LOAD_MASKED, 0, Y0, Y1, Y4, Y5)

// func columnSumsAVX2(sum *[StripWidth]float64, x []float32, rows, width, stride int)
//
//	for i := range rows { for j := range width { sum[j] += float64(x[i*stride+j]) } }
TEXT ·columnSumsAVX2(SB), NOSPLIT, $0-56
	MOVQ sum+0(FP), R12
	MOVQ x_base+8(FP), SI
	MOVQ rows+32(FP), R8
	MOVQ width+40(FP), R9
	MOVQ stride+48(FP), R10
	SHLQ $2, R10
	STRIP(LOAD16_R12, SUM16, STORE16_R12, LOAD8_R12, SUM8, STORE8_R12)
	RET

// func columnMomentsAVX2(sum, squares *[StripWidth]float64, x []float32, rows, width, stride int)
//
//	for i := range rows { for j := range width {
//		v := float64(x[i*stride+j]); sum[j] += v; squares[j] += v*v
//	} }
TEXT ·columnMomentsAVX2(SB), NOSPLIT, $0-64
	MOVQ sum+0(FP), R12
	MOVQ squares+8(FP), R13
	MOVQ x_base+16(FP), SI
	MOVQ rows+40(FP), R8
	MOVQ width+48(FP), R9
	MOVQ stride+56(FP), R10
	SHLQ $2, R10
	STRIP(LOAD16_BOTH, MOMENTS16, STORE16_BOTH, LOAD8_BOTH, MOMENTS8, STORE8_BOTH)
	RET
