//go:build !amd64 || purego

package asm

func sum(x []float32) float64                  { return sumGeneric(x) }
func maximum(x []float32) float32              { return maximumGeneric(x) }
func accumulateSum(acc []float64, x []float32) { accumulateSumGeneric(acc, x) }
