//go:build !purego

package asm

func columnSums(sum *[StripWidth]float64, x []float32, rows, width, stride int) {
	switch current {
	case avx512:
		columnSumsAVX512(sum, x, rows, width, stride)
	case avx2:
		columnSumsAVX2(sum, x, rows, width, stride)
	default:
		columnSumsGeneric(sum, x, rows, width, stride)
	}
}

func columnMoments(sum, squares *[StripWidth]float64, x []float32, rows, width, stride int) {
	switch current {
	case avx512:
		columnMomentsAVX512(sum, squares, x, rows, width, stride)
	case avx2:
		columnMomentsAVX2(sum, squares, x, rows, width, stride)
	default:
		columnMomentsGeneric(sum, squares, x, rows, width, stride)
	}
}

// The assembly. Each pair is the loop of its comment, for i in [0, rows) and j in
// [0, width).

// sum[j] += float64(x[i*stride+j])
//
//go:noescape
func columnSumsAVX2(sum *[StripWidth]float64, x []float32, rows, width, stride int)

//go:noescape
func columnSumsAVX512(sum *[StripWidth]float64, x []float32, rows, width, stride int)

// v := float64(x[i*stride+j]); sum[j] += v; squares[j] += v*v
//
//go:noescape
func columnMomentsAVX2(sum, squares *[StripWidth]float64, x []float32, rows, width, stride int)

//go:noescape
func columnMomentsAVX512(sum, squares *[StripWidth]float64, x []float32, rows, width, stride int)
