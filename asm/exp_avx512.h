// e^x of a register of 16 float32, with the method of exp.go.
//
//	Z12, Z13   between
//	Z16–Z28    the constants, which EXP_CONSTANTS loads as expConstants lists them:
//	           expMin, expMax; log2e; roundShift; -ln2High, -ln2Low;
//	           1/5040, 1/720, 1/120, 1/24, 1/6, 1/2, 1

// EXP is expOne. VMAXPS and VMINPS return their last operand, Go's first, if it
// is a NaN. VSCALEFPS multiplies by 2ⁿ with one rounding, as the two products of
// expOne do.
#define EXP(x, y, z) \
	VMAXPS      x, Z16, x;   \ // max(x, expMin)
	VMINPS      x, Z17, x;   \ // min(x, expMax)
	VMOVAPS     Z19, Z12;    \
	VFMADD231PS Z18, x, Z12; \ // t = x·log₂e + roundShift
	VSUBPS      Z19, Z12, Z12; \ // n = t − roundShift
	VFMADD231PS Z20, Z12, x; \ // r = x − n·ln 2
	VFMADD231PS Z21, Z12, x; \
	VMOVAPS     Z22, Z13;    \
	VFMADD213PS Z23, x, Z13; \ // p = p·r + 1/k!
	VFMADD213PS Z24, x, Z13; \
	VFMADD213PS Z25, x, Z13; \
	VFMADD213PS Z26, x, Z13; \
	VFMADD213PS Z27, x, Z13; \
	VFMADD213PS Z28, x, Z13; \
	VFMADD213PS Z28, x, Z13; \
	VSCALEFPS   Z12, Z13, x    // p·2ⁿ

#define EXP_CONSTANTS \
	VBROADCASTSS ·expConstants+0(SB), Z16;   \
	VBROADCASTSS ·expConstants+32(SB), Z17;  \
	VBROADCASTSS ·expConstants+64(SB), Z18;  \
	VBROADCASTSS ·expConstants+96(SB), Z19;  \
	VBROADCASTSS ·expConstants+128(SB), Z20; \
	VBROADCASTSS ·expConstants+160(SB), Z21; \
	VBROADCASTSS ·expConstants+192(SB), Z22; \
	VBROADCASTSS ·expConstants+224(SB), Z23; \
	VBROADCASTSS ·expConstants+256(SB), Z24; \
	VBROADCASTSS ·expConstants+288(SB), Z25; \
	VBROADCASTSS ·expConstants+320(SB), Z26; \
	VBROADCASTSS ·expConstants+352(SB), Z27; \
	VBROADCASTSS ·expConstants+384(SB), Z28
