//go:build !purego

package asm

import "math"

func log(dst, x []float32) {
	switch current {
	case avx512:
		logAVX512(dst, x)
	case avx2:
		logAVX2(dst, x)
	default:
		logGeneric(dst, x)
	}
}

// The assembly. Each pair is the loop of its comment, for every i.

// dst[i] = logOne(x[i])
//
//go:noescape
func logAVX2(dst, x []float32)

//go:noescape
func logAVX512(dst, x []float32)

// logConstants holds what logOne needs; log_avx2_amd64.s has the names.
//
//lint:ignore U1000 the assembly reads it
var logConstants = repeat8(0x1p-126, 0x1p23, 23, math.Float32frombits(rootHalfBits), math.Float32frombits(mantissa),
	1, 2, 0.5, logR1, logR2, logR3, logR4, logLn2High, logLn2Low, float32(math.Inf(1)), float32(math.Inf(-1)))
