package tensor

import (
	"math"

	"github.com/seed-312a1f22/dyad/asm"
)

// NormalizeForward divides each row of the last axis of x by its Euclidean
// norm, or by eps if the norm is smaller: y = x / max(‖x‖₂, eps). It writes the
// norms to norm, which has one element for each row. y may be x. Norms
// accumulate in float64.
func NormalizeForward(y, norm, x *Tensor, eps float64) {
	k := newNormalize("NormalizeForward", norm, x, y)
	k.dst, k.x, k.eps = y.data, x.data, eps
	normalizeForward.Run(len(norm.data), max(1, cheapGrain/max(1, 2*k.n)), k)
}

// NormalizeBackward writes to dx the gradient of NormalizeForward from its
// output y, the norms and the output's gradient dy: dx = (dy − y·Σ dy·y)/‖x‖,
// and dy/eps where ‖x‖ < eps. dx may be dy, but not y.
func NormalizeBackward(dx, dy, y, norm *Tensor, eps float64) {
	k := newNormalize("NormalizeBackward", norm, y, dx)
	checkElementwise("NormalizeBackward", dx, dy)
	checkApart("NormalizeBackward", dx, y)
	k.dst, k.x, k.y, k.eps = dx.data, dy.data, y.data, eps
	normalizeBackward.Run(len(norm.data), max(1, cheapGrain/max(1, 2*k.n)), k)
}

type normalizeArgs struct {
	dst, x, y, norm []float32
	n               int
	eps             float64
}

func newNormalize(op string, norm, x, dst *Tensor) normalizeArgs {
	checkElementwise(op, dst, x)
	n := x.Dim(-1)
	outer, _, _ := x.shape.Split(-1)
	if len(norm.data) != outer {
		panic(shapeErrorf(op, "the norms need one element for each row").with(x.shape, norm.shape))
	}
	return normalizeArgs{norm: norm.data, n: n}
}

// divisor returns what row is divided by.
func (k *normalizeArgs) divisor(row int) float64 { return max(float64(k.norm[row]), k.eps) }

var normalizeForward = NewKernel(func(lo, hi int, k *normalizeArgs) {
	for row := lo; row < hi; row++ {
		y, x := k.dst[row*k.n:(row+1)*k.n], k.x[row*k.n:(row+1)*k.n]
		k.norm[row] = float32(math.Sqrt(asm.SumSquares(x)))
		asm.Scale(y, x, float32(1/k.divisor(row)))
	}
})

var normalizeBackward = NewKernel(func(lo, hi int, k *normalizeArgs) {
	for row := lo; row < hi; row++ {
		at := row * k.n
		dx, dy, y := k.dst[at:at+k.n], k.x[at:at+k.n], k.y[at:at+k.n]
		inverse := 1 / k.divisor(row)
		dot := asm.Dsdot(dy, y)
		asm.Scale(dx, dy, float32(inverse))
		if !(float64(k.norm[row]) < k.eps) {
			asm.Axpy(dx, float32(-dot*inverse), y)
		}
	}
})
