//go:build !purego

package asm

func exp(dst, x []float32) {
	switch current {
	case avx512:
		expAVX512(dst, x)
	case avx2:
		expAVX2(dst, x)
	default:
		expGeneric(dst, x)
	}
}

func expSum(dst, x []float32, a, b float32) float64 {
	switch current {
	case avx512:
		return expSumAVX512(dst, x, a, b)
	case avx2:
		return expSumAVX2(dst, x, a, b)
	}
	return expSumGeneric(dst, x, a, b)
}

// The assembly. Each pair is the loop of its comment, for every i.

// dst[i] = expOne(x[i])
//
//go:noescape
func expAVX2(dst, x []float32)

//go:noescape
func expAVX512(dst, x []float32)

// dst[i] = expOne(fma(a, x[i], b)), lane[i%32] += float64(dst[i]), then the lanes
// folded
//
//go:noescape
func expSumAVX2(dst, x []float32, a, b float32) float64

//go:noescape
func expSumAVX512(dst, x []float32, a, b float32) float64

// expConstants holds the constants of expOne in the order in which the assembly
// needs them, each repeated to fill a 256-bit register.
//
//lint:ignore U1000 the assembly reads it
var expConstants = repeat8(expMin, expMax, log2e, roundShift, -ln2High, -ln2Low,
	1.0/5040, 1.0/720, 1.0/120, 1.0/24, 1.0/6, 1.0/2, 1)
