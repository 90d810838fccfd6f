//go:build !purego

#include "textflag.h"
#include "lanes_avx2.h"

// func sumAVX2(x []float32) float64
//
//	for i := range x { lane[i%32] += float64(x[i]) }
//	lanes folded by halves
TEXT ·sumAVX2(SB), NOSPLIT, $0-32
	MOVQ x_base+0(FP), SI
	MOVQ x_len+8(FP), R9
	CLEAR
	XORL AX, AX
	MOVQ R9, BX
	ANDQ $-32, BX
	JZ   rest

#define SUM(off, lanes) \
	VCVTPS2PD off(SI)(AX*4), Y8; \
	VADDPD    Y8, lanes, lanes

blocks:
	SUM(0, Y0)
	SUM(16, Y1)
	SUM(32, Y2)
	SUM(48, Y3)
	SUM(64, Y4)
	SUM(80, Y5)
	SUM(96, Y6)
	SUM(112, Y7)
	ADDQ $32, AX
	CMPQ AX, BX
	JLT  blocks

#define SUM_REST(off, lanes) \
	VPCMPGTD   ·laneNumber+off(SB), X15, X14; \
	VMASKMOVPS off(SI)(AX*4), X14, X8;        \
	VCVTPS2PD  X8, Y8;                        \
	VADDPD     Y8, lanes, lanes

rest:
	REST(fold)
	SUM_REST(0, Y0)
	SUM_REST(16, Y1)
	SUM_REST(32, Y2)
	SUM_REST(48, Y3)
	SUM_REST(64, Y4)
	SUM_REST(80, Y5)
	SUM_REST(96, Y6)
	SUM_REST(112, Y7)

fold:
	FOLD_PD
	VMOVSD X0, ret+24(FP)
	VZEROUPPER
	RET

// func maximumAVX2(x []float32) float32
//
//	m := -Inf; for i := range x { m = max(m, x[i]) }; return m + 0
//
// VMAXPS returns its last operand if one of the two is a NaN, so it loses those
// that came before. Y7 collects them instead: predicate 3, unordered, is true if
// one of two elements is a NaN. Y0–Y3 are maxima and Y6 is −Inf.
TEXT ·maximumAVX2(SB), NOSPLIT, $0-28
	MOVQ         x_base+0(FP), SI
	MOVQ         x_len+8(FP), R9
	MOVL         $0xff800000, BX // −Inf
	VMOVD        BX, X6
	VPBROADCASTD X6, Y6
	VMOVAPS      Y6, Y0
	VMOVAPS      Y6, Y1
	VMOVAPS      Y6, Y2
	VMOVAPS      Y6, Y3
	VXORPS       Y7, Y7, Y7
	XORL         AX, AX
	MOVQ         R9, BX
	ANDQ         $-32, BX
	JZ           rest

blocks:
	VMOVUPS (SI)(AX*4), Y8
	VMOVUPS 32(SI)(AX*4), Y9
	VMOVUPS 64(SI)(AX*4), Y10
	VMOVUPS 96(SI)(AX*4), Y11
	VCMPPS  $3, Y8, Y9, Y12
	VCMPPS  $3, Y10, Y11, Y13
	VMAXPS  Y8, Y0, Y0
	VMAXPS  Y9, Y1, Y1
	VMAXPS  Y10, Y2, Y2
	VMAXPS  Y11, Y3, Y3
	VORPS   Y12, Y13, Y12
	VORPS   Y12, Y7, Y7
	ADDQ    $32, AX
	CMPQ    AX, BX
	JLT     blocks

#define MAX_REST(off, m) \
	VPCMPGTD   ·laneNumber+off(SB), Y15, Y14; \
	VMASKMOVPS off(SI)(AX*4), Y14, Y8;        \
	VBLENDVPS  Y14, Y8, Y6, Y8;               \
	VCMPPS     $3, Y8, Y8, Y12;               \
	VMAXPS     Y8, m, m;                      \
	VORPS      Y12, Y7, Y7

rest:
	REST(fold)
	MAX_REST(0, Y0)
	MAX_REST(32, Y1)
	MAX_REST(64, Y2)
	MAX_REST(96, Y3)

fold:
	VMAXPS       Y2, Y0, Y0
	VMAXPS       Y3, Y1, Y1
	VMAXPS       Y1, Y0, Y0
	VEXTRACTF128 $1, Y0, X1
	VMAXPS       X1, X0, X0
	VMOVHLPS     X0, X0, X1
	VMAXPS       X1, X0, X0
	VMOVSHDUP    X0, X1
	VMAXSS       X1, X0, X0
	VXORPS       X1, X1, X1
	VADDSS       X1, X0, X0
	VMOVSS       X0, ret+24(FP)
	VMOVMSKPS    Y7, BX
	TESTL        BX, BX
	JZ           done
	MOVL         $0x7fc00000, BX // NaN
	MOVL         BX, ret+24(FP)

done:
	VZEROUPPER
	RET

// func accumulateSumAVX2(acc []float64, x []float32)
//
//	for j := range acc { acc[j] += float64(x[j]) }
TEXT ·accumulateSumAVX2(SB), NOSPLIT, $0-48
	MOVQ acc_base+0(FP), DI
	MOVQ acc_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	XORL AX, AX
	MOVQ R9, BX
	ANDQ $-16, BX
	JZ   vectors

blocks:
	VCVTPS2PD (SI)(AX*4), Y8
	VCVTPS2PD 16(SI)(AX*4), Y9
	VCVTPS2PD 32(SI)(AX*4), Y10
	VCVTPS2PD 48(SI)(AX*4), Y11
	VADDPD    (DI)(AX*8), Y8, Y8
	VADDPD    32(DI)(AX*8), Y9, Y9
	VADDPD    64(DI)(AX*8), Y10, Y10
	VADDPD    96(DI)(AX*8), Y11, Y11
	VMOVUPD   Y8, (DI)(AX*8)
	VMOVUPD   Y9, 32(DI)(AX*8)
	VMOVUPD   Y10, 64(DI)(AX*8)
	VMOVUPD   Y11, 96(DI)(AX*8)
	ADDQ      $16, AX
	CMPQ      AX, BX
	JLT       blocks

vectors:
	MOVQ R9, BX
	ANDQ $-4, BX
	CMPQ AX, BX
	JGE  rest

vector:
	VCVTPS2PD (SI)(AX*4), Y8
	VADDPD    (DI)(AX*8), Y8, Y8
	VMOVUPD   Y8, (DI)(AX*8)
	ADDQ      $4, AX
	CMPQ      AX, BX
	JLT       vector

rest:
	CMPQ AX, R9
	JGE  done

element:
	VCVTSS2SD (SI)(AX*4), X8, X8
	VADDSD    (DI)(AX*8), X8, X8
	VMOVSD    X8, (DI)(AX*8)
	INCQ      AX
	CMPQ      AX, R9
	JLT       element

done:
	VZEROUPPER
	RET
