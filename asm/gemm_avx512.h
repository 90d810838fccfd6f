// The loops of gemm_avx512_amd64.s, one for every number of rows. The registers are named
// there.

// PACKED is the step number u of four for 12 rows of packed panels: no strides
// and no masks, and so 4 of 43 instructions less. Instead it prefetches a row of
// the next block of B.
#define PACKED(u) \
	VMOVUPS      (u*128+0)(B), Z24     \
	VMOVUPS      (u*128+64)(B), Z25    \
	PREFETCHT1   (NEXT)                \
	ADDQ         NEXTROW, NEXT         \
	VBROADCASTSS (u*48+0)(A0), Z26     \
	VFMADD231PS  Z24, Z26, Z0          \
	VFMADD231PS  Z25, Z26, Z1          \
	VBROADCASTSS (u*48+4)(A0), Z27     \
	VFMADD231PS  Z24, Z27, Z2          \
	VFMADD231PS  Z25, Z27, Z3          \
	VBROADCASTSS (u*48+8)(A0), Z28     \
	VFMADD231PS  Z24, Z28, Z4          \
	VFMADD231PS  Z25, Z28, Z5          \
	VBROADCASTSS (u*48+12)(A0), Z26    \
	VFMADD231PS  Z24, Z26, Z6          \
	VFMADD231PS  Z25, Z26, Z7          \
	VBROADCASTSS (u*48+16)(A0), Z27    \
	VFMADD231PS  Z24, Z27, Z8          \
	VFMADD231PS  Z25, Z27, Z9          \
	VBROADCASTSS (u*48+20)(A0), Z28    \
	VFMADD231PS  Z24, Z28, Z10         \
	VFMADD231PS  Z25, Z28, Z11         \
	VBROADCASTSS (u*48+24)(A0), Z26    \
	VFMADD231PS  Z24, Z26, Z12         \
	VFMADD231PS  Z25, Z26, Z13         \
	VBROADCASTSS (u*48+28)(A0), Z27    \
	VFMADD231PS  Z24, Z27, Z14         \
	VFMADD231PS  Z25, Z27, Z15         \
	VBROADCASTSS (u*48+32)(A0), Z28    \
	VFMADD231PS  Z24, Z28, Z16         \
	VFMADD231PS  Z25, Z28, Z17         \
	VBROADCASTSS (u*48+36)(A0), Z26    \
	VFMADD231PS  Z24, Z26, Z18         \
	VFMADD231PS  Z25, Z26, Z19         \
	VBROADCASTSS (u*48+40)(A0), Z27    \
	VFMADD231PS  Z24, Z27, Z20         \
	VFMADD231PS  Z25, Z27, Z21         \
	VBROADCASTSS (u*48+44)(A0), Z28    \
	VFMADD231PS  Z24, Z28, Z22         \
	VFMADD231PS  Z25, Z28, Z23

// LOADB loads two vectors of B, LOADPART the columns of them that C has, and
// LOADNARROW those of one vector. Masks cost 3 % on Zen 4.
#define LOADB \
	VMOVUPS (B), Z24   \
	VMOVUPS 64(B), Z25

#define LOADPART \
	VMOVUPS.Z (B), K1, Z24   \
	VMOVUPS.Z 64(B), K2, Z25

#define LOADNARROW \
	VMOVUPS.Z (B), K1, Z24

// WIDEn multiplies a column of n rows of A by two vectors of B.
#define WIDE(a, t, p, q) \
	VBROADCASTSS a, t      \
	VFMADD231PS  Z24, t, p \
	VFMADD231PS  Z25, t, q

#define WIDE1 WIDE((A0), Z26, Z0, Z1)
#define WIDE2 WIDE1 WIDE((A0)(ROW*1), Z27, Z2, Z3)
#define WIDE3 WIDE2 WIDE((A0)(ROW*2), Z28, Z4, Z5)
#define WIDE4 WIDE3 WIDE((A3), Z26, Z6, Z7)
#define WIDE5 WIDE4 WIDE((A3)(ROW*1), Z27, Z8, Z9)
#define WIDE6 WIDE5 WIDE((A3)(ROW*2), Z28, Z10, Z11)
#define WIDE7 WIDE6 WIDE((A6), Z26, Z12, Z13)
#define WIDE8 WIDE7 WIDE((A6)(ROW*1), Z27, Z14, Z15)
#define WIDE9 WIDE8 WIDE((A6)(ROW*2), Z28, Z16, Z17)
#define WIDE10 WIDE9 WIDE((A9), Z26, Z18, Z19)
#define WIDE11 WIDE10 WIDE((A9)(ROW*1), Z27, Z20, Z21)
#define WIDE12 WIDE11 WIDE((A9)(ROW*2), Z28, Z22, Z23)

// NARROWn multiplies it by one. Each element of A has one use, so that the
// multiplication itself may load it.
#define NARROW(a, p) \
	VFMADD231PS.BCST a, Z24, p

#define NARROW1 NARROW((A0), Z0)
#define NARROW2 NARROW1 NARROW((A0)(ROW*1), Z2)
#define NARROW3 NARROW2 NARROW((A0)(ROW*2), Z4)
#define NARROW4 NARROW3 NARROW((A3), Z6)
#define NARROW5 NARROW4 NARROW((A3)(ROW*1), Z8)
#define NARROW6 NARROW5 NARROW((A3)(ROW*2), Z10)
#define NARROW7 NARROW6 NARROW((A6), Z12)
#define NARROW8 NARROW7 NARROW((A6)(ROW*1), Z14)
#define NARROW9 NARROW8 NARROW((A6)(ROW*2), Z16)
#define NARROW10 NARROW9 NARROW((A9), Z18)
#define NARROW11 NARROW10 NARROW((A9)(ROW*1), Z20)
#define NARROW12 NARROW11 NARROW((A9)(ROW*2), Z22)

// LOOP takes the K steps that are left.
#define LOOP(load, multiply, loop) \
loop:                       \
	PREFETCHT1 (B)(AHEAD*1) \
	load                    \
	multiply                \
	ADDQ BROW, B            \
	ADDQ COL, A0            \
	ADDQ COL, A3            \
	ADDQ COL, A6            \
	ADDQ COL, A9            \
	DECQ K                  \
	JNZ  loop               \
	JMP  complete

// CHOOSE goes to the loop for COUNT rows.
#define CHOOSE(r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12, over4, over8) \
	CMPQ COUNT, $8  \
	JGT  over8      \
	CMPQ COUNT, $4  \
	JGT  over4      \
	CMPQ COUNT, $2  \
	JLT  r1         \
	JEQ  r2         \
	CMPQ COUNT, $4  \
	JLT  r3         \
	JMP  r4         \
over4:              \
	CMPQ COUNT, $6  \
	JLT  r5         \
	JEQ  r6         \
	CMPQ COUNT, $8  \
	JLT  r7         \
	JMP  r8         \
over8:              \
	CMPQ COUNT, $10 \
	JLT  r9         \
	JEQ  r10        \
	CMPQ COUNT, $12 \
	JLT  r11        \
	JMP  r12
