//go:build !amd64 || purego

package asm

func indirectGemm(count int, c []float32, cStep int, cAt []int, a []float32, aStep int, aAt, at []int, b []float32, bStep int, add bool, next []float32) []float32 {
	indirectGemmGeneric(count, c, cStep, cAt, a, aStep, aAt, at, b, bStep, add)
	return next
}
