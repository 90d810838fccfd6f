//go:build !purego

package asm

func countGreater(x []float32, a float32) int {
	switch current {
	case avx512:
		return countGreaterAVX512(x, a)
	case avx2:
		return countGreaterAVX2(x, a)
	}
	return countGreaterGeneric(x, a)
}

func accumulateGreater(acc, x, y []float32) {
	switch current {
	case avx512:
		accumulateGreaterAVX512(acc, x, y)
	case avx2:
		accumulateGreaterAVX2(acc, x, y)
	default:
		accumulateGreaterGeneric(acc, x, y)
	}
}

// The assembly. Each pair is the loop of its comment, for every i.

// if x[i] > a { n++ }
//
//go:noescape
func countGreaterAVX2(x []float32, a float32) (n int)

//go:noescape
func countGreaterAVX512(x []float32, a float32) (n int)

// if x[i] > y[i] { acc[i]++ }
//
//go:noescape
func accumulateGreaterAVX2(acc, x, y []float32)

//go:noescape
func accumulateGreaterAVX512(acc, x, y []float32)
