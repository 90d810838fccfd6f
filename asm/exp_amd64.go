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

// The assembly. Each pair is the loop of its comment, for every i.

// dst[i] = expOne(x[i])
//
//go:noescape
func expAVX2(dst, x []float32)

//go:noescape
func expAVX512(dst, x []float32)

// expConstants holds the constants of expOne in the order in which the assembly
// needs them, each repeated to fill a 256-bit register.
//
//lint:ignore U1000 the assembly reads it
var expConstants = repeat8(expMin, expMax, log2e, roundShift, -ln2High, -ln2Low,
	1.0/5040, 1.0/720, 1.0/120, 1.0/24, 1.0/6, 1.0/2, 1)

func repeat8(constants ...float32) (table [13][8]float32) {
	for i, c := range constants {
		for j := range table[i] {
			table[i][j] = c
		}
	}
	return table
}
