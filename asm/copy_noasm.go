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
