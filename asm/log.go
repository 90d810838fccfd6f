package asm

// Log sets dst[i] = ln x[i] with an error below one unit in the last place, with
// the same bits in every implementation. Log(±0) = −Inf, Log(+Inf) = +Inf, and the
// logarithm of a negative number or a NaN is NaN. It panics if the lengths differ;
// dst may be x.
//
// Method, that of FreeBSD's e_logf.c (Sun Microsystems, 1993). With x = 2ᵏ·(1 + f),
// √½ ≤ 1 + f < √2 and s = f/(2 + f),
//
//	ln x = k·ln 2 + ln(1 + f),   ln(1 + f) = 2·artanh s = f − s·(f − R)
//
// where R(s²) = ⅔s² + ⅖s⁴ + … is a polynomial of four terms, whose error is below
// 2⁻³⁴. As f is 2s + s·f, the difference is also f − (f²/2 − s·(f²/2 + R)), whose
// last bracket is small.
func Log(dst, x []float32) {
	checkLengths2("Log", len(dst), len(x))
	log(dst, x)
}

const (
	rootHalfBits = 0x3f3504f3 // √½
	mantissa     = 1<<23 - 1

	// The coefficients of R, and ln 2 in two parts, as in e_logf.c.
	logR1      = 0xaaaaaa.0p-24
	logR2      = 0xccce13.0p-25
	logR3      = 0x91e9ee.0p-25
	logR4      = 0xf89e26.0p-26
	logLn2High = 0x1.62e3p-1
	logLn2Low  = 0x1.2fefa2p-17
)
