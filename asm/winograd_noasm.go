//go:build !amd64 || purego

package asm

func winogradInput(dst []float32, step int, src []float32, phase, row, n int) {
	winogradInputGeneric(dst, step, src, phase, row, n)
}

func winogradOutput(dst []float32, step int, src []float32, srcStep, n int) {
	winogradOutputGeneric(dst, step, src, srcStep, n)
}

func winogradOutputGrad(dst []float32, step int, src []float32, srcStep, n int) {
	winogradOutputGradGeneric(dst, step, src, srcStep, n)
}
