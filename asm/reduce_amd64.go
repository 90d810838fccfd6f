//go:build !purego

package asm

func sum(x []float32) float64 {
	switch current {
	case avx512:
		return sumAVX512(x)
	case avx2:
		return sumAVX2(x)
	}
	return sumGeneric(x)
}

func maximum(x []float32) float32 {
	switch current {
	case avx512:
		return maximumAVX512(x)
	case avx2:
		return maximumAVX2(x)
	}
	return maximumGeneric(x)
}

func accumulateSum(acc []float64, x []float32) {
	switch current {
	case avx512:
		accumulateSumAVX512(acc, x)
	case avx2:
		accumulateSumAVX2(acc, x)
	default:
		accumulateSumGeneric(acc, x)
	}
}

// The assembly. Each pair is the loop of its comment, for every i.

// lane[i%32] += float64(x[i]), then the lanes folded
//
//go:noescape
func sumAVX2(x []float32) float64

//go:noescape
func sumAVX512(x []float32) float64

// m = max(m, x[i]), then m + 0
//
//go:noescape
func maximumAVX2(x []float32) float32

//go:noescape
func maximumAVX512(x []float32) float32

// acc[i] += float64(x[i])
//
//go:noescape
func accumulateSumAVX2(acc []float64, x []float32)

//go:noescape
func accumulateSumAVX512(acc []float64, x []float32)
