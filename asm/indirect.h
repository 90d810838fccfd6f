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

// The arguments stay in memory, at ARGS.

// PRODUCT begins a product, with its first tile.
#define PRODUCT \
	MOVQ indirectArgs_cAt(ARGS), AX    \
	MOVQ AX, indirectArgs_tileC(ARGS)  \
	MOVQ indirectArgs_aAt(ARGS), AX    \
	MOVQ AX, indirectArgs_tileA(ARGS)  \
	MOVQ indirectArgs_rows(ARGS), AX   \
	MOVQ AX, indirectArgs_left(ARGS)

// TILE puts the number of rows of the next tile into AX.
#define TILE \
	MOVQ    indirectArgs_height(ARGS), AX \
	CMPQ    indirectArgs_left(ARGS), AX   \
	CMOVQLT indirectArgs_left(ARGS), AX   \
	MOVQ    AX, indirectArgs_tile(ARGS)

// AFTERTILE goes on to the next tile, and after the last one to the next product.
#define AFTERTILE(product, tile, inside) \
	MOVQ    indirectArgs_k(ARGS), BX       \
	SHLQ    $5, BX             \
	ADDQ    indirectArgs_next(ARGS), BX    \
	CMPQ    BX, indirectArgs_nextEnd(ARGS) \
	JLS     inside             \
	MOVQ    indirectArgs_b(ARGS), BX       \
	MOVQ    BX, indirectArgs_nextEnd(ARGS) \
inside: \
	MOVQ    BX, indirectArgs_next(ARGS)    \
	MOVQ    indirectArgs_tile(ARGS), AX    \
	SUBQ    AX, indirectArgs_left(ARGS)    \
	SHLQ    $3, AX             \
	ADDQ    AX, indirectArgs_tileC(ARGS)   \
	ADDQ    AX, indirectArgs_tileA(ARGS)   \
	CMPQ    indirectArgs_left(ARGS), $0    \
	JNE     tile               \
	MOVQ    indirectArgs_cStep(ARGS), AX   \
	ADDQ    AX, indirectArgs_c(ARGS)       \
	MOVQ    indirectArgs_aStep(ARGS), AX   \
	ADDQ    AX, indirectArgs_a(ARGS)       \
	MOVQ    indirectArgs_bStep(ARGS), AX   \
	ADDQ    AX, indirectArgs_b(ARGS)       \
	DECQ    indirectArgs_count(ARGS)       \
	JNE     product
