//go:build !amd64 || purego

package asm

func sigmoid(dst, x []float32)        { sigmoidGeneric(dst, x) }
func sigmoidGrad(dx, dy, y []float32) { sigmoidGradGeneric(dx, dy, y) }
func tanh(dst, x []float32)           { tanhGeneric(dst, x) }
func tanhGrad(dx, dy, y []float32)    { tanhGradGeneric(dx, dy, y) }
func softplus(dst, x []float32)       { softplusGeneric(dst, x) }
func gelu(dst, x []float32)           { geluGeneric(dst, x) }
func geluDerivative(dst, x []float32) { geluDerivativeGeneric(dst, x) }
