//go:build !purego

#include "textflag.h"
#include "exp_avx2.h"
#include "map_avx2.h"
#include "lanes_avx2.h"

// func expAVX2(dst, x []float32)
//
//	dst[i] = expOne(x[i])
TEXT ·expAVX2(SB), NOSPLIT, $0-48
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	EXP_CONSTANTS
	MAP1(EXP)
	RET

// func expSumAVX2(dst, x []float32, a, b float32) float64
//
//	for i := range x {
//		dst[i] = expOne(fma(a, x[i], b))
//		lane[i%32] += float64(dst[i])
//	}
//	lanes folded by halves
//
// Y11 is a vector of x, then of dst. EXP leaves no register for a and b, which are
// loaded anew for each.
TEXT ·expSumAVX2(SB), NOSPLIT, $0-64
	MOVQ    dst_base+0(FP), DI
	MOVQ    dst_len+8(FP), R9
	MOVQ    x_base+24(FP), SI
	EXP_CONSTANTS
	CLEAR
	XORL    AX, AX
	MOVQ    R9, BX
	ANDQ    $-32, BX
	JZ      rest

#define EXP_AFFINE \
	VBROADCASTSS a+48(FP), Y8;  \
	VBROADCASTSS b+52(FP), Y9;  \
	VFMADD213PS  Y9, Y8, Y11;   \ // a·x + b
	EXP(Y11, Y11, Y11)

#define ADD_LANES(low, high) \
	VCVTPS2PD    X11, Y8;       \
	VEXTRACTF128 $1, Y11, X9;   \
	VCVTPS2PD    X9, Y9;        \
	VADDPD       Y8, low, low;  \
	VADDPD       Y9, high, high

#define EXP_SUM(off, low, high) \
	VMOVUPS off(SI)(AX*4), Y11; \
	EXP_AFFINE;                 \
	VMOVUPS Y11, off(DI)(AX*4); \
	ADD_LANES(low, high)

blocks:
	EXP_SUM(0, Y0, Y1)
	EXP_SUM(32, Y2, Y3)
	EXP_SUM(64, Y4, Y5)
	EXP_SUM(96, Y6, Y7)
	ADDQ $32, AX
	CMPQ AX, BX
	JLT  blocks

// Y12 is the mask of a vector of the last block.
#define EXP_SUM_REST(off, low, high) \
	VMOVD        CX, X12;                     \
	VPBROADCASTD X12, Y12;                    \
	VPCMPGTD     ·laneNumber+off(SB), Y12, Y12; \
	VMASKMOVPS   off(SI)(AX*4), Y12, Y11;     \
	EXP_AFFINE;                               \
	VMASKMOVPS   Y11, Y12, off(DI)(AX*4);     \
	VANDPS       Y12, Y11, Y11;               \
	ADD_LANES(low, high)

rest:
	MOVQ R9, CX
	SUBQ AX, CX
	JZ   fold
	EXP_SUM_REST(0, Y0, Y1)
	EXP_SUM_REST(32, Y2, Y3)
	EXP_SUM_REST(64, Y4, Y5)
	EXP_SUM_REST(96, Y6, Y7)

fold:
	FOLD_PD
	VMOVSD X0, ret+56(FP)
	VZEROUPPER
	RET
