package asm

import "fmt"

// LayerNormalize sets y[i] = ((x[i] − mean)·invStd)·gamma[i] + beta[i], where the
// last product and the sum are one fused multiply-add: a row of layer
// normalisation. It panics if the lengths differ; y may be one of the inputs.
func LayerNormalize(y, x, gamma, beta []float32, mean, invStd float32) {
	if len(x) != len(y) || len(gamma) != len(y) || len(beta) != len(y) {
		panic(fmt.Sprintf("asm: LayerNormalize: slices of different lengths: %d, %d, %d, %d", len(y), len(x), len(gamma), len(beta)))
	}
	layerNormalize(y, x, gamma, beta, mean, invStd)
}

// LayerNormGrad sets dx[i] = g[i]·scale + ((x[i] − mean)·slope + offset), by two
// fused multiply-adds: the gradient of a row of layer normalisation, for the
// constants that it takes from sums over the row. It panics if the lengths differ;
// dx may be g or x.
func LayerNormGrad(dx, g, x []float32, scale, mean, slope, offset float32) {
	checkLengths3("LayerNormGrad", len(dx), len(g), len(x))
	layerNormGrad(dx, g, x, scale, mean, slope, offset)
}

// LayerNormSums adds dy to sum[j] and dy·x̂ to dot[j] for every column j of two
// strips of the same rows, width and stride, where x̂ = (x − mean[i])·invStd[i] is
// rounded twice to float32. It accumulates in float64, in the order of the rows;
// what sum and dot hold from width on is of no meaning. It panics unless mean
// and invStd have one element for each row.
func LayerNormSums(sum, dot *[StripWidth]float64, dy, x, mean, invStd []float32, rows, width, stride int) {
	checkStrip("LayerNormSums", min(len(dy), len(x)), rows, width, stride)
	checkLengths3("LayerNormSums", rows, len(mean), len(invStd))
	layerNormSums(sum, dot, dy, x, mean, invStd, rows, width, stride)
}
