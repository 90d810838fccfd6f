//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// func dot(x, y []float32) float32
TEXT ·dot(SB), NOSPLIT, $0-52
	MOVQ x_len+8(FP), R9
	CMPQ R9, y_len+32(FP)
	JNE  generic
	MOVQ ·current(SB), AX
	CMPQ AX, $const_avx512
	JEQ  avx512
	CMPQ AX, $const_avx2
	JEQ  avx2

generic:
	JMP ·dotGeneric(SB)

avx2:
	JMP ·dotAVX2(SB)

avx512:
	JMP ·dotAVX512(SB)
