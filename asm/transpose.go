package asm

import "fmt"

// Transpose writes the transpose of a matrix of rows×cols elements, whose rows are
// srcRow apart, to dst:
//
//	for i := range rows {
//		for j := range cols {
//			dst[j*dstRow+i] = src[i*srcRow+j]
//		}
//	}
//
// It panics if a size or a distance is negative or a matrix ends behind its slice.
// dst and src must not overlap.
func Transpose(dst []float32, dstRow int, src []float32, srcRow, rows, cols int) {
	if min(rows, cols, dstRow, srcRow) < 0 {
		panic(fmt.Sprintf("asm: Transpose: negative size: %d×%d from distance %d to %d", rows, cols, srcRow, dstRow))
	}
	if rows == 0 || cols == 0 {
		return
	}
	if last := (cols-1)*dstRow + rows; last > len(dst) {
		panic(fmt.Sprintf("asm: Transpose: the destination has %d elements, the last row ends at %d", len(dst), last))
	}
	if last := (rows-1)*srcRow + cols; last > len(src) {
		panic(fmt.Sprintf("asm: Transpose: the source has %d elements, the last row ends at %d", len(src), last))
	}
	transpose(dst, dstRow, src, srcRow, rows, cols)
}
