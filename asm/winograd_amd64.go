//go:build !purego

package asm

// The assembly serves AVX2 and AVX-512 alike: it is bound by loads, stores and
// shuffles.

//lint:ignore U1000 the assembly reads it
var winogradConstants = repeat8(2.5, 2, 0.5, rootHalf, root, quarterRoot, 8, 2./3, thirdRoot, sixth, sixthRoot, third)

func winogradInput(dst []float32, step int, src []float32, row int, tiles []int) {
	if current == generic {
		winogradInputGeneric(dst, step, src, row, tiles)
		return
	}
	winogradInputAVX2(&dst[0], step, &src[0], row, &tiles[0], len(tiles))
}

func winogradOutput(dst []float32, row int, tiles []int, src []float32, step int) {
	if current == generic {
		winogradOutputGeneric(dst, row, tiles, src, step)
		return
	}
	winogradOutputAVX2(&dst[0], row, &tiles[0], len(tiles), &src[0], step)
}

func winogradOutputGrad(dst []float32, step int, src []float32, row int, tiles []int) {
	if current == generic {
		winogradOutputGradGeneric(dst, step, src, row, tiles)
		return
	}
	winogradOutputGradAVX2(&dst[0], step, &src[0], row, &tiles[0], len(tiles))
}

func winogradKernel(dst []float32, step int, src []float32, srcStep, at, n int) {
	if current == generic || n < 8 {
		winogradKernelGeneric(dst, step, src, srcStep, at, n)
		return
	}
	winogradKernelAVX2(&dst[0], step, &src[at], srcStep, n)
}

func winogradKernelGrad(dst []float32, step int, src []float32, srcStep, n int) {
	if current == generic || n < 8 {
		winogradKernelGradGeneric(dst, step, src, srcStep, n)
		return
	}
	winogradKernelGradAVX2(&dst[0], step, &src[0], srcStep, n)
}

// The first three are their portable counterparts for a positive multiple of 8
// tiles, the others for n ≥ 8: their last kernels are those that end with the n-th,
// some of which may have been transformed before.

//go:noescape
func winogradInputAVX2(dst *float32, step int, src *float32, row int, tiles *int, n int)

//go:noescape
func winogradOutputAVX2(dst *float32, row int, tiles *int, n int, src *float32, step int)

//go:noescape
func winogradOutputGradAVX2(dst *float32, step int, src *float32, row int, tiles *int, n int)

//go:noescape
func winogradKernelAVX2(dst *float32, step int, src *float32, srcStep, n int)

//go:noescape
func winogradKernelGradAVX2(dst *float32, step int, src *float32, srcStep, n int)
