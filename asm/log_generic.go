package asm

import "math"

func logGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = logOne(x[i])
	}
}

func logOne(x float32) float32 {
	switch {
	case !(x >= 0):
		return float32(math.NaN())
	case x == 0:
		return float32(math.Inf(-1))
	case math.IsInf(float64(x), 1):
		return x
	}
	k := float32(0)
	if x < 0x1p-126 { // subnormal
		x *= 0x1p23
		k = -23
	}
	b := int32(math.Float32bits(x)) - rootHalfBits
	k += float32(b >> 23)
	f := math.Float32frombits(uint32(b&mantissa+rootHalfBits)) - 1

	s := f / (2 + f)
	z := float32(s * s)
	r := fma(logR4, z, logR3)
	r = fma(r, z, logR2)
	r = fma(r, z, logR1)
	r = float32(r * z)
	half := float32(0.5 * f * f)
	inner := fma(k, logLn2Low, float32(s*(half+r)))
	return fma(k, logLn2High, -(half - inner - f))
}
