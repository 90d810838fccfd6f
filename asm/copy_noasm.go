//go:build !amd64 || purego

package asm

func copyBlocks(dst []float32, dstPlane, dstRow int, src []float32, srcPlane, srcRow, planes, rows, n int) {
	copyBlocksGeneric(dst, dstPlane, dstRow, src, srcPlane, srcRow, planes, rows, n)
}

func copyAlternate(dst []float32, dstPlane, dstRow int, src []float32, srcPlane, srcRow, planes, rows, n int) {
	copyAlternateGeneric(dst, dstPlane, dstRow, src, srcPlane, srcRow, planes, rows, n)
}

func storeAlternate(dst []float32, dstPlane, dstRow int, src []float32, srcPlane, srcRow, planes, rows, n int) {
	storeAlternateGeneric(dst, dstPlane, dstRow, src, srcPlane, srcRow, planes, rows, n)
}

func interleave(dst []float32, dstRow int, x, y []float32, srcRow, rows, n int) {
	interleaveGeneric(dst, dstRow, x, y, srcRow, rows, n)
}
