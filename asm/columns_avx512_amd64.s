//go:build !purego

#include "textflag.h"
#include "strip_avx512.h"

// SUM and MOMENTS take 8 columns, off bytes on in the row of x, to Z16.

#define SUM(off, mask, sum) \
	VCVTPS2PD.Z off(SI)(AX*1), mask, Z16; \
	VADDPD      Z16, sum, sum

#define MOMENTS(off, mask, sum, squares) \
	SUM(off, mask, sum); \
	VFMADD231PD Z16, Z16, squares

#define SUM16 \
	SUM(0, K1, Z0); \
	SUM(32, K2, Z1)

#define SUM64 \
	SUM16;           \
	SUM(64, K1, Z2);  \
	SUM(96, K1, Z3);  \
	SUM(128, K1, Z4); \
	SUM(160, K1, Z5); \
	SUM(192, K1, Z6); \
	SUM(224, K1, Z7)

#define MOMENTS16 \
	MOMENTS(0, K1, Z0, Z8); \
	MOMENTS(32, K2, Z1, Z9)

#define MOMENTS64 \
	MOMENTS16;                 \
	MOMENTS(64, K1, Z2, Z10);  \
	MOMENTS(96, K1, Z3, Z11);  \
	MOMENTS(128, K1, Z4, Z12); \
	MOMENTS(160, K1, Z5, Z13); \
	MOMENTS(192, K1, Z6, Z14); \
	MOMENTS(224, K1, Z7, Z15)

// func columnSumsAVX512(sum *[StripWidth]float64, x []float32, rows, width, stride int)
//
//	for i := range rows { for j := range width { sum[j] += float64(x[i*stride+j]) } }
TEXT ·columnSumsAVX512(SB), NOSPLIT, $0-56
	MOVQ sum+0(FP), R12
	MOVQ x_base+8(FP), SI
	MOVQ rows+32(FP), R8
	MOVQ width+40(FP), R9
	MOVQ stride+48(FP), R10
	SHLQ $2, R10
	STRIP(LOAD64_R12, SUM64, STORE64_R12, LOAD16_R12, SUM16, STORE16_R12)
	RET

// func columnMomentsAVX512(sum, squares *[StripWidth]float64, x []float32, rows, width, stride int)
//
//	for i := range rows { for j := range width {
//		v := float64(x[i*stride+j]); sum[j] += v; squares[j] += v*v
//	} }
TEXT ·columnMomentsAVX512(SB), NOSPLIT, $0-64
	MOVQ sum+0(FP), R12
	MOVQ squares+8(FP), R13
	MOVQ x_base+16(FP), SI
	MOVQ rows+40(FP), R8
	MOVQ width+48(FP), R9
	MOVQ stride+56(FP), R10
	SHLQ $2, R10
	STRIP(LOAD64_BOTH, MOMENTS64, STORE64_BOTH, LOAD16_BOTH, MOMENTS16, STORE16_BOTH)
	RET
