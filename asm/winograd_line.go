package asm

import "fmt"

// A convolution of stride 2 is the sum of four of stride 1, of the even and the odd
// elements along each axis. Those of a kernel of 3 are with its taps 0 and 2, and with
// tap 1 alone. What two taps sum up to along an axis comes by the fast algorithms
// F(4, 2) and F(3, 2), 5 products for four results and 4 for three instead of 8 and 6:
// with the points 0, ½, −1, 2, ∞ and 0, 1, −1, ∞, and y = Aᵀ·[(G·g) ⊙ (Bᵀ·d)],
//
//	     ⎡1  −3/2 −3/2   1   0⎤       ⎡ 1    0 ⎤
//	     ⎢0    2    1   −1   0⎥       ⎢8/9  4/9⎥       ⎡1   1   1  1  0⎤
//	Bᵀ = ⎢0    1  −5/2   1   0⎥   G = ⎢-2/9 2/9⎥  Aᵀ = ⎢0  1/2 −1  2  0⎥
//	     ⎢0  −1/2  1/2   1   0⎥       ⎢1/9  2/9⎥       ⎢0  1/4  1  4  0⎥
//	     ⎣0    1  −3/2 −3/2  1⎦       ⎣ 0    1 ⎦       ⎣0  1/8 −1  8  1⎦
//
//	     ⎡1   0  −1   0⎤       ⎡ 1    0 ⎤
//	Bᵀ = ⎢0   1   1   0⎥   G = ⎢1/2  1/2⎥       ⎡1  1   1  0⎤
//	     ⎢0  −1   1   0⎥       ⎢1/2 −1/2⎥  Aᵀ = ⎢0  1  −1  0⎥
//	     ⎣0  −1   0   1⎦       ⎣ 0    1 ⎦       ⎣0  1   1  1⎦
//
// Along both axes they are applied one after the other. Other points than ½, −1 and 2
// (1, −1 and 2, or ±½ and 1) have errors 1.5 to 3 times as large.

// WinogradLine is a transform along an axis, for F(4, 2) or F(3, 2).
type WinogradLine uint8

const (
	Input42      WinogradLine = iota // Bᵀ
	Output42                         // Aᵀ
	OutputGrad42                     // A
	Kernel42                         // G
	KernelGrad42                     // Gᵀ
	Input32
	Output32
	OutputGrad32
	Kernel32
	KernelGrad32
)

// lineSizes are the lengths of a column before and after each transform.
var lineSizes = [...][2]int{{5, 5}, {5, 4}, {4, 5}, {2, 5}, {5, 2}, {4, 4}, {4, 3}, {3, 4}, {2, 4}, {4, 2}}

// Apply multiplies columns of a matrix by the transform's. With the i-th of the places,
// element k of the j-th column of group i is
//
//	src[srcAt[i] + k*srcStep + j]     for j < n
//
// and similarly in dst, to which the result is added if add. It panics if there are not
// as many places in both, or an element lies outside of its slice. dst and src must not
// overlap.
func (t WinogradLine) Apply(dst []float32, dstAt *Places, dstStep int, src []float32, srcAt *Places, srcStep, n int, add bool) {
	if len(dstAt.at) != len(srcAt.at) {
		panic(fmt.Sprintf("asm: WinogradLine.Apply: %d groups in the destination, %d in the source", len(dstAt.at), len(srcAt.at)))
	}
	if n <= 0 || len(dstAt.at) == 0 {
		return
	}
	dstAt.check("destination", len(dst), (lineSizes[t][1]-1)*dstStep, n)
	srcAt.check("source", len(src), (lineSizes[t][0]-1)*srcStep, n)
	winogradLine(t, dst, dstAt.at, dstStep, src, srcAt.at, srcStep, n, add)
}

// check checks groups whose last elements are reach away from their first.
func (p *Places) check(which string, have, reach, n int) {
	at := p.first
	if at+min(reach, 0) >= 0 {
		at = p.last
		if at+max(reach, 0)+n <= have {
			return
		}
	}
	panic(fmt.Sprintf("asm: WinogradLine.Apply: the %s has %d elements; columns of %d at %d reach %d elements further", which, have, n, at, reach))
}

func winogradLineGeneric(t WinogradLine, dst []float32, dstAt []int, dstStep int, src []float32, srcAt []int, srcStep, n int, add bool) {
	var x, y [5]float32
	in, out := lineSizes[t][0], lineSizes[t][1]
	for i, at := range srcAt {
		for j := range n {
			for k := range in {
				x[k] = src[at+k*srcStep+j]
			}
			y = t.column(x)
			for k := range out {
				to := &dst[dstAt[i]+k*dstStep+j]
				if add {
					y[k] += *to
				}
				*to = y[k]
			}
		}
	}
}

// column transforms a column, which may be shorter.
func (t WinogradLine) column(x [5]float32) (y [5]float32) {
	const half, ninth = 0.5, float32(2. / 9)
	a, b, c, d, e := x[0], x[1], x[2], x[3], x[4]
	switch t {
	case Input42:
		return [5]float32{fma(-1.5, b+c, a+d), fma(2, b, c-d), fma(-2.5, c, b+d), fma(half, c-b, d), fma(-1.5, c+d, b+e)}
	case Output42:
		return [5]float32{a + b + (c + d), fma(2, d, fma(half, b, -c)), fma(4, d, fma(0.25, b, c)), fma(8, d, fma(0.125, b, -c)) + e}
	case OutputGrad42:
		return [5]float32{a, fma(half, fma(half, fma(half, d, c), b), a), a - b + (c - d), fma(2, fma(2, fma(2, d, c), b), a), d}
	case Kernel42:
		return [5]float32{a, float32(8. / 9 * fma(half, b, a)), float32(ninth * (b - a)), float32(ninth * fma(half, a, b)), b}
	case KernelGrad42:
		return [5]float32{fma(ninth, fma(half, d, -c), fma(8./9, b, a)), fma(ninth, fma(2, b, c+d), e)}
	case Input32:
		return [5]float32{a - c, b + c, c - b, d - b}
	case Output32:
		return [5]float32{a + (b + c), b - c, b + c + d}
	case OutputGrad32:
		return [5]float32{a, a + c + b, a + c - b, c}
	case Kernel32:
		return [5]float32{a, half * (a + b), half * (a - b), b}
	}
	return [5]float32{fma(half, b+c, a), fma(half, b-c, d)} // KernelGrad32
}
