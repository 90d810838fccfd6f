//go:build !purego

package asm

func adam(w, g, m, v []float32, s *AdamStep) {
	switch current {
	case avx512:
		adamAVX512(w, g, m, v, s)
	case avx2:
		adamAVX2(w, g, m, v, s)
	default:
		adamGeneric(w, g, m, v, s)
	}
}

// The assembly. Each pair is the loop of its comment, for every i.

// adamGeneric's loop
//
//go:noescape
func adamAVX2(w, g, m, v []float32, s *AdamStep)

//go:noescape
func adamAVX512(w, g, m, v []float32, s *AdamStep)
