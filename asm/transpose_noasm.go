//go:build !amd64 || purego

package asm

func transpose(dst []float32, dstRow int, src []float32, srcRow, rows, cols int) {
	transposeGeneric(dst, dstRow, src, srcRow, rows, cols)
}
