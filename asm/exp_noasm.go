//go:build !amd64 || purego

package asm

func exp(dst, x []float32) { expGeneric(dst, x) }

func expSum(dst, x []float32, a, b float32) float64 { return expSumGeneric(dst, x, a, b) }
