//go:build !purego

#include "textflag.h"

// LINES asks for the lines of every row.
//
//	SI, DX  a row, and bytes to the next
//	CX      rows left
//	DI      bytes of a row
//	AX, BX  a line, and where the row ends
#define LINES(instruction) \
	MOVQ x+0(FP), SI;      \
	MOVQ rows+8(FP), CX;   \
	MOVQ width+16(FP), DI; \
	MOVQ stride+24(FP), DX; \
	SHLQ $2, DI;           \
	SHLQ $2, DX;           \
row: \
	MOVQ SI, AX;           \
	ANDQ $-64, AX;         \
	LEAQ (SI)(DI*1), BX;   \
line: \
	instruction;           \
	ADDQ $64, AX;          \
	CMPQ AX, BX;           \
	JLT  line;             \
	ADDQ DX, SI;           \
	DECQ CX;               \
	JNZ  row;              \
	RET

// The assembler knows no PREFETCHW. Processors without it take it for a NOP.
#define PREFETCHW_AX \
	BYTE $0x0F; BYTE $0x0D; BYTE $0x08

// func prefetch(x *float32, rows, width, stride int)
TEXT ·prefetch(SB), NOSPLIT, $0-32
	LINES(PREFETCHT1 (AX))

// func prefetchWrite(x *float32, rows, width, stride int)
TEXT ·prefetchWrite(SB), NOSPLIT, $0-32
	LINES(PREFETCHW_AX)

// func storeFence()
TEXT ·storeFence(SB), NOSPLIT, $0-0
	SFENCE
	RET
