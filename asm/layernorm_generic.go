package asm

func layerNormalizeGeneric(y, x, gamma, beta []float32, mean, invStd float32) {
	x, gamma, beta = x[:len(y)], gamma[:len(y)], beta[:len(y)]
	for i := range y {
		y[i] = fma((x[i]-mean)*invStd, gamma[i], beta[i])
	}
}

func layerNormGradGeneric(dx, g, x []float32, scale, mean, slope, offset float32) {
	g, x = g[:len(dx)], x[:len(dx)]
	for i := range dx {
		dx[i] = fma(g[i], scale, fma(x[i]-mean, slope, offset))
	}
}

func layerNormSumsGeneric(sum, dot *[StripWidth]float64, dy, x, mean, invStd []float32, rows, width, stride int) {
	var normalized [StripWidth]float32
	for i := range rows {
		dy, x := dy[i*stride:][:width], x[i*stride:][:width]
		for j, v := range x {
			normalized[j] = (v - mean[i]) * invStd[i]
		}
		accumulateSumGeneric(sum[:width], dy)
		accumulateDot(dot[:width], dy, normalized[:])
	}
}
