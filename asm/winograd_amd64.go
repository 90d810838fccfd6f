//go:build !purego

package asm

// The assembly serves AVX2 and AVX-512 alike: it is bound by loads and stores,
// and rows of tiles are short.

func winogradInput(dst []float32, step int, src []float32, phase, row, n int) {
	if current == generic || n < 4 {
		winogradInputGeneric(dst, step, src, phase, row, n)
		return
	}
	winogradInputAVX2(&dst[0], step, &src[0], phase, row, n)
}

func winogradOutput(dst []float32, step int, src []float32, srcStep, n int) {
	if current == generic || n < 4 {
		winogradOutputGeneric(dst, step, src, srcStep, n)
		return
	}
	winogradOutputAVX2(&dst[0], step, &src[0], srcStep, n)
}

func winogradOutputGrad(dst []float32, step int, src []float32, srcStep, n int) {
	if current == generic || n < 4 {
		winogradOutputGradGeneric(dst, step, src, srcStep, n)
		return
	}
	winogradOutputGradAVX2(&dst[0], step, &src[0], srcStep, n)
}

// The three are their portable counterparts for n ≥ 4. The last tiles are those
// that end with the n-th, some of which may have been transformed before.

//go:noescape
func winogradInputAVX2(dst *float32, step int, src *float32, phase, row, n int)

//go:noescape
func winogradOutputAVX2(dst *float32, step int, src *float32, srcStep, n int)

//go:noescape
func winogradOutputGradAVX2(dst *float32, step int, src *float32, srcStep, n int)
