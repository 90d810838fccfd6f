// Loops of the elementwise kernels, 16 float32 to a register.
//
//	DI          destination
//	SI, DX, R8  first, second and third input
//	R9          number of elements
//	AX          index of the next element
//	BX, CX      end of the loop; elements left
//	K1          mask of the last vector
//	K2          for OP to use
//	Z0–Z3       four vectors of the first input, and the results
//	Z4–Z7       … of the second input
//	Z8–Z11      … of the third input
//	Z12–Z15     for OP to use between its lines
//	Z16–Z31     constants, set before the loop
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
	VMOVUPS.Z (SI)(AX*4), K1, x
#define MASKED_LOAD2(x, y, z) \
	VMOVUPS.Z (SI)(AX*4), K1, x; \
	VMOVUPS.Z (DX)(AX*4), K1, y
#define MASKED_LOAD3(x, y, z) \
	VMOVUPS.Z (SI)(AX*4), K1, x; \
	VMOVUPS.Z (DX)(AX*4), K1, y; \
	VMOVUPS.Z (R8)(AX*4), K1, z

#define MAP1(OP) MAP(LOAD1, MASKED_LOAD1, OP)
#define MAP2(OP) MAP(LOAD2, MASKED_LOAD2, OP)
#define MAP3(OP) MAP(LOAD3, MASKED_LOAD3, OP)

// MASK_REST sets K1 to the elements from AX to R9, fewer than 16, and jumps to
// label if there are none.
#define MASK_REST(label) \
	MOVQ  R9, CX;  \
	SUBQ  AX, CX;  \
	JZ    label;   \
	MOVL  $1, BX;  \
	SHLL  CX, BX;  \
	DECL  BX;      \
	KMOVW BX, K1

#define MAP(LOAD, MASKED_LOAD, OP) \
	XORL AX, AX;                   \
	MOVQ R9, BX;                   \
	ANDQ $-64, BX;                 \
	JZ   vectors;                  \
blocks: \
	LOAD(0, Z0, Z4, Z8);           \
	LOAD(64, Z1, Z5, Z9);          \
	LOAD(128, Z2, Z6, Z10);        \
	LOAD(192, Z3, Z7, Z11);        \
	OP(Z0, Z4, Z8);                \
	OP(Z1, Z5, Z9);                \
	OP(Z2, Z6, Z10);               \
	OP(Z3, Z7, Z11);               \
	VMOVUPS Z0, (DI)(AX*4);        \
	VMOVUPS Z1, 64(DI)(AX*4);      \
	VMOVUPS Z2, 128(DI)(AX*4);     \
	VMOVUPS Z3, 192(DI)(AX*4);     \
	ADDQ $64, AX;                  \
	CMPQ AX, BX;                   \
	JLT  blocks;                   \
vectors: \
	MOVQ R9, BX;                   \
	ANDQ $-16, BX;                 \
	CMPQ AX, BX;                   \
	JGE  rest;                     \
vector: \
	LOAD(0, Z0, Z4, Z8);           \
	OP(Z0, Z4, Z8);                \
	VMOVUPS Z0, (DI)(AX*4);        \
	ADDQ $16, AX;                  \
	CMPQ AX, BX;                   \
	JLT  vector;                   \
rest: \
	MASK_REST(done);               \
	MASKED_LOAD(Z0, Z4, Z8);       \
	OP(Z0, Z4, Z8);                \
	VMOVUPS Z0, K1, (DI)(AX*4);    \
done: \
	VZEROUPPER
