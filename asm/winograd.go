package asm

import "fmt"

// The transforms of F(4×4, 3×3), the fast convolution of Winograd as Lavin and
// Gray have it ("Fast Algorithms for Convolutional Neural Networks", CVPR 2016):
// of a tile of 6×6 inputs d and a 3×3 kernel g, the 4×4 outputs are
//
//	Y = Aᵀ·[(G·g·Gᵀ) ⊙ (Bᵀ·d·B)]·A
//
// with 36 products instead of 144. The polynomials behind it are evaluated at
// 0, ±√½, ±√2 and ∞: with r = √2,
//
//	     ⎡1   0  −5/2   0   1  0⎤       ⎡ 1    0    0 ⎤
//	     ⎢0   r    2  −r/2 −1  0⎥       ⎢2/3  r/3  1/3⎥       ⎡1   1    1   1   1  0⎤
//	Bᵀ = ⎢0  −r    2   r/2 −1  0⎥   G = ⎢2/3 −r/3  1/3⎥  Aᵀ = ⎢0  r/2 −r/2  r  −r  0⎥
//	     ⎢0 −r/2 −1/2   r   1  0⎥       ⎢1/6  r/6  1/3⎥       ⎢0  1/2  1/2  2   2  0⎥
//	     ⎢0  r/2 −1/2  −r   1  0⎥       ⎢1/6 −r/6  1/3⎥       ⎣0  r/4 −r/4  2r −2r 1⎦
//	     ⎣0   1    0  −5/2  0  1⎦       ⎣ 0    0    1 ⎦
//
// The points 0, ±1, ±2 and ∞ of the paper have whole numbers in Bᵀ and Aᵀ, but of
// very different sizes: their errors are twice as large on average, and five times
// at worst. What order the operations have is written in winograd_generic.go.

// WinogradTiles is how many tiles are transformed together.
const WinogradTiles = 8

// WinogradInput computes V = Bᵀ·d·B, the product by B first. Element (a, b) of
// tile i of d is src[tiles[i] + a*row + b], and of V dst[(6*a+b)*step + i]. The
// number of tiles is a multiple of WinogradTiles. It panics if it is not, or if a
// slice is too short.
func WinogradInput(dst []float32, step int, src []float32, row int, tiles []int) {
	checkTiles("WinogradInput", "source", len(src), tiles, row, 6)
	checkPlaces("WinogradInput", "destination", len(dst), 35*step+len(tiles))
	if len(tiles) > 0 {
		winogradInput(dst, step, src, row, tiles)
	}
}

// WinogradOutput computes Y = Aᵀ·m·A, the product by Aᵀ first. Element (a, b) of
// tile i of m is src[(6*a+b)*step + i], and (p, q) of Y
// dst[tiles[i] + p*row + q]. It panics as WinogradInput does.
func WinogradOutput(dst []float32, row int, tiles []int, src []float32, step int) {
	checkTiles("WinogradOutput", "destination", len(dst), tiles, row, 4)
	checkPlaces("WinogradOutput", "source", len(src), 35*step+len(tiles))
	if len(tiles) > 0 {
		winogradOutput(dst, row, tiles, src, step)
	}
}

// WinogradOutputGrad computes the gradient of WinogradOutput, A·dY·Aᵀ, from that
// of its result, with the layouts exchanged; the product by Aᵀ comes first. It
// panics as WinogradInput does.
func WinogradOutputGrad(dst []float32, step int, src []float32, row int, tiles []int) {
	checkTiles("WinogradOutputGrad", "source", len(src), tiles, row, 4)
	checkPlaces("WinogradOutputGrad", "destination", len(dst), 35*step+len(tiles))
	if len(tiles) > 0 {
		winogradOutputGrad(dst, step, src, row, tiles)
	}
}

// WinogradKernel computes U = G·g·Gᵀ of n kernels, the product by G first. Element
// (a, b) of kernel i is src[(3*a+b)*srcStep + i], or of the kernel turned by 180
// degrees if turned, and (a, b) of U is dst[(6*a+b)*step + i]. It panics if a slice
// is too short.
func WinogradKernel(dst []float32, step int, src []float32, srcStep, n int, turned bool) {
	if n <= 0 {
		return
	}
	checkPlaces("WinogradKernel", "source", len(src), 8*srcStep+n)
	checkPlaces("WinogradKernel", "destination", len(dst), 35*step+n)
	at := 0
	if turned {
		at, srcStep = 8*srcStep, -srcStep
	}
	winogradKernel(dst, step, src, srcStep, at, n)
}

// WinogradKernelGrad computes the gradient of WinogradKernel, Gᵀ·dU·G, from that of
// its result, with the layouts exchanged; the product by Gᵀ comes first. It panics
// if a slice is too short.
func WinogradKernelGrad(dst []float32, step int, src []float32, srcStep, n int) {
	if n <= 0 {
		return
	}
	checkPlaces("WinogradKernelGrad", "source", len(src), 35*srcStep+n)
	checkPlaces("WinogradKernelGrad", "destination", len(dst), 8*step+n)
	winogradKernelGrad(dst, step, src, srcStep, n)
}

func checkPlaces(op, which string, have, want int) {
	if have < want {
		panic(fmt.Sprintf("asm: %s: the %s has %d elements, fewer than %d", op, which, have, want))
	}
}

// checkTiles checks tiles of size rows of size elements.
func checkTiles(op, which string, have int, tiles []int, row, size int) {
	if len(tiles)%WinogradTiles != 0 || row < 0 {
		panic(fmt.Sprintf("asm: %s: %d tiles with rows %d apart; they come in multiples of %d", op, len(tiles), row, WinogradTiles))
	}
	last := have - (size-1)*row - size
	for _, at := range tiles {
		if at < 0 || at > last {
			panic(fmt.Sprintf("asm: %s: the %s has %d elements, too few for a tile at %d with rows %d apart", op, which, have, at, row))
		}
	}
}
