package asm

import "fmt"

// CopyBlocks copies planes of rows of n elements from one array of three axes to
// another:
//
//	for p := range planes {
//		for r := range rows {
//			copy(dst[p*dstPlane+r*dstRow:][:n], src[p*srcPlane+r*srcRow:][:n])
//		}
//	}
//
// It is for many short rows, such as those of a convolution's patches, where a
// call of copy for each would cost more than the copying. It panics if a size or
// a distance is negative or a row ends behind its slice. dst and src must not
// overlap.
func CopyBlocks(dst []float32, dstPlane, dstRow int, src []float32, srcPlane, srcRow, planes, rows, n int) {
	if !checkCopy("CopyBlocks", dst, dstPlane, dstRow, src, srcPlane, srcRow, planes, rows, n, 1, 1) {
		return
	}
	copyBlocks(dst, dstPlane, dstRow, src, srcPlane, srcRow, planes, rows, n)
}

// CopyAlternate is CopyBlocks for rows of every other element of the source:
// element i of a row is src[p*srcPlane+r*srcRow+2*i].
func CopyAlternate(dst []float32, dstPlane, dstRow int, src []float32, srcPlane, srcRow, planes, rows, n int) {
	if !checkCopy("CopyAlternate", dst, dstPlane, dstRow, src, srcPlane, srcRow, planes, rows, n, 1, 2) {
		return
	}
	copyAlternate(dst, dstPlane, dstRow, src, srcPlane, srcRow, planes, rows, n)
}

// StoreAlternate is CopyBlocks to every other element of the destination: element
// i of a row goes to dst[p*dstPlane+r*dstRow+2*i]. Those between stay.
func StoreAlternate(dst []float32, dstPlane, dstRow int, src []float32, srcPlane, srcRow, planes, rows, n int) {
	if !checkCopy("StoreAlternate", dst, dstPlane, dstRow, src, srcPlane, srcRow, planes, rows, n, 2, 1) {
		return
	}
	storeAlternate(dst, dstPlane, dstRow, src, srcPlane, srcRow, planes, rows, n)
}

// checkCopy reports whether there is anything to copy. It panics if the
// arguments make no sense; elements of a row are dstStep and srcStep apart.
func checkCopy(op string, dst []float32, dstPlane, dstRow int, src []float32, srcPlane, srcRow, planes, rows, n, dstStep, srcStep int) bool {
	if min(planes, rows, n, dstPlane, dstRow, srcPlane, srcRow) < 0 {
		panic(fmt.Sprintf("asm: %s: negative size: %d×%d×%d from distances %d, %d to %d, %d", op, planes, rows, n, srcPlane, srcRow, dstPlane, dstRow))
	}
	if planes == 0 || rows == 0 || n == 0 {
		return false
	}
	if last := (planes-1)*dstPlane + (rows-1)*dstRow + (n-1)*dstStep + 1; last > len(dst) {
		panic(fmt.Sprintf("asm: %s: the destination has %d elements, the last row ends at %d", op, len(dst), last))
	}
	if last := (planes-1)*srcPlane + (rows-1)*srcRow + (n-1)*srcStep + 1; last > len(src) {
		panic(fmt.Sprintf("asm: %s: the source has %d elements, the last row ends at %d", op, len(src), last))
	}
	return true
}
