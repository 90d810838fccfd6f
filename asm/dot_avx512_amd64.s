//go:build !purego

#include "textflag.h"
#include "lanes_avx512.h"

// func dotAVX512(x, y []float32) float32
//
//	for i := range x { lane[i%64] = fma(x[i], y[i], lane[i%64]) }
//	the last block padded with zeros; lanes folded by halves
TEXT ·dotAVX512(SB), NOSPLIT, $0-52
	MOVQ   x_base+0(FP), SI
	MOVQ   x_len+8(FP), R9
	MOVQ   y_base+24(FP), DX
	VXORPS X0, X0, X0 // clears the whole register
	VXORPS X1, X1, X1
	VXORPS X2, X2, X2
	VXORPS X3, X3, X3
	XORL   AX, AX
	MOVQ   R9, BX
	ANDQ   $-64, BX
	JZ     rest

blocks:
	VMOVUPS     (SI)(AX*4), Z4
	VMOVUPS     64(SI)(AX*4), Z5
	VMOVUPS     128(SI)(AX*4), Z6
	VMOVUPS     192(SI)(AX*4), Z7
	VFMADD231PS (DX)(AX*4), Z4, Z0
	VFMADD231PS 64(DX)(AX*4), Z5, Z1
	VFMADD231PS 128(DX)(AX*4), Z6, Z2
	VFMADD231PS 192(DX)(AX*4), Z7, Z3
	ADDQ        $64, AX
	CMPQ        AX, BX
	JLT         blocks

rest:
	REST(fold)
	KMOVQ       BX, K1
	KSHIFTRQ    $16, K1, K2
	KSHIFTRQ    $32, K1, K3
	KSHIFTRQ    $48, K1, K4
	VMOVUPS.Z   (SI)(AX*4), K1, Z4
	VMOVUPS.Z   64(SI)(AX*4), K2, Z5
	VMOVUPS.Z   128(SI)(AX*4), K3, Z6
	VMOVUPS.Z   192(SI)(AX*4), K4, Z7
	VMOVUPS.Z   (DX)(AX*4), K1, Z8
	VMOVUPS.Z   64(DX)(AX*4), K2, Z9
	VMOVUPS.Z   128(DX)(AX*4), K3, Z10
	VMOVUPS.Z   192(DX)(AX*4), K4, Z11
	VFMADD231PS Z8, Z4, Z0
	VFMADD231PS Z9, Z5, Z1
	VFMADD231PS Z10, Z6, Z2
	VFMADD231PS Z11, Z7, Z3

fold:
	VADDPS        Z2, Z0, Z0
	VADDPS        Z3, Z1, Z1
	VADDPS        Z1, Z0, Z0
	VEXTRACTF64X4 $1, Z0, Y1
	VADDPS        Y1, Y0, Y0
	VEXTRACTF128  $1, Y0, X1
	VADDPS        X1, X0, X0
	VMOVHLPS      X0, X0, X1
	VADDPS        X1, X0, X0
	VMOVSHDUP     X0, X1
	VADDSS        X1, X0, X0
	VMOVSS        X0, ret+48(FP)
	VZEROUPPER
	RET

// func dsdotAVX512(x, y []float32) float64
//
//	for i := range x { lane[i%32] += float64(x[i]) * float64(y[i]) }
//	lanes folded by halves
TEXT ·dsdotAVX512(SB), NOSPLIT, $0-56
	MOVQ   x_base+0(FP), SI
	MOVQ   x_len+8(FP), R9
	MOVQ   y_base+24(FP), DX
	VXORPD X0, X0, X0
	VXORPD X1, X1, X1
	VXORPD X2, X2, X2
	VXORPD X3, X3, X3
	XORL   AX, AX
	MOVQ   R9, BX
	ANDQ   $-32, BX
	JZ     rest

blocks:
	VCVTPS2PD   (SI)(AX*4), Z4
	VCVTPS2PD   32(SI)(AX*4), Z5
	VCVTPS2PD   64(SI)(AX*4), Z6
	VCVTPS2PD   96(SI)(AX*4), Z7
	VCVTPS2PD   (DX)(AX*4), Z8
	VCVTPS2PD   32(DX)(AX*4), Z9
	VCVTPS2PD   64(DX)(AX*4), Z10
	VCVTPS2PD   96(DX)(AX*4), Z11
	VFMADD231PD Z8, Z4, Z0
	VFMADD231PD Z9, Z5, Z1
	VFMADD231PD Z10, Z6, Z2
	VFMADD231PD Z11, Z7, Z3
	ADDQ        $32, AX
	CMPQ        AX, BX
	JLT         blocks

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
	VCVTPS2PD.Z (DX)(AX*4), K1, Z8
	VCVTPS2PD.Z 32(DX)(AX*4), K2, Z9
	VCVTPS2PD.Z 64(DX)(AX*4), K3, Z10
	VCVTPS2PD.Z 96(DX)(AX*4), K4, Z11
	VFMADD231PD Z8, Z4, Z0
	VFMADD231PD Z9, Z5, Z1
	VFMADD231PD Z10, Z6, Z2
	VFMADD231PD Z11, Z7, Z3

fold:
	FOLD_PD
	VMOVSD X0, ret+48(FP)
	VZEROUPPER
	RET

// func sumDotAVX512(x, y []float32) (sum, dot float64)
//
//	for i := range x {
//		s[i%32] += float64(x[i])
//		d[i%32] += float64(x[i]) * float64(y[i])
//	}
//	both folded by halves
//
// The lanes of s are in Z12–Z15.
TEXT ·sumDotAVX512(SB), NOSPLIT, $0-64
	MOVQ   x_base+0(FP), SI
	MOVQ   x_len+8(FP), R9
	MOVQ   y_base+24(FP), DX
	VXORPD X0, X0, X0
	VXORPD X1, X1, X1
	VXORPD X2, X2, X2
	VXORPD X3, X3, X3
	VXORPD X12, X12, X12
	VXORPD X13, X13, X13
	VXORPD X14, X14, X14
	VXORPD X15, X15, X15
	XORL   AX, AX
	KXNORD K1, K1, K1
	KXNORD K2, K2, K2
	KXNORD K3, K3, K3
	KXNORD K4, K4, K4
	MOVQ   R9, BX
	ANDQ   $-32, BX
	JZ     rest

#define SUM_DOT(off, mask, x, y, s, d) \
	VCVTPS2PD.Z off(SI)(AX*4), mask, x; \
	VCVTPS2PD.Z off(DX)(AX*4), mask, y; \
	VADDPD      x, s, s;                \
	VFMADD231PD y, x, d

#define SUM_DOT32 \
	SUM_DOT(0, K1, Z4, Z8, Z12, Z0);   \
	SUM_DOT(32, K2, Z5, Z9, Z13, Z1);  \
	SUM_DOT(64, K3, Z6, Z10, Z14, Z2); \
	SUM_DOT(96, K4, Z7, Z11, Z15, Z3)

blocks:
	SUM_DOT32
	ADDQ $32, AX
	CMPQ AX, BX
	JLT  blocks

rest:
	REST(fold)
	KMOVD    BX, K1
	KSHIFTRD $8, K1, K2
	KSHIFTRD $16, K1, K3
	KSHIFTRD $24, K1, K4
	SUM_DOT32

fold:
	FOLD_PD
	VMOVSD  X0, dot+56(FP)
	VMOVAPD Z12, Z0
	VMOVAPD Z13, Z1
	VMOVAPD Z14, Z2
	VMOVAPD Z15, Z3
	FOLD_PD
	VMOVSD X0, sum+48(FP)
	VZEROUPPER
	RET
