//go:build !amd64 || purego

package asm

func winogradLine(t WinogradLine, dst []float32, dstAt []int, dstStep int, src []float32, srcAt []int, srcStep, n int, add bool) {
	winogradLineGeneric(t, dst, dstAt, dstStep, src, srcAt, srcStep, n, add)
}
