//go:build !purego

package asm

import "math"

func sigmoid(dst, x []float32) {
	switch current {
	case avx512:
		sigmoidAVX512(dst, x)
	case avx2:
		sigmoidAVX2(dst, x)
	default:
		sigmoidGeneric(dst, x)
	}
}

func sigmoidGrad(dx, dy, y []float32) {
	switch current {
	case avx512:
		sigmoidGradAVX512(dx, dy, y)
	case avx2:
		sigmoidGradAVX2(dx, dy, y)
	default:
		sigmoidGradGeneric(dx, dy, y)
	}
}

func tanh(dst, x []float32) {
	switch current {
	case avx512:
		tanhAVX512(dst, x)
	case avx2:
		tanhAVX2(dst, x)
	default:
		tanhGeneric(dst, x)
	}
}

func tanhGrad(dx, dy, y []float32) {
	switch current {
	case avx512:
		tanhGradAVX512(dx, dy, y)
	case avx2:
		tanhGradAVX2(dx, dy, y)
	default:
		tanhGradGeneric(dx, dy, y)
	}
}

func softplus(dst, x []float32) {
	switch current {
	case avx512:
		softplusAVX512(dst, x)
	case avx2:
		softplusAVX2(dst, x)
	default:
		softplusGeneric(dst, x)
	}
}

func gelu(dst, x []float32) {
	switch current {
	case avx512:
		geluAVX512(dst, x)
	case avx2:
		geluAVX2(dst, x)
	default:
		geluGeneric(dst, x)
	}
}

func geluDerivative(dst, x []float32) {
	switch current {
	case avx512:
		geluDerivativeAVX512(dst, x)
	case avx2:
		geluDerivativeAVX2(dst, x)
	default:
		geluDerivativeGeneric(dst, x)
	}
}

// The assembly. Each pair is the loop of its comment, for every i.

// dst[i] = sigmoidOne(x[i])
//
//go:noescape
func sigmoidAVX2(dst, x []float32)

//go:noescape
func sigmoidAVX512(dst, x []float32)

// dx[i] = dy[i] * (y[i] * (1 - y[i]))
//
//go:noescape
func sigmoidGradAVX2(dx, dy, y []float32)

//go:noescape
func sigmoidGradAVX512(dx, dy, y []float32)

// dst[i] = tanhOne(x[i])
//
//go:noescape
func tanhAVX2(dst, x []float32)

//go:noescape
func tanhAVX512(dst, x []float32)

// dx[i] = dy[i] * fma(-y[i], y[i], 1)
//
//go:noescape
func tanhGradAVX2(dx, dy, y []float32)

//go:noescape
func tanhGradAVX512(dx, dy, y []float32)

// dst[i] = softplusOne(x[i])
//
//go:noescape
func softplusAVX2(dst, x []float32)

//go:noescape
func softplusAVX512(dst, x []float32)

// dst[i] = geluOne(x[i])
//
//go:noescape
func geluAVX2(dst, x []float32)

//go:noescape
func geluAVX512(dst, x []float32)

// dst[i] = geluDerivativeOne(x[i])
//
//go:noescape
func geluDerivativeAVX2(dst, x []float32)

//go:noescape
func geluDerivativeAVX512(dst, x []float32)

// The constants, for which activation_avx2_amd64.s has names.

//lint:ignore U1000 the assembly reads it
var activationConstants = repeat8(1, 2, -2, 0.5, -0.5,
	math.Float32frombits(1<<31), math.Float32frombits(1<<31-1), -geluSaturated, geluSaturated, rootHalf, invRootTwoPi)

//lint:ignore U1000 the assembly reads it
var polynomialConstants = repeat8(tanhSmall, tanh1, tanh3, tanh5, tanh7, tanh9,
	artanh0, artanh1, artanh2, artanh3, artanh4)

//lint:ignore U1000 the assembly reads it
var erfcConstants = repeat8(erfc0, erfc1, erfc2, erfc3, erfc4, erfc5, erfc6, erfc7, erfc8, erfc9)
