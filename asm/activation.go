package asm

// The functions of this file are elementwise. They panic if the lengths differ,
// and dst may be one of the inputs. Their errors are the largest over all float32
// that the tests find; all implementations give the same bits. NaN gives NaN, and
// infinities give the limits.

// Sigmoid sets dst[i] = 1/(1 + e⁻ˣ) for x = x[i], within 2.5 units in the last
// place. It is 1/(1 + t) or, for x < 0, t/(1 + t), where t = e^−|x| by Exp.
func Sigmoid(dst, x []float32) {
	checkLengths2("Sigmoid", len(dst), len(x))
	sigmoid(dst, x)
}

// SigmoidGrad sets dx[i] = dy[i]·(y[i]·(1 − y[i])), the gradient of y = Sigmoid(x).
func SigmoidGrad(dx, dy, y []float32) {
	checkLengths3("SigmoidGrad", len(dx), len(dy), len(y))
	sigmoidGrad(dx, dy, y)
}

// Tanh sets dst[i] = tanh x[i], within 2.5 units in the last place. It is
// (1 − t)/(1 + t) with t = e^−2|x| by Exp, and below |x| = 0.625, where the
// difference would cancel, the polynomial of Moshier's Cephes library (tanhf.c,
// 1989).
func Tanh(dst, x []float32) {
	checkLengths2("Tanh", len(dst), len(x))
	tanh(dst, x)
}

// TanhGrad sets dx[i] = dy[i]·(1 − y[i]²), the gradient of y = Tanh(x); 1 − y² is
// rounded once.
func TanhGrad(dx, dy, y []float32) {
	checkLengths3("TanhGrad", len(dx), len(dy), len(y))
	tanhGrad(dx, dy, y)
}

// Softplus sets dst[i] = ln(1 + eˣ) for x = x[i], within 3 units in the last place.
// It is max(x, 0) + ln(1 + t) with t = e^−|x| by Exp, and
//
//	ln(1 + t) = 2·artanh s = 2s + 2s·(s²/3 + s⁴/5 + …),   s = t/(2 + t) ≤ ⅓
//
// with a polynomial of degree 4 in s², fitted at Chebyshev's points, that is right
// to 4·10⁻¹⁰.
func Softplus(dst, x []float32) {
	checkLengths2("Softplus", len(dst), len(x))
	softplus(dst, x)
}

// GELU sets dst[i] = x·Φ(x) for x = x[i], where Φ is the distribution function of
// the standard normal distribution, with an error of less than 2·10⁻⁷·max(|x|, 1).
// It takes Φ(−|x|) = ½·erfc(|x|/√2) from
//
//	erfc z = t·exp(p(t) − z²),   t = 1/(1 + z/2)
//
// with Exp and the polynomial p of degree 9 of Press et al. (Numerical Recipes,
// 1992, section 6.2), which is right to 1.2·10⁻⁷ of the result, and the other half
// from Φ(x) = 1 − Φ(−x).
func GELU(dst, x []float32) {
	checkLengths2("GELU", len(dst), len(x))
	gelu(dst, x)
}

// GELUDerivative sets dst[i] = Φ(x) + x·φ(x) for x = x[i], the derivative of GELU,
// where φ is the density of the standard normal distribution, with an error of
// less than 3·10⁻⁷·max(|x|, 1).
func GELUDerivative(dst, x []float32) {
	checkLengths2("GELUDerivative", len(dst), len(x))
	geluDerivative(dst, x)
}

const (
	// Below tanhSmall, tanh a = a + a·z·(tanh1 + z·(tanh3 + …)) with z = a².
	tanhSmall = 0.625
	tanh1     = -3.33332819422e-1
	tanh3     = 1.33314422036e-1
	tanh5     = -5.37397155531e-2
	tanh7     = 2.06390887954e-2
	tanh9     = -5.70498872745e-3

	// (artanh s − s)/s³ as a polynomial in s².
	artanh0 = 0.33333334
	artanh1 = 0.19999851
	artanh2 = 0.14296292
	artanh3 = 0.10851657
	artanh4 = 0.11619525

	// p(t) of erfc.
	erfc0 = -1.26551223
	erfc1 = 1.00002368
	erfc2 = 0.37409196
	erfc3 = 0.09678418
	erfc4 = -0.18628806
	erfc5 = 0.27886807
	erfc6 = -1.13520398
	erfc7 = 1.48851587
	erfc8 = -0.82215223
	erfc9 = 0.17087277

	rootHalf      = 0.70710678118654752440
	invRootTwoPi  = 0.39894228040143267794
	geluSaturated = 100 // |x| from which Φ and φ are 0 or 1: any from 14.5 on
)
