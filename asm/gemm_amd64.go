//go:build !purego

package asm

// multiply runs the micro-kernel, or the kernel for one row if the tile is wider,
// on the panels of A and B that begin at a[aFrom] and b[bFrom].
func (t *tile) multiply(aFrom, bFrom int) {
	switch current {
	case avx512:
		if t.cols > 32 {
			multiplyRowAVX512(t, aFrom, bFrom)
		} else {
			multiplyAVX512(t, aFrom, bFrom)
		}
	case avx2:
		if t.cols > 16 {
			multiplyRowAVX2(t, aFrom, bFrom)
		} else {
			multiplyAVX2(t, aFrom, bFrom)
		}
	default:
		multiplyGeneric(t, aFrom, bFrom)
	}
}

//go:noescape
func multiplyAVX512(t *tile, aFrom, bFrom int)

//go:noescape
func multiplyAVX2(t *tile, aFrom, bFrom int)

//go:noescape
func multiplyRowAVX512(t *tile, aFrom, bFrom int)

//go:noescape
func multiplyRowAVX2(t *tile, aFrom, bFrom int)
