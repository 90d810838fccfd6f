package asm

// Exp sets dst[i] = e^x[i] with an error below one unit in the last place (0.94 at
// most, over all float32), with the same bits in every implementation. Results
// underflow gradually, through the subnormal numbers.
// Exp(NaN) = NaN, Exp(±0) = 1, Exp(−Inf) = 0; results beyond the largest float32
// are +Inf. It panics if the lengths differ; dst may be x.
//
// Method. With n the integer nearest to x·log₂e,
//
//	e^x = 2ⁿ · e^r,   r = x − n·ln 2,   |r| ≤ ½ ln 2
//
// ln 2 is subtracted in two parts (Cody and Waite, Software Manual for the
// Elementary Functions, 1980, chapter 6): the upper one has so few bits that the
// first difference is exact. e^r is Taylor's polynomial of degree 7 by Horner's
// rule; what it leaves out is below |r|⁸/8! < 2⁻²⁷. Each step is one fused
// multiply-add. The factor 2ⁿ is applied as 2^⌊n/2⌋ · 2^(n−⌊n/2⌋), each of which
// is a normal float32, and only the second product can round: subnormal results
// are rounded once, and results that are too large overflow.
func Exp(dst, x []float32) {
	checkLengths2("Exp", len(dst), len(x))
	exp(dst, x)
}

// ExpSum sets dst[i] = e^(a·x[i] + b), the argument by one fused multiply-add and
// the rest as Exp does, and returns Σ dst[i] as Sum does. It panics if the lengths
// differ; dst may be x.
func ExpSum(dst, x []float32, a, b float32) float64 {
	checkLengths2("ExpSum", len(dst), len(x))
	return expSum(dst, x, a, b)
}

const (
	// Arguments are clamped to this range. e^expMin is below half of the
	// smallest subnormal, 2⁻¹⁵⁰, and gives 0; e^expMax overflows to +Inf.
	expMin = -104
	expMax = 89

	log2e = 1.4426950408889634

	// ln 2 = ln2High + ln2Low. ln2High has 9 bits, so n·ln2High with |n| ≤ 150
	// is exact and close enough to x that the difference is exact too.
	ln2High = 355.0 / 512
	ln2Low  = 0.693147180559945309417232121458 - ln2High

	// Adding 1.5·2²³ to a float32 |a| ≤ 2²² rounds it to an integer, which
	// then stands in the low bits of the sum.
	roundShift = 3 << 22
)
