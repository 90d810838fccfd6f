package asm

import "fmt"

// The transforms of F(2×2, 3×3), the fast convolution of Winograd as Lavin and
// Gray have it ("Fast Algorithms for Convolutional Neural Networks", CVPR 2016):
// of a tile of 4×4 inputs d and a 3×3 kernel g, the 2×2 outputs are
//
//	Y = Aᵀ·[(G·g·Gᵀ) ⊙ (Bᵀ·d·B)]·A
//
//	     ⎡1  0 −1  0⎤       ⎡1  1  1  0⎤
//	Bᵀ = ⎢0  1  1  0⎥  Aᵀ = ⎣0  1 −1 −1⎦
//	     ⎢0 −1  1  0⎥
//	     ⎣0  1  0 −1⎦
//
// with 16 products instead of 36. Each function transforms n tiles, whose elements
// of the same place lie side by side. All of it is additions, the first factor's
// before the second's and from left to right.

// WinogradInput computes V = Bᵀ·d·B. Element (a, b) of tile i of d is
//
//	src[(a%2*2+b%2)*phase + a/2*row + b/2 + i]
//
// and of V dst[(4*a+b)*step + i]. It panics if a slice is too short.
func WinogradInput(dst []float32, step int, src []float32, phase, row, n int) {
	if n <= 0 {
		return
	}
	checkTiles("WinogradInput", "the destination", len(dst), 15*step+n)
	checkTiles("WinogradInput", "the source", len(src), 3*phase+row+1+n)
	winogradInput(dst, step, src, phase, row, n)
}

// WinogradOutput computes Y = Aᵀ·m·A. Element (a, b) of tile i of m is
// src[(4*a+b)*srcStep + i], and (p, q) of Y dst[(2*p+q)*step + i]. It panics if a
// slice is too short.
func WinogradOutput(dst []float32, step int, src []float32, srcStep, n int) {
	if n <= 0 {
		return
	}
	checkTiles("WinogradOutput", "the destination", len(dst), 3*step+n)
	checkTiles("WinogradOutput", "the source", len(src), 15*srcStep+n)
	winogradOutput(dst, step, src, srcStep, n)
}

// WinogradOutputGrad computes the gradient of WinogradOutput, A·dY·Aᵀ, from that
// of its result, with the layouts exchanged. −x is computed as 0 − x.
func WinogradOutputGrad(dst []float32, step int, src []float32, srcStep, n int) {
	if n <= 0 {
		return
	}
	checkTiles("WinogradOutputGrad", "the destination", len(dst), 15*step+n)
	checkTiles("WinogradOutputGrad", "the source", len(src), 3*srcStep+n)
	winogradOutputGrad(dst, step, src, srcStep, n)
}

func checkTiles(op, which string, have, want int) {
	if have < want {
		panic(fmt.Sprintf("asm: %s: %s has %d elements, fewer than %d", op, which, have, want))
	}
}
