package asm

import "fmt"

// StripWidth is the largest width of a strip: of the neighbouring columns of a
// row-major matrix that the kernels of this file walk down together, so that what
// belongs to a column stays in registers. 64 float32 of a row are four cache lines.
const StripWidth = 64

// A strip is described by the slice that begins at its first element, the number
// of rows, its width, and the stride from one row to the next. The kernels panic
// unless the width is from 0 to StripWidth and the last row ends within the
// slice.

// ColumnSums adds x[i·stride + j] to sum[j] for every column j of a strip, in
// float64 and in the order of the rows. From width on sum stays as it is.
func ColumnSums(sum *[StripWidth]float64, x []float32, rows, width, stride int) {
	checkStrip("ColumnSums", len(x), rows, width, stride)
	columnSums(sum, x, rows, width, stride)
}

// ColumnMoments does what ColumnSums does, and in the same pass adds
// x[i·stride + j]² to squares[j].
func ColumnMoments(sum, squares *[StripWidth]float64, x []float32, rows, width, stride int) {
	checkStrip("ColumnMoments", len(x), rows, width, stride)
	columnMoments(sum, squares, x, rows, width, stride)
}

// checkStrip panics unless a strip lies within a slice of n elements.
func checkStrip(op string, n, rows, width, stride int) {
	if rows < 0 || width < 0 || width > StripWidth || rows > 1 && stride < width || rows > 0 && (rows-1)*stride+width > n {
		panic(fmt.Sprintf("asm: %s: no strip of %d rows, width %d and stride %d in %d elements", op, rows, width, stride, n))
	}
}
