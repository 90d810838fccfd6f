//go:build !purego

package asm

// dot switches on current in assembly, and Dot is inlined: short vectors take
// little longer than a call in Go, whose frame and copy of the arguments are a
// fifth of it at 64 elements. Slices of different lengths go to dotGeneric too.
//
//go:noescape
func dot(x, y []float32) float32

func dsdot(x, y []float32) float64 {
	switch current {
	case avx512:
		return dsdotAVX512(x, y)
	case avx2:
		return dsdotAVX2(x, y)
	}
	return dsdotGeneric(x, y)
}

func sumDot(x, y []float32) (sum, dot float64) {
	switch current {
	case avx512:
		return sumDotAVX512(x, y)
	case avx2: // has no registers for 64 sums
		return sumAVX2(x), dsdotAVX2(x, y)
	}
	return sumDotGeneric(x, y)
}

// The assembly. Each pair is the loop of its comment, for every i.

// lane[i%64] = fma(x[i], y[i], lane[i%64]), then the lanes folded
//
//lint:ignore U1000 the assembly calls it
//go:noescape
func dotAVX2(x, y []float32) float32

//lint:ignore U1000 the assembly calls it
//go:noescape
func dotAVX512(x, y []float32) float32

// lane[i%32] += float64(x[i]) * float64(y[i]), then the lanes folded
//
//go:noescape
func dsdotAVX2(x, y []float32) float64

//go:noescape
func dsdotAVX512(x, y []float32) float64

// s[i%32] += float64(x[i]); d[i%32] += float64(x[i]) * float64(y[i]), then both
// folded
//
//go:noescape
func sumDotAVX512(x, y []float32) (sum, dot float64)
