// Loops down the strips of a matrix, 8 columns to a register of float32.
//
//	SI, DX, DI  the strip in x, in dy, and in the result
//	R8          number of rows
//	R9          columns left
//	R10         stride in bytes
//	R11         *BatchNorm
//	R12, R13    sums
//	AX          offset of the row in bytes
//	BX          rows left
//	Y15         mask of the columns of a group of 8
//
// A strip takes a pass over the rows for each group of 16 columns, and then for
// each group of 8, of which the last may have fewer.

// STRIP runs BEGIN, ROW for every row, and END, which are macros: those with 16
// for a group of 16 columns, those with 8 for a group of 8.
#define STRIP(BEGIN16, ROW16, END16, BEGIN8, ROW8, END8) \
	TESTQ R8, R8;    \
	JZ    done;      \
	JMP   next;      \
group16: \
	BEGIN16;         \
	XORL  AX, AX;    \
	MOVQ  R8, BX;    \
row16: \
	ROW16;           \
	ADDQ  R10, AX;   \
	DECQ  BX;        \
	JNZ   row16;     \
	END16;           \
	NEXT(64, 128);   \
	SUBQ  $16, R9;   \
next: \
	CMPQ  R9, $16;   \
	JGE   group16;   \
	JMP   last;      \
group8: \
	MASK8;           \
	BEGIN8;          \
	XORL  AX, AX;    \
	MOVQ  R8, BX;    \
row8: \
	ROW8;            \
	ADDQ  R10, AX;   \
	DECQ  BX;        \
	JNZ   row8;      \
	END8;            \
	NEXT(32, 64);    \
	SUBQ  $8, R9;    \
last: \
	CMPQ  R9, $0;    \
	JGT   group8;    \
done: \
	VZEROUPPER

// NEXT moves all pointers to the next group: to float32 and to float64 by the
// given numbers of bytes.
#define NEXT(singles, doubles) \
	ADDQ $singles, SI;  \
	ADDQ $singles, DX;  \
	ADDQ $singles, DI;  \
	ADDQ $singles, R11; \
	ADDQ $doubles, R12; \
	ADDQ $doubles, R13

// MASK8 sets Y15 to the first 8 of the columns left: lane j is chosen if their
// number exceeds j.
#define MASK8 \
	VMOVD        R9, X15;  \
	VPBROADCASTD X15, Y15; \
	VPCMPGTD     ·laneNumber(SB), Y15, Y15

// Rows of a group of 16 are read and written whole, those of a group of 8 through
// the mask: a masked load reads the chosen columns alone and gives 0 for others.

#define LOAD(off, p, z) VMOVUPS off(p)(AX*1), z
#define STORE(off, z) VMOVUPS z, off(DI)(AX*1)
#define LOAD_MASKED(off, p, z) VMASKMOVPS off(p)(AX*1), Y15, z
#define STORE_MASKED(off, z) VMASKMOVPS z, Y15, off(DI)(AX*1)

// The reductions have two sums for each column, 4 float64 to a register: Y0–Y3
// for R12 and Y4–Y7 for R13. A group of 8 uses the first two of each, one that has
// a single sum those for R12 alone.

#define LOAD8_R12 \
	VMOVUPD (R12), Y0; \
	VMOVUPD 32(R12), Y1

#define LOAD8_BOTH \
	LOAD8_R12;         \
	VMOVUPD (R13), Y4; \
	VMOVUPD 32(R13), Y5

#define LOAD16_R12 \
	LOAD8_R12;           \
	VMOVUPD 64(R12), Y2; \
	VMOVUPD 96(R12), Y3

#define LOAD16_BOTH \
	LOAD16_R12;          \
	VMOVUPD (R13), Y4;   \
	VMOVUPD 32(R13), Y5; \
	VMOVUPD 64(R13), Y6; \
	VMOVUPD 96(R13), Y7

#define STORE8_R12 \
	VMOVUPD Y0, (R12); \
	VMOVUPD Y1, 32(R12)

#define STORE8_BOTH \
	STORE8_R12;        \
	VMOVUPD Y4, (R13); \
	VMOVUPD Y5, 32(R13)

#define STORE16_R12 \
	STORE8_R12;          \
	VMOVUPD Y2, 64(R12); \
	VMOVUPD Y3, 96(R12)

#define STORE16_BOTH \
	STORE8_BOTH;         \
	VMOVUPD Y2, 64(R12); \
	VMOVUPD Y3, 96(R12); \
	VMOVUPD Y6, 64(R13); \
	VMOVUPD Y7, 96(R13)
