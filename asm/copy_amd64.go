//go:build !purego

package asm

// The assembly serves AVX2 and AVX-512 alike: it is bound by the number of rows,
// or by memory.

func copyBlocks(dst []float32, dstPlane, dstRow int, src []float32, srcPlane, srcRow, planes, rows, n int) {
	if current == generic || n < 4 {
		copyBlocksGeneric(dst, dstPlane, dstRow, src, srcPlane, srcRow, planes, rows, n)
		return
	}
	copyBlocksAVX2(&dst[0], dstPlane, dstRow, &src[0], srcPlane, srcRow, planes, rows, n)
}

// copyBlocksAVX2 is CopyBlocks for n ≥ 4. The last vector of a row is the one
// that ends with the row, and overlaps the one before it.
//
//go:noescape
func copyBlocksAVX2(dst *float32, dstPlane, dstRow int, src *float32, srcPlane, srcRow, planes, rows, n int)

func copyAlternate(dst []float32, dstPlane, dstRow int, src []float32, srcPlane, srcRow, planes, rows, n int) {
	if current == generic || n < 4 {
		copyAlternateGeneric(dst, dstPlane, dstRow, src, srcPlane, srcRow, planes, rows, n)
		return
	}
	copyAlternateAVX2(&dst[0], dstPlane, dstRow, &src[0], srcPlane, srcRow, planes, rows, n)
}

// copyAlternateAVX2 is CopyAlternate for n ≥ 4. Of the two vectors of the source
// that make one of dst, the second begins with the last element of the first, so
// that none is read behind the last one needed.
//
//go:noescape
func copyAlternateAVX2(dst *float32, dstPlane, dstRow int, src *float32, srcPlane, srcRow, planes, rows, n int)

func storeAlternate(dst []float32, dstPlane, dstRow int, src []float32, srcPlane, srcRow, planes, rows, n int) {
	if current == generic || n < 4 {
		storeAlternateGeneric(dst, dstPlane, dstRow, src, srcPlane, srcRow, planes, rows, n)
		return
	}
	storeAlternateAVX2(&dst[0], dstPlane, dstRow, &src[0], srcPlane, srcRow, planes, rows, n)
}

// storeAlternateAVX2 is StoreAlternate for n ≥ 4. It writes back what lies between
// the elements of a row, but nothing before the first or behind the last one, where
// other goroutines may write.
//
//go:noescape
func storeAlternateAVX2(dst *float32, dstPlane, dstRow int, src *float32, srcPlane, srcRow, planes, rows, n int)
