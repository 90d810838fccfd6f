// What the kernels of IndirectGemm have in common. They name the registers.

// FINDn finds n rows of A.
#define FIND(i, r) \
	MOVQ (i*8)(B), r    \
	LEAQ (AT)(r*4), r

#define FIND1 FIND(0, A0)
#define FIND2 FIND1 FIND(1, A1)
#define FIND3 FIND2 FIND(2, A2)
#define FIND4 FIND3 FIND(3, A3)
#define FIND5 FIND4 FIND(4, A4)
#define FIND6 FIND5 FIND(5, A5)
#define FIND7 FIND6 FIND(6, A6)
#define FIND8 FIND7 FIND(7, A7)
#define FIND9 FIND8 FIND(8, A8)
#define FIND10 FIND9 FIND(9, A9)
#define FIND11 FIND10 FIND(10, A10)
#define FIND12 FIND11 FIND(11, A11)

// THISROW puts the address of the next row of C into AX, AFTERROW goes to done after
// the last one.
#define THISROW \
	MOVQ (DI), AX       \
	LEAQ (SI)(AX*4), AX \
	ADDQ $8, DI

#define AFTERROW(done) \
	DECQ CX \
	JZ   done
