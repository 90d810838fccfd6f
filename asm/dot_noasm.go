//go:build !amd64 || purego

package asm

func dot(x, y []float32) float32               { return dotGeneric(x, y) }
func dsdot(x, y []float32) float64             { return dsdotGeneric(x, y) }
func sumDot(x, y []float32) (sum, dot float64) { return sumDotGeneric(x, y) }
