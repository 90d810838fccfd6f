//go:build !amd64 || purego

package asm

func columnSums(sum *[StripWidth]float64, x []float32, rows, width, stride int) {
	columnSumsGeneric(sum, x, rows, width, stride)
}

func columnMoments(sum, squares *[StripWidth]float64, x []float32, rows, width, stride int) {
	columnMomentsGeneric(sum, squares, x, rows, width, stride)
}
