// Loops of the elementwise kernels, 8 float32 to a register.
//
//	DI          destination
//	SI, DX, R8  first, second and third input
//	R9          number of elements
//	AX          index of the next element
//	BX, CX      end of the loop; elements left
//	Y0–Y3       four vectors of the first input, and the results
//	Y4–Y7       … of the second input
//	Y8–Y11      … of the third input; if there is none, for OP to use
//	Y12         mask of the last vector
//	Y13–Y15     constants, set before the loop
//
// MAP1(OP), MAP2(OP) and MAP3(OP) run over one, two and three inputs. OP(x, y, z)
// is a macro that computes one vector: registers in, result in x.

#define LOAD1(off, x, y, z) \
	VMOVUPS off(SI)(AX*4), x
#define LOAD2(off, x, y, z) \
	VMOVUPS off(SI)(AX*4), x; \
	VMOVUPS off(DX)(AX*4), y
#define LOAD3(off, x, y, z) \
	VMOVUPS off(SI)(AX*4), x; \
	VMOVUPS off(DX)(AX*4), y; \
	VMOVUPS off(R8)(AX*4), z

// A masked load reads the chosen elements alone and writes zeros for the others.
#define MASKED_LOAD1(x, y, z) \
	VMASKMOVPS (SI)(AX*4), Y12, x
#define MASKED_LOAD2(x, y, z) \
	VMASKMOVPS (SI)(AX*4), Y12, x; \
	VMASKMOVPS (DX)(AX*4), Y12, y
#define MASKED_LOAD3(x, y, z) \
	VMASKMOVPS (SI)(AX*4), Y12, x; \
	VMASKMOVPS (DX)(AX*4), Y12, y; \
	VMASKMOVPS (R8)(AX*4), Y12, z

#define MAP1(OP) MAP(LOAD1, MASKED_LOAD1, OP)
#define MAP2(OP) MAP(LOAD2, MASKED_LOAD2, OP)
#define MAP3(OP) MAP(LOAD3, MASKED_LOAD3, OP)

// MASK_REST sets Y12 to the elements from AX to R9, fewer than 8, and jumps to
// label if there are none: lane j is chosen if the number left exceeds j.
#define MASK_REST(label) \
	MOVQ         R9, CX;   \
	SUBQ         AX, CX;   \
	JZ           label;    \
	VMOVD        CX, X12;  \
	VPBROADCASTD X12, Y12; \
	VPCMPGTD     ·laneNumber(SB), Y12, Y12

#define MAP(LOAD, MASKED_LOAD, OP) \
	XORL AX, AX;                   \
	MOVQ R9, BX;                   \
	ANDQ $-32, BX;                 \
	JZ   vectors;                  \
blocks: \
	LOAD(0, Y0, Y4, Y8);           \
	LOAD(32, Y1, Y5, Y9);          \
	LOAD(64, Y2, Y6, Y10);         \
	LOAD(96, Y3, Y7, Y11);         \
	OP(Y0, Y4, Y8);                \
	OP(Y1, Y5, Y9);                \
	OP(Y2, Y6, Y10);               \
	OP(Y3, Y7, Y11);               \
	VMOVUPS Y0, (DI)(AX*4);        \
	VMOVUPS Y1, 32(DI)(AX*4);      \
	VMOVUPS Y2, 64(DI)(AX*4);      \
	VMOVUPS Y3, 96(DI)(AX*4);      \
	ADDQ $32, AX;                  \
	CMPQ AX, BX;                   \
	JLT  blocks;                   \
vectors: \
	MOVQ R9, BX;                   \
	ANDQ $-8, BX;                  \
	CMPQ AX, BX;                   \
	JGE  rest;                     \
vector: \
	LOAD(0, Y0, Y4, Y8);           \
	OP(Y0, Y4, Y8);                \
	VMOVUPS Y0, (DI)(AX*4);        \
	ADDQ $8, AX;                   \
	CMPQ AX, BX;                   \
	JLT  vector;                   \
rest: \
	MASK_REST(done);               \
	MASKED_LOAD(Y0, Y4, Y8);       \
	OP(Y0, Y4, Y8);                \
	VMASKMOVPS Y0, Y12, (DI)(AX*4); \
done: \
	VZEROUPPER
