//go:build !amd64 || purego

package asm

// multiply runs the micro-kernel on the panels of A and B that begin at a[aFrom] and
// b[bFrom].
func (t *tile) multiply(aFrom, bFrom int) { multiplyGeneric(t, aFrom, bFrom) }

func dots1(dst, a, b []float32, ldb, k int) { panic("asm: unreachable") }

func dots2(dst, dst2, a, a2, b []float32, ldb, k int) { panic("asm: unreachable") }

func dotsPacked(dst []float32, rows, columns int, a, b []float32, ldb, k int) {
	panic("asm: unreachable")
}
