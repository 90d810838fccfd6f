// The loops of gemm_avx2_amd64.s, one for every number of rows. The registers are named
// there.

// LOADB loads two vectors of B, LOADPART the columns of them that C has, and
// LOADNARROW those of one vector. No register is left for the masks, so they are
// loaded each time, into the register of the vector.
#define LOADB \
	VMOVUPS (B), Y12   \
	VMOVUPS 32(B), Y13

#define LOADPART \
	LOADNARROW                 \
	VMOVUPS    32(MASK), Y13   \
	VMASKMOVPS 32(B), Y13, Y13

#define LOADNARROW \
	VMOVUPS    (MASK), Y12   \
	VMASKMOVPS (B), Y12, Y12

// WIDEn multiplies a column of n rows of A by two vectors of B.
#define WIDE(a, t, p, q) \
	VBROADCASTSS a, t      \
	VFMADD231PS  Y12, t, p \
	VFMADD231PS  Y13, t, q

#define WIDE1 WIDE((A0), Y14, Y0, Y1)
#define WIDE2 WIDE1 WIDE((A0)(ROW*1), Y15, Y2, Y3)
#define WIDE3 WIDE2 WIDE((A0)(ROW*2), Y14, Y4, Y5)
#define WIDE4 WIDE3 WIDE((A3), Y15, Y6, Y7)
#define WIDE5 WIDE4 WIDE((A3)(ROW*1), Y14, Y8, Y9)
#define WIDE6 WIDE5 WIDE((A3)(ROW*2), Y15, Y10, Y11)

// NARROWn multiplies it by one.
#define NARROW(a, t, p) \
	VBROADCASTSS a, t      \
	VFMADD231PS  Y12, t, p

#define NARROW1 NARROW((A0), Y14, Y0)
#define NARROW2 NARROW1 NARROW((A0)(ROW*1), Y15, Y2)
#define NARROW3 NARROW2 NARROW((A0)(ROW*2), Y14, Y4)
#define NARROW4 NARROW3 NARROW((A3), Y15, Y6)
#define NARROW5 NARROW4 NARROW((A3)(ROW*1), Y14, Y8)
#define NARROW6 NARROW5 NARROW((A3)(ROW*2), Y15, Y10)

// SIX is a step for 6 rows, with the addresses of its elements of B and A.
#define SIX(b, a0, a1, a2, a3, a4, a5) \
	VMOVUPS b, Y12        \
	VMOVUPS 32 b, Y13     \
	WIDE(a0, Y14, Y0, Y1) \
	WIDE(a1, Y15, Y2, Y3) \
	WIDE(a2, Y14, Y4, Y5) \
	WIDE(a3, Y15, Y6, Y7) \
	WIDE(a4, Y14, Y8, Y9) \
	WIDE(a5, Y15, Y10, Y11)

// ACROSS is SIX for the step number u of four if the steps of A are side by side in
// memory, and BESIDE if its rows are, of which a is the first.
#define ACROSS(u, b) \
	SIX(b, (u*4)(A0), (u*4)(A0)(ROW*1), (u*4)(A0)(ROW*2), (u*4)(A3), (u*4)(A3)(ROW*1), (u*4)(A3)(ROW*2))

#define BESIDE(a, b) \
	SIX(b, a, 4 a, 8 a, 12 a, 16 a, 20 a)

// LOOP takes the K steps that are left.
#define LOOP(load, multiply, loop) \
loop:                       \
	PREFETCHT1 (B)(AHEAD*1) \
	load                    \
	multiply                \
	ADDQ BROW, B            \
	ADDQ COL, A0            \
	ADDQ COL, A3            \
	DECQ K                  \
	JNZ  loop               \
	JMP  complete

// CHOOSE goes to the loop for COUNT rows.
#define CHOOSE(r1, r2, r3, r4, r5, r6, over3) \
	CMPQ COUNT, $3 \
	JGT  over3     \
	JEQ  r3        \
	CMPQ COUNT, $1 \
	JEQ  r1        \
	JMP  r2        \
over3:             \
	CMPQ COUNT, $5 \
	JGT  r6        \
	JEQ  r5        \
	JMP  r4
