//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// Registers:
//
//	DI, SI, DX, R8  w, g, m, v
//	R9              number of elements
//	AX              index of the next element
//	BX, CX          end of the loop; elements left
//	K1              mask of the last vector
//	Z0–Z3           vectors of w, g, m, v; the new ones of w, m, v
//	Z4, Z5          between
//	Z16–Z24         the fields of AdamStep in their order

// ADAM computes one vector of each.
#define ADAM \
	VFMADD231PS  Z24, Z0, Z1; \ // g = L2·w + g
	VMULPS       Z18, Z1, Z4; \
	VFMADD213PS  Z4, Z16, Z2; \ // m = Beta1·m + OneMinusBeta1·g
	VMULPS       Z19, Z1, Z4; \
	VMULPS       Z1, Z4, Z4;  \
	VFMADD213PS  Z4, Z17, Z3; \ // v = Beta2·v + OneMinusBeta2·g·g
	VSQRTPS      Z3, Z4;      \
	VFMADD213PS  Z21, Z20, Z4; \ // denominator = √v·InvRootBias2 + Eps
	VDIVPS       Z4, Z2, Z5;  \
	VMULPS       Z23, Z0, Z0; \
	VFNMADD231PS Z5, Z22, Z0    // w = Decay·w − StepSize·(m / denominator)

// func adamAVX512(w, g, m, v []float32, s *AdamStep)
//
//	the loop of adamGeneric
TEXT ·adamAVX512(SB), NOSPLIT, $0-104
	MOVQ         w_base+0(FP), DI
	MOVQ         w_len+8(FP), R9
	MOVQ         g_base+24(FP), SI
	MOVQ         m_base+48(FP), DX
	MOVQ         v_base+72(FP), R8
	MOVQ         s+96(FP), R10
	VBROADCASTSS AdamStep_Beta1(R10), Z16
	VBROADCASTSS AdamStep_Beta2(R10), Z17
	VBROADCASTSS AdamStep_OneMinusBeta1(R10), Z18
	VBROADCASTSS AdamStep_OneMinusBeta2(R10), Z19
	VBROADCASTSS AdamStep_InvRootBias2(R10), Z20
	VBROADCASTSS AdamStep_Eps(R10), Z21
	VBROADCASTSS AdamStep_StepSize(R10), Z22
	VBROADCASTSS AdamStep_Decay(R10), Z23
	VBROADCASTSS AdamStep_L2(R10), Z24
	XORL         AX, AX
	MOVQ         R9, BX
	ANDQ         $-16, BX
	JZ           rest

vectors:
	VMOVUPS (DI)(AX*4), Z0
	VMOVUPS (SI)(AX*4), Z1
	VMOVUPS (DX)(AX*4), Z2
	VMOVUPS (R8)(AX*4), Z3
	ADAM
	VMOVUPS Z0, (DI)(AX*4)
	VMOVUPS Z2, (DX)(AX*4)
	VMOVUPS Z3, (R8)(AX*4)
	ADDQ    $16, AX
	CMPQ    AX, BX
	JLT     vectors

rest:
	MOVQ      R9, CX
	SUBQ      AX, CX
	JZ        done
	MOVL      $1, BX
	SHLL      CX, BX
	DECL      BX
	KMOVW     BX, K1
	VMOVUPS.Z (DI)(AX*4), K1, Z0
	VMOVUPS.Z (SI)(AX*4), K1, Z1
	VMOVUPS.Z (DX)(AX*4), K1, Z2
	VMOVUPS.Z (R8)(AX*4), K1, Z3
	ADAM
	VMOVUPS   Z0, K1, (DI)(AX*4)
	VMOVUPS   Z2, K1, (DX)(AX*4)
	VMOVUPS   Z3, K1, (R8)(AX*4)

done:
	VZEROUPPER
	RET
