//go:build !purego

package asm

// transpose takes 8 rows at a time, and 4 columns of them at least; the last ones
// are those that end with the last.
func transpose(dst []float32, dstRow int, src []float32, srcRow, rows, columns int) {
	if current == generic || rows < 8 || columns < 4 {
		transposeGeneric(dst, dstRow, src, srcRow, rows, columns)
		return
	}
	for i := 0; i < rows; i += 8 {
		at := min(i, rows-8)
		packColumns8AVX2(&dst[at], dstRow, &src[at*srcRow], srcRow, 8, columns&^3)
		if columns%4 != 0 {
			packColumns8AVX2(&dst[(columns-4)*dstRow+at], dstRow, &src[at*srcRow+columns-4], srcRow, 8, 4)
		}
	}
}
