package asm

import "math"

func expGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = expOne(x[i])
	}
}

func expSumGeneric(dst, x []float32, a, b float32) float64 {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = expOne(fma(a, x[i], b))
	}
	return sumGeneric(dst)
}

func expOne(x float32) float32 {
	if x != x {
		return x
	}
	x = min(max(x, expMin), expMax)
	t := fma(x, log2e, roundShift)
	n := t - roundShift
	r := fma(n, -ln2High, x)
	r = fma(n, -ln2Low, r)

	p := fma(1.0/5040, r, 1.0/720)
	p = fma(p, r, 1.0/120)
	p = fma(p, r, 1.0/24)
	p = fma(p, r, 1.0/6)
	p = fma(p, r, 1.0/2)
	p = fma(p, r, 1)
	p = fma(p, r, 1)

	k := int32(math.Float32bits(t)) - int32(math.Float32bits(roundShift)) // n as an integer
	half := k >> 1
	return float32(p * powerOfTwo(half) * powerOfTwo(k-half))
}

// powerOfTwo returns 2ᵏ for −126 ≤ k ≤ 127, by writing its exponent.
func powerOfTwo(k int32) float32 { return math.Float32frombits(uint32(k+127) << 23) }
