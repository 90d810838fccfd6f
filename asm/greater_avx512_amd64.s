//go:build !purego

#include "textflag.h"
#include "map_avx512.h"

// Predicate 30 of VCMPPS is "greater, false for NaN".

// func countGreaterAVX512(x []float32, a float32) (n int)
//
//	for i := range x { if x[i] > a { n++ } }
//
// Z1 is a; R10 and R11 are the elements greater than a in one vector, as bits and
// as a number.
TEXT ·countGreaterAVX512(SB), NOSPLIT, $0-40
	MOVQ         x_base+0(FP), SI
	MOVQ         x_len+8(FP), R9
	VBROADCASTSS a+24(FP), Z1
	XORL         DX, DX
	XORL         AX, AX
	MOVQ         R9, BX
	ANDQ         $-32, BX
	JZ           rest

blocks:
	VMOVUPS  (SI)(AX*4), Z2
	VMOVUPS  64(SI)(AX*4), Z3
	VCMPPS   $30, Z1, Z2, K2
	VCMPPS   $30, Z1, Z3, K3
	KUNPCKWD K2, K3, K2
	KMOVD    K2, R10
	POPCNTL  R10, R11
	ADDQ     R11, DX
	ADDQ     $32, AX
	CMPQ     AX, BX
	JLT      blocks

rest: // at most 31 elements, by at most two vectors
	MOVQ R9, CX
	SUBQ AX, CX
	JZ   done
	MOVL $1, BX
	SHLQ CX, BX
	DECQ BX

vector: // BX has a one for each element left
	KMOVW     BX, K1
	VMOVUPS.Z (SI)(AX*4), K1, Z2
	VCMPPS    $30, Z1, Z2, K1, K2
	KMOVW     K2, R10
	POPCNTL   R10, R11
	ADDQ      R11, DX
	ADDQ      $16, AX
	SHRQ      $16, BX
	JNZ       vector

done:
	MOVQ DX, n+32(FP)
	VZEROUPPER
	RET

// Z16 is 1.
#define GREATER(x, y, z) \
	VCMPPS $30, z, y, K2; \ // y > z
	VADDPS Z16, x, K2, x

// func accumulateGreaterAVX512(acc, x, y []float32)
//
//	for i := range acc { if x[i] > y[i] { acc[i]++ } }
TEXT ·accumulateGreaterAVX512(SB), NOSPLIT, $0-72
	MOVQ         acc_base+0(FP), DI
	MOVQ         acc_len+8(FP), R9
	MOVQ         DI, SI
	MOVQ         x_base+24(FP), DX
	MOVQ         y_base+48(FP), R8
	MOVL         $0x3f800000, BX
	VPBROADCASTD BX, Z16
	MAP3(GREATER)
	RET
