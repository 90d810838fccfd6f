// Loops down the strips of a matrix, 16 columns to a register of float32.
//
//	SI, DX, DI  the strip in x, in dy, and in the result
//	R8          number of rows
//	R9          columns left
//	R10         stride in bytes
//	R11         *BatchNorm
//	R12, R13    sums
//	AX          offset of the row in bytes
//	BX          rows left
//	K1, K2      mask of the columns of a group of 16, and of its upper 8
//	K3, K4      for the kernels to use
//
// A strip of 64 columns takes one pass over the rows, a narrower one a pass for
// each group of 16 columns, of which the last may have fewer.

// STRIP runs BEGIN, ROW for every row, and END, which are macros: those with 64
// for all columns of a strip of 64, those with 16 for a group.
#define STRIP(BEGIN64, ROW64, END64, BEGIN16, ROW16, END16) \
	TESTQ  R8, R8;     \
	JZ     done;       \
	CMPQ   R9, $64;    \
	JNE    next;       \
	KXNORW K1, K1, K1; \
	KXNORW K2, K2, K2; \
	BEGIN64;           \
	XORL   AX, AX;     \
	MOVQ   R8, BX;     \
row64: \
	ROW64;             \
	ADDQ   R10, AX;    \
	DECQ   BX;         \
	JNZ    row64;      \
	END64;             \
	JMP    done;       \
group: \
	MASK16;            \
	BEGIN16;           \
	XORL   AX, AX;     \
	MOVQ   R8, BX;     \
row16: \
	ROW16;             \
	ADDQ   R10, AX;    \
	DECQ   BX;         \
	JNZ    row16;      \
	END16;             \
	ADDQ   $64, SI;    \
	ADDQ   $64, DX;    \
	ADDQ   $64, DI;    \
	ADDQ   $64, R11;   \
	ADDQ   $128, R12;  \
	ADDQ   $128, R13;  \
	SUBQ   $16, R9;    \
next: \
	CMPQ   R9, $0;     \
	JGT    group;      \
done: \
	VZEROUPPER

// MASK16 sets K1 and K2 to the first 16 of the columns left, or all of them.
#define MASK16 \
	MOVL     $16, CX; \
	CMPQ     R9, CX;  \
	CMOVQLT  R9, CX;  \
	MOVL     $1, BX;  \
	SHLL     CX, BX;  \
	DECL     BX;      \
	KMOVW    BX, K1;  \
	KSHIFTRW $8, K1, K2

// The reductions have two sums for each column, 8 float64 to a register: Z0–Z7
// for R12 and Z8–Z15 for R13; of a group, Z0 and Z1, Z8 and Z9. One that has a
// single sum uses those for R12 alone.

#define LOAD64_R12 \
	VMOVUPD (R12), Z0; \
	VMOVUPD 64(R12), Z1; \
	VMOVUPD 128(R12), Z2; \
	VMOVUPD 192(R12), Z3; \
	VMOVUPD 256(R12), Z4; \
	VMOVUPD 320(R12), Z5; \
	VMOVUPD 384(R12), Z6; \
	VMOVUPD 448(R12), Z7

#define LOAD64_R13 \
	VMOVUPD (R13), Z8;    \
	VMOVUPD 64(R13), Z9;    \
	VMOVUPD 128(R13), Z10; \
	VMOVUPD 192(R13), Z11; \
	VMOVUPD 256(R13), Z12; \
	VMOVUPD 320(R13), Z13; \
	VMOVUPD 384(R13), Z14; \
	VMOVUPD 448(R13), Z15

#define STORE64_R12 \
	VMOVUPD Z0, (R12);    \
	VMOVUPD Z1, 64(R12);  \
	VMOVUPD Z2, 128(R12); \
	VMOVUPD Z3, 192(R12); \
	VMOVUPD Z4, 256(R12); \
	VMOVUPD Z5, 320(R12); \
	VMOVUPD Z6, 384(R12); \
	VMOVUPD Z7, 448(R12)

#define STORE64_R13 \
	VMOVUPD Z8, (R13);     \
	VMOVUPD Z9, 64(R13);   \
	VMOVUPD Z10, 128(R13); \
	VMOVUPD Z11, 192(R13); \
	VMOVUPD Z12, 256(R13); \
	VMOVUPD Z13, 320(R13); \
	VMOVUPD Z14, 384(R13); \
	VMOVUPD Z15, 448(R13)

#define LOAD16_R12 \
	VMOVUPD (R12), Z0; \
	VMOVUPD 64(R12), Z1

#define LOAD16_R13 \
	VMOVUPD (R13), Z8; \
	VMOVUPD 64(R13), Z9

#define STORE16_R12 \
	VMOVUPD Z0, (R12); \
	VMOVUPD Z1, 64(R12)

#define STORE16_R13 \
	VMOVUPD Z8, (R13); \
	VMOVUPD Z9, 64(R13)

#define LOAD64_BOTH \
	LOAD64_R12; \
	LOAD64_R13
#define STORE64_BOTH \
	STORE64_R12; \
	STORE64_R13
#define LOAD16_BOTH \
	LOAD16_R12; \
	LOAD16_R13
#define STORE16_BOTH \
	STORE16_R12; \
	STORE16_R13
