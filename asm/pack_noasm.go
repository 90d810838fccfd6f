//go:build !amd64 || purego

package asm

func packRows(dst []float32, width int, x []float32, ld, lanes, depth int) {
	packRowsGeneric(dst, width, x, ld, lanes, depth)
}

func packColumns(dst []float32, width int, x []float32, ld, lanes, depth int) {
	packColumnsGeneric(dst, width, x, ld, lanes, depth)
}
