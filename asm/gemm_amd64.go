//go:build !purego

package asm

// multiply runs the micro-kernel.
func (t *tile) multiply() {
	switch current {
	case avx512:
		multiplyAVX512(t)
	case avx2:
		multiplyAVX2(t)
	default:
		multiplyGeneric(t)
	}
}

//go:noescape
func multiplyAVX512(t *tile)

//go:noescape
func multiplyAVX2(t *tile)
