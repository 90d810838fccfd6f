// e^x of a register of 8 float32, with the method of exp.go.
//
//	Y8–Y10   between
//	Y13–Y15  expMin, expMax, roundShift, which EXP_CONSTANTS loads

// The other constants are in memory, as expConstants lists them.
#define LOG2E ·expConstants+64(SB)
#define MINUS_LN2_HIGH ·expConstants+128(SB)
#define MINUS_LN2_LOW ·expConstants+160(SB)
#define INV_FACTORIAL7 ·expConstants+192(SB)
#define INV_FACTORIAL6 ·expConstants+224(SB)
#define INV_FACTORIAL5 ·expConstants+256(SB)
#define INV_FACTORIAL4 ·expConstants+288(SB)
#define INV_FACTORIAL3 ·expConstants+320(SB)
#define INV_FACTORIAL2 ·expConstants+352(SB)
#define ONE ·expConstants+384(SB)

// EXP is expOne. VMAXPS and VMINPS return their last operand, Go's first, if it
// is a NaN. Shifted left by 23 and added to the bits of 1, an integer k makes 2ᵏ.
#define EXP(x, y, z) \
	VMAXPS      x, Y13, x;             \ // max(x, expMin)
	VMINPS      x, Y14, x;             \ // min(x, expMax)
	VMOVAPS     Y15, Y8;               \
	VFMADD231PS LOG2E, x, Y8;          \ // t = x·log₂e + roundShift
	VSUBPS      Y15, Y8, Y9;           \ // n = t − roundShift
	VFMADD231PS MINUS_LN2_HIGH, Y9, x; \ // r = x − n·ln 2
	VFMADD231PS MINUS_LN2_LOW, Y9, x;  \
	VMOVUPS     INV_FACTORIAL7, Y10;   \
	VFMADD213PS INV_FACTORIAL6, x, Y10; \ // p = p·r + 1/k!
	VFMADD213PS INV_FACTORIAL5, x, Y10; \
	VFMADD213PS INV_FACTORIAL4, x, Y10; \
	VFMADD213PS INV_FACTORIAL3, x, Y10; \
	VFMADD213PS INV_FACTORIAL2, x, Y10; \
	VFMADD213PS ONE, x, Y10;           \
	VFMADD213PS ONE, x, Y10;           \
	VPSUBD      Y15, Y8, Y8;           \ // k = n as an integer
	VPSRAD      $1, Y8, Y9;            \ // half = k >> 1
	VPSUBD      Y9, Y8, Y8;            \ // k − half
	VPSLLD      $23, Y9, Y9;           \
	VPADDD      ONE, Y9, Y9;           \ // 2^half
	VPSLLD      $23, Y8, Y8;           \
	VPADDD      ONE, Y8, Y8;           \ // 2^(k−half)
	VMULPS      Y9, Y10, Y10;          \
	VMULPS      Y8, Y10, x

#define EXP_CONSTANTS \
	VMOVUPS ·expConstants+0(SB), Y13;  \
	VMOVUPS ·expConstants+32(SB), Y14; \
	VMOVUPS ·expConstants+96(SB), Y15
