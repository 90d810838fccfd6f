//go:build !purego

#include "textflag.h"
#include "lanes_avx2.h"

// func dotAVX2(x, y []float32) float32
//
//	for i := range x { lane[i%64] = fma(x[i], y[i], lane[i%64]) }
//	the last block padded with zeros; lanes folded by halves
TEXT ·dotAVX2(SB), NOSPLIT, $0-52
	MOVQ x_base+0(FP), SI
	MOVQ x_len+8(FP), R9
	MOVQ y_base+24(FP), DX
	CLEAR
	XORL AX, AX
	MOVQ R9, BX
	ANDQ $-64, BX
	JZ   rest

blocks:
	VMOVUPS     (SI)(AX*4), Y8
	VMOVUPS     32(SI)(AX*4), Y9
	VMOVUPS     64(SI)(AX*4), Y10
	VMOVUPS     96(SI)(AX*4), Y11
	VFMADD231PS (DX)(AX*4), Y8, Y0
	VFMADD231PS 32(DX)(AX*4), Y9, Y1
	VFMADD231PS 64(DX)(AX*4), Y10, Y2
	VFMADD231PS 96(DX)(AX*4), Y11, Y3
	VMOVUPS     128(SI)(AX*4), Y8
	VMOVUPS     160(SI)(AX*4), Y9
	VMOVUPS     192(SI)(AX*4), Y10
	VMOVUPS     224(SI)(AX*4), Y11
	VFMADD231PS 128(DX)(AX*4), Y8, Y4
	VFMADD231PS 160(DX)(AX*4), Y9, Y5
	VFMADD231PS 192(DX)(AX*4), Y10, Y6
	VFMADD231PS 224(DX)(AX*4), Y11, Y7
	ADDQ        $64, AX
	CMPQ        AX, BX
	JLT         blocks

#define DOT_REST(off, lanes) \
	VPCMPGTD    ·laneNumber+off(SB), Y15, Y14; \
	VMASKMOVPS  off(SI)(AX*4), Y14, Y8;        \
	VMASKMOVPS  off(DX)(AX*4), Y14, Y12;       \
	VFMADD231PS Y12, Y8, lanes

rest:
	REST(fold)
	DOT_REST(0, Y0)
	DOT_REST(32, Y1)
	DOT_REST(64, Y2)
	DOT_REST(96, Y3)
	DOT_REST(128, Y4)
	DOT_REST(160, Y5)
	DOT_REST(192, Y6)
	DOT_REST(224, Y7)

fold:
	VADDPS       Y4, Y0, Y0
	VADDPS       Y5, Y1, Y1
	VADDPS       Y6, Y2, Y2
	VADDPS       Y7, Y3, Y3
	VADDPS       Y2, Y0, Y0
	VADDPS       Y3, Y1, Y1
	VADDPS       Y1, Y0, Y0
	VEXTRACTF128 $1, Y0, X1
	VADDPS       X1, X0, X0
	VMOVHLPS     X0, X0, X1
	VADDPS       X1, X0, X0
	VMOVSHDUP    X0, X1
	VADDSS       X1, X0, X0
	VMOVSS       X0, ret+48(FP)
	VZEROUPPER
	RET

// func dsdotAVX2(x, y []float32) float64
//
//	for i := range x { lane[i%32] += float64(x[i]) * float64(y[i]) }
//	lanes folded by halves
TEXT ·dsdotAVX2(SB), NOSPLIT, $0-56
	MOVQ x_base+0(FP), SI
	MOVQ x_len+8(FP), R9
	MOVQ y_base+24(FP), DX
	CLEAR
	XORL AX, AX
	MOVQ R9, BX
	ANDQ $-32, BX
	JZ   rest

#define DSDOT(off, lanes) \
	VCVTPS2PD   off(SI)(AX*4), Y8;  \
	VCVTPS2PD   off(DX)(AX*4), Y12; \
	VFMADD231PD Y12, Y8, lanes

blocks:
	DSDOT(0, Y0)
	DSDOT(16, Y1)
	DSDOT(32, Y2)
	DSDOT(48, Y3)
	DSDOT(64, Y4)
	DSDOT(80, Y5)
	DSDOT(96, Y6)
	DSDOT(112, Y7)
	ADDQ $32, AX
	CMPQ AX, BX
	JLT  blocks

#define DSDOT_REST(off, lanes) \
	VPCMPGTD    ·laneNumber+off(SB), X15, X14; \
	VMASKMOVPS  off(SI)(AX*4), X14, X8;        \
	VMASKMOVPS  off(DX)(AX*4), X14, X12;       \
	VCVTPS2PD   X8, Y8;                        \
	VCVTPS2PD   X12, Y12;                      \
	VFMADD231PD Y12, Y8, lanes

rest:
	REST(fold)
	DSDOT_REST(0, Y0)
	DSDOT_REST(16, Y1)
	DSDOT_REST(32, Y2)
	DSDOT_REST(48, Y3)
	DSDOT_REST(64, Y4)
	DSDOT_REST(80, Y5)
	DSDOT_REST(96, Y6)
	DSDOT_REST(112, Y7)

fold:
	FOLD_PD
	VMOVSD X0, ret+48(FP)
	VZEROUPPER
	RET
