//go:build !purego

#include "textflag.h"
#include "exp_avx512.h"
#include "map_avx512.h"
#include "lanes_avx512.h"

// func expAVX512(dst, x []float32)
//
//	dst[i] = expOne(x[i])
TEXT ·expAVX512(SB), NOSPLIT, $0-48
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	EXP_CONSTANTS
	MAP1(EXP)
	RET

// func expSumAVX512(dst, x []float32, a, b float32) float64
//
//	for i := range x {
//		dst[i] = expOne(fma(a, x[i], b))
//		lane[i%32] += float64(dst[i])
//	}
//	lanes folded by halves
//
// Z29 and Z30 are a and b.
TEXT ·expSumAVX512(SB), NOSPLIT, $0-64
	MOVQ         dst_base+0(FP), DI
	MOVQ         dst_len+8(FP), R9
	MOVQ         x_base+24(FP), SI
	VBROADCASTSS a+48(FP), Z29
	VBROADCASTSS b+52(FP), Z30
	EXP_CONSTANTS
	VXORPD       X0, X0, X0
	VXORPD       X1, X1, X1
	VXORPD       X2, X2, X2
	VXORPD       X3, X3, X3
	XORL         AX, AX
	MOVQ         R9, BX
	ANDQ         $-32, BX
	JZ           rest

// ADD_LANES adds the elements of Z4 and Z5 to the lanes.
#define ADD_LANES \
	VCVTPS2PD     Y4, Z8;    \
	VEXTRACTF64X4 $1, Z4, Y9; \
	VCVTPS2PD     Y9, Z9;    \
	VCVTPS2PD     Y5, Z10;   \
	VEXTRACTF64X4 $1, Z5, Y11; \
	VCVTPS2PD     Y11, Z11;  \
	VADDPD        Z8, Z0, Z0; \
	VADDPD        Z9, Z1, Z1; \
	VADDPD        Z10, Z2, Z2; \
	VADDPD        Z11, Z3, Z3

blocks:
	VMOVUPS     (SI)(AX*4), Z4
	VMOVUPS     64(SI)(AX*4), Z5
	VFMADD213PS Z30, Z29, Z4
	VFMADD213PS Z30, Z29, Z5
	EXP(Z4, Z4, Z4)
	EXP(Z5, Z5, Z5)
	VMOVUPS     Z4, (DI)(AX*4)
	VMOVUPS     Z5, 64(DI)(AX*4)
	ADD_LANES
	ADDQ        $32, AX
	CMPQ        AX, BX
	JLT         blocks

rest:
	REST(fold)
	KMOVD       BX, K1
	KSHIFTRD    $16, K1, K2
	VMOVUPS.Z   (SI)(AX*4), K1, Z4
	VMOVUPS.Z   64(SI)(AX*4), K2, Z5
	VFMADD213PS Z30, Z29, Z4
	VFMADD213PS Z30, Z29, Z5
	EXP(Z4, Z4, Z4)
	EXP(Z5, Z5, Z5)
	VMOVUPS     Z4, K1, (DI)(AX*4)
	VMOVUPS     Z5, K2, 64(DI)(AX*4)
	VMOVAPS.Z   Z4, K1, Z4
	VMOVAPS.Z   Z5, K2, Z5
	ADD_LANES

fold:
	FOLD_PD
	VMOVSD X0, ret+56(FP)
	VZEROUPPER
	RET
