//go:build !purego

package asm

func layerNormalize(y, x, gamma, beta []float32, mean, invStd float32) {
	switch current {
	case avx512:
		layerNormalizeAVX512(y, x, gamma, beta, mean, invStd)
	case avx2:
		layerNormalizeAVX2(y, x, gamma, beta, mean, invStd)
	default:
		layerNormalizeGeneric(y, x, gamma, beta, mean, invStd)
	}
}

func layerNormGrad(dx, g, x []float32, scale, mean, slope, offset float32) {
	switch current {
	case avx512:
		layerNormGradAVX512(dx, g, x, scale, mean, slope, offset)
	case avx2:
		layerNormGradAVX2(dx, g, x, scale, mean, slope, offset)
	default:
		layerNormGradGeneric(dx, g, x, scale, mean, slope, offset)
	}
}

func layerNormSums(sum, dot *[StripWidth]float64, dy, x, mean, invStd []float32, rows, width, stride int) {
	switch current {
	case avx512:
		layerNormSumsAVX512(sum, dot, dy, x, mean, invStd, rows, width, stride)
	case avx2:
		layerNormSumsAVX2(sum, dot, dy, x, mean, invStd, rows, width, stride)
	default:
		layerNormSumsGeneric(sum, dot, dy, x, mean, invStd, rows, width, stride)
	}
}

// The assembly. Each pair is the loop of its comment.

// y[i] = fma((x[i]-mean)*invStd, gamma[i], beta[i])
//
//go:noescape
func layerNormalizeAVX2(y, x, gamma, beta []float32, mean, invStd float32)

//go:noescape
func layerNormalizeAVX512(y, x, gamma, beta []float32, mean, invStd float32)

// dx[i] = fma(g[i], scale, fma(x[i]-mean, slope, offset))
//
//go:noescape
func layerNormGradAVX2(dx, g, x []float32, scale, mean, slope, offset float32)

//go:noescape
func layerNormGradAVX512(dx, g, x []float32, scale, mean, slope, offset float32)

// g := float64(dy[i*stride+j]); sum[j] += g; dot[j] += g * float64((x[i*stride+j]-mean[i])*invStd[i]),
// for i in [0, rows), j in [0, width) and sums of zeros
//
//go:noescape
func layerNormSumsAVX2(sum, dot *[StripWidth]float64, dy, x, mean, invStd []float32, rows, width, stride int)

//go:noescape
func layerNormSumsAVX512(sum, dot *[StripWidth]float64, dy, x, mean, invStd []float32, rows, width, stride int)
