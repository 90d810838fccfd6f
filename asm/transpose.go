package asm

import "fmt"

// Transpose writes the columns of a matrix to the rows of another:
//
//	for i := range rows {
//		for j := range columns {
//			dst[j*dstRow+i] = src[i*srcRow+j]
//		}
//	}
//
// It panics if a size or a distance is negative or a row ends behind its slice. dst
// and src must not overlap.
func Transpose(dst []float32, dstRow int, src []float32, srcRow, rows, columns int) {
	if min(rows, columns, dstRow, srcRow) < 0 {
		panic(fmt.Sprintf("asm: Transpose: negative size: %d×%d from distance %d to %d", rows, columns, srcRow, dstRow))
	}
	if rows == 0 || columns == 0 {
		return
	}
	if last := (columns-1)*dstRow + rows; last > len(dst) {
		panic(fmt.Sprintf("asm: Transpose: the destination has %d elements, the last row ends at %d", len(dst), last))
	}
	if last := (rows-1)*srcRow + columns; last > len(src) {
		panic(fmt.Sprintf("asm: Transpose: the source has %d elements, the last row ends at %d", len(src), last))
	}
	transpose(dst, dstRow, src, srcRow, rows, columns)
}

func transposeGeneric(dst []float32, dstRow int, src []float32, srcRow, rows, columns int) {
	for i := range rows {
		for j, v := range src[i*srcRow:][:columns] {
			dst[j*dstRow+i] = v
		}
	}
}
