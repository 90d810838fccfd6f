//go:build !purego

package asm

func dot(x, y []float32) float32 {
	switch current {
	case avx512:
		return dotAVX512(x, y)
	case avx2:
		return dotAVX2(x, y)
	}
	return dotGeneric(x, y)
}

func dsdot(x, y []float32) float64 {
	switch current {
	case avx512:
		return dsdotAVX512(x, y)
	case avx2:
		return dsdotAVX2(x, y)
	}
	return dsdotGeneric(x, y)
}

func accumulateDot(acc []float64, x, y []float32) {
	switch current {
	case avx512:
		accumulateDotAVX512(acc, x, y)
	case avx2:
		accumulateDotAVX2(acc, x, y)
	default:
		accumulateDotGeneric(acc, x, y)
	}
}

// The assembly. Each pair is the loop of its comment, for every i.

// lane[i%64] = fma(x[i], y[i], lane[i%64]), then the lanes folded
//
//go:noescape
func dotAVX2(x, y []float32) float32

//go:noescape
func dotAVX512(x, y []float32) float32

// lane[i%32] += float64(x[i]) * float64(y[i]), then the lanes folded
//
//go:noescape
func dsdotAVX2(x, y []float32) float64

//go:noescape
func dsdotAVX512(x, y []float32) float64

// acc[i] += float64(x[i]) * float64(y[i])
//
//go:noescape
func accumulateDotAVX2(acc []float64, x, y []float32)

//go:noescape
func accumulateDotAVX512(acc []float64, x, y []float32)
