//go:build !amd64 || purego

package asm

func layerNormalize(y, x, gamma, beta []float32, mean, invStd float32) {
	layerNormalizeGeneric(y, x, gamma, beta, mean, invStd)
}

func layerNormGrad(dx, g, x []float32, scale, mean, slope, offset float32) {
	layerNormGradGeneric(dx, g, x, scale, mean, slope, offset)
}

func layerNormSums(sum, dot *[StripWidth]float64, dy, x, mean, invStd []float32, rows, width, stride int) {
	layerNormSumsGeneric(sum, dot, dy, x, mean, invStd, rows, width, stride)
}
