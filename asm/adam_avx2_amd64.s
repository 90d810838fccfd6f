//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// Registers:
//
//	DI, SI, DX, R8  w, g, m, v
//	R9              number of elements
//	AX              index of the next element
//	BX, CX          end of the loop; elements left
//	Y0–Y3           vectors of w, g, m, v; the new ones of w, m, v
//	Y4, Y5          between
//	Y6              mask of the last vector
//	Y7–Y15          the fields of AdamStep in their order

// ADAM computes one vector of each.
#define ADAM \
	VFMADD231PS  Y15, Y0, Y1; \ // g = L2·w + g
	VMULPS       Y9, Y1, Y4;  \
	VFMADD213PS  Y4, Y7, Y2;  \ // m = Beta1·m + OneMinusBeta1·g
	VMULPS       Y10, Y1, Y4; \
	VMULPS       Y1, Y4, Y4;  \
	VFMADD213PS  Y4, Y8, Y3;  \ // v = Beta2·v + OneMinusBeta2·g·g
	VSQRTPS      Y3, Y4;      \
	VFMADD213PS  Y12, Y11, Y4; \ // denominator = √v·InvRootBias2 + Eps
	VDIVPS       Y4, Y2, Y5;  \
	VMULPS       Y14, Y0, Y0; \
	VFNMADD231PS Y5, Y13, Y0    // w = Decay·w − StepSize·(m / denominator)

// func adamAVX2(w, g, m, v []float32, s *AdamStep)
//
//	the loop of adamGeneric
TEXT ·adamAVX2(SB), NOSPLIT, $0-104
	MOVQ         w_base+0(FP), DI
	MOVQ         w_len+8(FP), R9
	MOVQ         g_base+24(FP), SI
	MOVQ         m_base+48(FP), DX
	MOVQ         v_base+72(FP), R8
	MOVQ         s+96(FP), R10
	VBROADCASTSS AdamStep_Beta1(R10), Y7
	VBROADCASTSS AdamStep_Beta2(R10), Y8
	VBROADCASTSS AdamStep_OneMinusBeta1(R10), Y9
	VBROADCASTSS AdamStep_OneMinusBeta2(R10), Y10
	VBROADCASTSS AdamStep_InvRootBias2(R10), Y11
	VBROADCASTSS AdamStep_Eps(R10), Y12
	VBROADCASTSS AdamStep_StepSize(R10), Y13
	VBROADCASTSS AdamStep_Decay(R10), Y14
	VBROADCASTSS AdamStep_L2(R10), Y15
	XORL         AX, AX
	MOVQ         R9, BX
	ANDQ         $-8, BX
	JZ           rest

vectors:
	VMOVUPS (DI)(AX*4), Y0
	VMOVUPS (SI)(AX*4), Y1
	VMOVUPS (DX)(AX*4), Y2
	VMOVUPS (R8)(AX*4), Y3
	ADAM
	VMOVUPS Y0, (DI)(AX*4)
	VMOVUPS Y2, (DX)(AX*4)
	VMOVUPS Y3, (R8)(AX*4)
	ADDQ    $8, AX
	CMPQ    AX, BX
	JLT     vectors

rest:
	MOVQ         R9, CX
	SUBQ         AX, CX
	JZ           done
	VMOVD        CX, X6
	VPBROADCASTD X6, Y6
	VPCMPGTD     ·laneNumber(SB), Y6, Y6
	VMASKMOVPS   (DI)(AX*4), Y6, Y0
	VMASKMOVPS   (SI)(AX*4), Y6, Y1
	VMASKMOVPS   (DX)(AX*4), Y6, Y2
	VMASKMOVPS   (R8)(AX*4), Y6, Y3
	ADAM
	VMASKMOVPS   Y0, Y6, (DI)(AX*4)
	VMASKMOVPS   Y2, Y6, (DX)(AX*4)
	VMASKMOVPS   Y3, Y6, (R8)(AX*4)

done:
	VZEROUPPER
	RET
