//go:build !purego

package asm

// multiply runs the micro-kernel, or the kernel for one row if the tile is wider.
func (t *tile) multiply() {
	switch current {
	case avx512:
		if t.cols > 32 {
			multiplyRowAVX512(t)
		} else {
			multiplyAVX512(t)
		}
	case avx2:
		if t.cols > 16 {
			multiplyRowAVX2(t)
		} else {
			multiplyAVX2(t)
		}
	default:
		multiplyGeneric(t)
	}
}

//go:noescape
func multiplyAVX512(t *tile)

//go:noescape
func multiplyAVX2(t *tile)

//go:noescape
func multiplyRowAVX512(t *tile)

//go:noescape
func multiplyRowAVX2(t *tile)
