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

// func accumulateDotAVX512(acc []float64, x, y []float32)
//
//	for j := range acc { acc[j] += float64(x[j]) * float64(y[j]) }
TEXT ·accumulateDotAVX512(SB), NOSPLIT, $0-72
	MOVQ acc_base+0(FP), DI
	MOVQ acc_len+8(FP), R9
	MOVQ x_base+24(FP), SI
	MOVQ y_base+48(FP), DX
	XORL AX, AX
	MOVQ R9, BX
	ANDQ $-32, BX
	JZ   rest

blocks:
	VCVTPS2PD   (SI)(AX*4), Z4
	VCVTPS2PD   32(SI)(AX*4), Z5
	VCVTPS2PD   64(SI)(AX*4), Z6
	VCVTPS2PD   96(SI)(AX*4), Z7
	VCVTPS2PD   (DX)(AX*4), Z8
	VCVTPS2PD   32(DX)(AX*4), Z9
	VCVTPS2PD   64(DX)(AX*4), Z10
	VCVTPS2PD   96(DX)(AX*4), Z11
	VFMADD213PD (DI)(AX*8), Z8, Z4
	VFMADD213PD 64(DI)(AX*8), Z9, Z5
	VFMADD213PD 128(DI)(AX*8), Z10, Z6
	VFMADD213PD 192(DI)(AX*8), Z11, Z7
	VMOVUPD     Z4, (DI)(AX*8)
	VMOVUPD     Z5, 64(DI)(AX*8)
	VMOVUPD     Z6, 128(DI)(AX*8)
	VMOVUPD     Z7, 192(DI)(AX*8)
	ADDQ        $32, AX
	CMPQ        AX, BX
	JLT         blocks

rest:
	REST(done)

vector: // BX has a one for each element left
	KMOVB       BX, K1
	VCVTPS2PD.Z (SI)(AX*4), K1, Z4
	VCVTPS2PD.Z (DX)(AX*4), K1, Z8
	VMOVUPD.Z   (DI)(AX*8), K1, Z0
	VFMADD231PD Z8, Z4, Z0
	VMOVUPD     Z0, K1, (DI)(AX*8)
	ADDQ        $8, AX
	SHRQ        $8, BX
	JNZ         vector

done:
	VZEROUPPER
	RET
