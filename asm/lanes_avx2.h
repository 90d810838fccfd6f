// Reductions: kernels that return one number.
//
//	SI, DX   x, y
//	R9       number of elements
//	AX       index of the next element
//	BX, CX   end of the loop; elements left
//	Y0–Y7    lanes: 8 float32 or 4 float64 each, lane 0 in the lowest part of Y0
//	Y8–Y11   elements of x; Y12, Y13 elements of y
//	Y14      mask of a vector of the last block
//	Y15      number of elements left, in every lane

// CLEAR sets all lanes to zero.
#define CLEAR \
	VXORPS Y0, Y0, Y0; \
	VXORPS Y1, Y1, Y1; \
	VXORPS Y2, Y2, Y2; \
	VXORPS Y3, Y3, Y3; \
	VXORPS Y4, Y4, Y4; \
	VXORPS Y5, Y5, Y5; \
	VXORPS Y6, Y6, Y6; \
	VXORPS Y7, Y7, Y7

// REST sets Y15 to the number of elements from AX to R9 and jumps to label if
// there are none. Lane j of the last block is to be read if that exceeds j.
#define REST(label) \
	MOVQ         R9, CX;  \
	SUBQ         AX, CX;  \
	JZ           label;   \
	VMOVD        CX, X15; \
	VPBROADCASTD X15, Y15

// FOLD_PD adds up the 32 float64 lanes of Y0–Y7 by halves, into X0.
#define FOLD_PD \
	VADDPD       Y4, Y0, Y0; \
	VADDPD       Y5, Y1, Y1; \
	VADDPD       Y6, Y2, Y2; \
	VADDPD       Y7, Y3, Y3; \
	VADDPD       Y2, Y0, Y0; \
	VADDPD       Y3, Y1, Y1; \
	VADDPD       Y1, Y0, Y0; \
	VEXTRACTF128 $1, Y0, X1; \
	VADDPD       X1, X0, X0; \
	VUNPCKHPD    X0, X0, X1; \
	VADDSD       X1, X0, X0
