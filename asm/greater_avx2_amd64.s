//go:build !purego

#include "textflag.h"
#include "map_avx2.h"

// Predicate 30 of VCMPPS is "greater, false for NaN".

// func countGreaterAVX2(x []float32, a float32) (n int)
//
//	for i := range x { if x[i] > a { n++ } }
//
// Y1 is a; R10 and R11 are the elements greater than a in one vector, as bits and
// as a number.
TEXT ·countGreaterAVX2(SB), NOSPLIT, $0-40
	MOVQ         x_base+0(FP), SI
	MOVQ         x_len+8(FP), R9
	VBROADCASTSS a+24(FP), Y1
	XORL         DX, DX
	XORL         AX, AX
	MOVQ         R9, BX
	ANDQ         $-8, BX
	JZ           rest

vectors:
	VMOVUPS   (SI)(AX*4), Y2
	VCMPPS    $30, Y1, Y2, Y2
	VMOVMSKPS Y2, R10
	POPCNTL   R10, R11
	ADDQ      R11, DX
	ADDQ      $8, AX
	CMPQ      AX, BX
	JLT       vectors

rest:
	MASK_REST(done)
	VMASKMOVPS (SI)(AX*4), Y12, Y2
	VCMPPS     $30, Y1, Y2, Y2
	VANDPS     Y12, Y2, Y2
	VMOVMSKPS  Y2, R10
	POPCNTL    R10, R11
	ADDQ       R11, DX

done:
	MOVQ DX, n+32(FP)
	VZEROUPPER
	RET

// Y13 is 1.
#define GREATER(x, y, z) \
	VCMPPS    $30, z, y, y; \ // y > z
	VADDPS    Y13, x, z;    \
	VBLENDVPS y, z, x, x    // a 0 added instead of a 1 would make −0 into +0

// func accumulateGreaterAVX2(acc, x, y []float32)
//
//	for i := range acc { if x[i] > y[i] { acc[i]++ } }
TEXT ·accumulateGreaterAVX2(SB), NOSPLIT, $0-72
	MOVQ         acc_base+0(FP), DI
	MOVQ         acc_len+8(FP), R9
	MOVQ         DI, SI
	MOVQ         x_base+24(FP), DX
	MOVQ         y_base+48(FP), R8
	MOVL         $0x3f800000, BX
	VMOVD        BX, X13
	VPBROADCASTD X13, Y13
	MAP3(GREATER)
	RET
