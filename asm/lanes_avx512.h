// Reductions: kernels that return one number.
//
//	SI, DX   x, y
//	DI       acc
//	R9       number of elements
//	AX       index of the next element
//	BX, CX   end of the loop; elements left
//	Z0–Z3    lanes: 16 float32 or 8 float64 each, lane 0 in the lowest part of Z0
//	Z4–Z7    elements of x; with float64, Z8–Z11 elements of y
//	K1–K4    masks of the last block

// REST sets CX to the number of elements from AX to R9, less than 64, and BX to
// a mask with that many ones. It jumps to label if there are none.
#define REST(label) \
	MOVQ R9, CX; \
	SUBQ AX, CX; \
	JZ   label;  \
	MOVL $1, BX; \
	SHLQ CX, BX; \
	DECQ BX

// FOLD_PD adds up the 32 float64 lanes of Z0–Z3 by halves, into X0.
#define FOLD_PD \
	VADDPD        Z2, Z0, Z0; \
	VADDPD        Z3, Z1, Z1; \
	VADDPD        Z1, Z0, Z0; \
	VEXTRACTF64X4 $1, Z0, Y1; \
	VADDPD        Y1, Y0, Y0; \
	VEXTRACTF128  $1, Y0, X1; \
	VADDPD        X1, X0, X0; \
	VUNPCKHPD     X0, X0, X1; \
	VADDSD        X1, X0, X0
