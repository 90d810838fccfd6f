//go:build !amd64 || purego

package asm

func countGreater(x []float32, a float32) int { return countGreaterGeneric(x, a) }
func accumulateGreater(acc, x, y []float32)   { accumulateGreaterGeneric(acc, x, y) }
