//go:build !amd64 || purego

package asm

func winogradInput(dst []float32, step int, src []float32, row int, tiles []int) {
	winogradInputGeneric(dst, step, src, row, tiles)
}

func winogradOutput(dst []float32, row int, tiles []int, src []float32, step int) {
	winogradOutputGeneric(dst, row, tiles, src, step)
}

func winogradOutputGrad(dst []float32, step int, src []float32, row int, tiles []int) {
	winogradOutputGradGeneric(dst, step, src, row, tiles)
}

func winogradKernel(dst []float32, step int, src []float32, srcStep, at, n int) {
	winogradKernelGeneric(dst, step, src, srcStep, at, n)
}

func winogradKernelGrad(dst []float32, step int, src []float32, srcStep, n int) {
	winogradKernelGradGeneric(dst, step, src, srcStep, n)
}
