//go:build !purego

#include "textflag.h"
#include "lanes_avx512.h"

// func sumAVX512(x []float32) float64
//
//	for i := range x { lane[i%32] += float64(x[i]) }
//	lanes folded by halves
TEXT ·sumAVX512(SB), NOSPLIT, $0-32
	MOVQ   x_base+0(FP), SI
	MOVQ   x_len+8(FP), R9
	VXORPD X0, X0, X0
	VXORPD X1, X1, X1
	VXORPD X2, X2, X2
	VXORPD X3, X3, X3
	XORL   AX, AX
	MOVQ   R9, BX
	ANDQ   $-32, BX
	JZ     rest

blocks:
	VCVTPS2PD (SI)(AX*4), Z4
	VCVTPS2PD 32(SI)(AX*4), Z5
	VCVTPS2PD 64(SI)(AX*4), Z6
	VCVTPS2PD 96(SI)(AX*4), Z7
	VADDPD    Z4, Z0, Z0
	VADDPD    Z5, Z1, Z1
	VADDPD    Z6, Z2, Z2
	VADDPD    Z7, Z3, Z3
	ADDQ      $32, AX
	CMPQ      AX, BX
	JLT       blocks

rest:
	REST(fold)
	KMOVD       BX, K1
	KSHIFTRD    $8, K1, K2
	KSHIFTRD    $16, K1, K3
	KSHIFTRD    $24, K1, K4
	VCVTPS2PD.Z (SI)(AX*4), K1, Z4
	VCVTPS2PD.Z 32(SI)(AX*4), K2, Z5
	VCVTPS2PD.Z 64(SI)(AX*4), K3, Z6
	VCVTPS2PD.Z 96(SI)(AX*4), K4, Z7
	VADDPD      Z4, Z0, Z0
	VADDPD      Z5, Z1, Z1
	VADDPD      Z6, Z2, Z2
	VADDPD      Z7, Z3, Z3

fold:
	FOLD_PD
	VMOVSD X0, ret+24(FP)
	VZEROUPPER
	RET

// func maximumAVX512(x []float32) float32
//
//	m := -Inf; for i := range x { m = max(m, x[i]) }; return m + 0
//
// VMAXPS returns its last operand if one of the two is a NaN, so it loses those
// that came before. K1 collects them instead: predicate 3, unordered, is true if
// one of two elements is a NaN.
TEXT ·maximumAVX512(SB), NOSPLIT, $0-28
	MOVQ         x_base+0(FP), SI
	MOVQ         x_len+8(FP), R9
	MOVL         $0xff800000, BX // −Inf
	VPBROADCASTD BX, Z0
	VMOVAPS      Z0, Z1
	VMOVAPS      Z0, Z2
	VMOVAPS      Z0, Z3
	VMOVAPS      Z0, Z8
	KXORQ        K1, K1, K1
	XORL         AX, AX
	MOVQ         R9, BX
	ANDQ         $-64, BX
	JZ           rest

blocks:
	VMOVUPS (SI)(AX*4), Z4
	VMOVUPS 64(SI)(AX*4), Z5
	VMOVUPS 128(SI)(AX*4), Z6
	VMOVUPS 192(SI)(AX*4), Z7
	VCMPPS  $3, Z4, Z5, K2
	VCMPPS  $3, Z6, Z7, K3
	VMAXPS  Z4, Z0, Z0
	VMAXPS  Z5, Z1, Z1
	VMAXPS  Z6, Z2, Z2
	VMAXPS  Z7, Z3, Z3
	KORW    K2, K3, K2
	KORW    K2, K1, K1
	ADDQ    $64, AX
	CMPQ    AX, BX
	JLT     blocks

rest:
	REST(fold)

vector: // BX has a one for each element left
	KMOVW   BX, K2
	VMOVAPS Z8, Z4
	VMOVUPS (SI)(AX*4), K2, Z4
	VCMPPS  $3, Z4, Z4, K3
	VMAXPS  Z4, Z0, Z0
	KORW    K3, K1, K1
	ADDQ    $16, AX
	SHRQ    $16, BX
	JNZ     vector

fold:
	VMAXPS        Z2, Z0, Z0
	VMAXPS        Z3, Z1, Z1
	VMAXPS        Z1, Z0, Z0
	VEXTRACTF64X4 $1, Z0, Y1
	VMAXPS        Y1, Y0, Y0
	VEXTRACTF128  $1, Y0, X1
	VMAXPS        X1, X0, X0
	VMOVHLPS      X0, X0, X1
	VMAXPS        X1, X0, X0
	VMOVSHDUP     X0, X1
	VMAXSS        X1, X0, X0
	VXORPS        X1, X1, X1
	VADDSS        X1, X0, X0
	VMOVSS        X0, ret+24(FP)
	KORTESTW      K1, K1
	JZ            done
	MOVL          $0x7fc00000, BX // NaN
	MOVL          BX, ret+24(FP)

done:
	VZEROUPPER
	RET

// func accumulateSumAVX512(acc []float64, x []float32)
//
//	for j := range acc { acc[j] += float64(x[j]) }
TEXT ·accumulateSumAVX512(SB), NOSPLIT, $0-48
	MOVQ acc_base+0(FP), DI
	MOVQ acc_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	XORL AX, AX
	MOVQ R9, BX
	ANDQ $-32, BX
	JZ   rest

blocks:
	VCVTPS2PD (SI)(AX*4), Z4
	VCVTPS2PD 32(SI)(AX*4), Z5
	VCVTPS2PD 64(SI)(AX*4), Z6
	VCVTPS2PD 96(SI)(AX*4), Z7
	VADDPD    (DI)(AX*8), Z4, Z4
	VADDPD    64(DI)(AX*8), Z5, Z5
	VADDPD    128(DI)(AX*8), Z6, Z6
	VADDPD    192(DI)(AX*8), Z7, Z7
	VMOVUPD   Z4, (DI)(AX*8)
	VMOVUPD   Z5, 64(DI)(AX*8)
	VMOVUPD   Z6, 128(DI)(AX*8)
	VMOVUPD   Z7, 192(DI)(AX*8)
	ADDQ      $32, AX
	CMPQ      AX, BX
	JLT       blocks

rest:
	REST(done)

vector: // BX has a one for each element left
	KMOVB       BX, K1
	VCVTPS2PD.Z (SI)(AX*4), K1, Z4
	VMOVUPD.Z   (DI)(AX*8), K1, Z0
	VADDPD      Z4, Z0, Z0
	VMOVUPD     Z0, K1, (DI)(AX*8)
	ADDQ        $8, AX
	SHRQ        $8, BX
	JNZ         vector

done:
	VZEROUPPER
	RET
