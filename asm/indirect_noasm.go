//go:build !amd64 || purego

package asm

func indirectGemm(c []float32, cAt []int, a []float32, aAt, at []int, b []float32, add bool, next []float32) []float32 {
	indirectGemmGeneric(c, cAt, a, aAt, at, b, add)
	return next
}
