package tensor

import (
	"math"

	"github.com/seed-312a1f22/dyad/asm"
)

// Softmax writes exp(x)/Σexp(x) of each row of the last axis to dst. A row whose
// elements are all −Inf gives NaN, as does a row with +Inf or NaN.
func Softmax(dst, x *Tensor) { rowwise("Softmax", softmaxKernel, dst, x) }

// LogSoftmax writes x − log Σexp(x) of each row of the last axis to dst. It is
// NaN where Softmax is.
func LogSoftmax(dst, x *Tensor) { rowwise("LogSoftmax", logSoftmaxKernel, dst, x) }

// LogSumExp writes log Σexp(x) of each row of the last axis to dst, whose shape
// is that of x without the last axis, or with length 1 there. A row whose
// elements are all −Inf gives −Inf; one with +Inf gives +Inf.
func LogSumExp(dst, x *Tensor) {
	n := x.Dim(-1)
	with := x.shape.With(-1, 1)
	without := x.shape
	without.rank--
	without.dims[without.rank] = 0
	if dst.shape != with && dst.shape != without {
		panic(shapeErrorf("LogSumExp", "the destination needs shape %v or %v", without, with).with(dst.shape, x.shape))
	}
	checkApart("LogSumExp", dst, x)
	logSumExpKernel.Run(len(dst.data), rowGrain(n), rowArgs{dst: dst.data, x: x.data, n: n})
}

// SoftmaxGrad writes to dx the gradient of Softmax from its output y and the
// output's gradient dy: dx = y·(dy − Σ dy·y). dx may be dy, but not y.
func SoftmaxGrad(dx, dy, y *Tensor) {
	checkApart("SoftmaxGrad", dx, y)
	rowwise2("SoftmaxGrad", softmaxGradKernel, dx, dy, y)
}

// LogSoftmaxGrad writes to dx the gradient of LogSoftmax from its output y and
// the output's gradient dy: dx = dy − exp(y)·Σ dy. dx may be y, but not dy.
func LogSoftmaxGrad(dx, dy, y *Tensor) {
	checkApart("LogSoftmaxGrad", dx, dy)
	rowwise2("LogSoftmaxGrad", logSoftmaxGradKernel, dx, dy, y)
}

// rowArgs are the arguments of operations on rows of n elements.
type rowArgs struct {
	dst, x, y []float32
	n         int
}

// rowGrain returns how many rows of n elements a chunk has.
func rowGrain(n int) int { return max(1, costlyGrain/max(n, 1)) }

func rowwise(op string, k *Kernel[rowArgs], dst, x *Tensor) {
	checkElementwise(op, dst, x)
	n := x.Dim(-1)
	if n > 0 {
		k.Run(len(x.data)/n, rowGrain(n), rowArgs{dst: dst.data, x: x.data, n: n})
	}
}

func rowwise2(op string, k *Kernel[rowArgs], dst, x, y *Tensor) {
	checkElementwise2(op, dst, x, y)
	n := x.Dim(-1)
	if n > 0 {
		k.Run(len(x.data)/n, rowGrain(n), rowArgs{dst: dst.data, x: x.data, y: y.data, n: n})
	}
}

var softmaxKernel = NewKernel(func(lo, hi int, k *rowArgs) {
	for row := lo; row < hi; row++ {
		dst, x := k.dst[row*k.n:(row+1)*k.n], k.x[row*k.n:(row+1)*k.n]
		sum := asm.ExpSum(dst, x, 1, -asm.Max(x))
		asm.Scale(dst, dst, float32(1/sum))
	}
})

var logSoftmaxKernel = NewKernel(func(lo, hi int, k *rowArgs) {
	for row := lo; row < hi; row++ {
		dst, x := k.dst[row*k.n:(row+1)*k.n], k.x[row*k.n:(row+1)*k.n]
		largest := asm.Max(x)
		logSum := math.Log(sumExp(x, largest))
		// Both terms are negative or 0, so that nothing cancels.
		asm.AddScalar(dst, x, -largest)
		asm.AddScalar(dst, dst, float32(-logSum))
	}
})

var logSumExpKernel = NewKernel(func(lo, hi int, k *rowArgs) {
	for row := lo; row < hi; row++ {
		k.dst[row] = float32(logSumExp(k.x[row*k.n : (row+1)*k.n]))
	}
})

// logSumExp returns log Σexp(x) as max + log Σexp(x − max), where no exponential
// overflows and at least one is 1.
func logSumExp(x []float32) float64 {
	largest := asm.Max(x)
	if math.IsInf(float64(largest), 0) { // ±Inf − ±Inf would be NaN
		return float64(largest)
	}
	return float64(largest) + math.Log(sumExp(x, largest))
}

// sumExp returns Σexp(x − shift).
func sumExp(x []float32, shift float32) float64 {
	var piece [256]float32 // what fits the stack; several vectors of any kind
	sum := 0.0
	for len(x) > 0 {
		e := piece[:min(len(x), len(piece))]
		sum += asm.ExpSum(e, x[:len(e)], 1, -shift)
		x = x[len(e):]
	}
	return sum
}

var softmaxGradKernel = NewKernel(func(lo, hi int, k *rowArgs) {
	for row := lo; row < hi; row++ {
		r := row * k.n
		dx, dy, y := k.dst[r:r+k.n], k.x[r:r+k.n], k.y[r:r+k.n]
		asm.AddScalar(dx, dy, float32(-asm.Dsdot(dy, y)))
		asm.Mul(dx, dx, y)
	}
})

var logSoftmaxGradKernel = NewKernel(func(lo, hi int, k *rowArgs) {
	for row := lo; row < hi; row++ {
		r := row * k.n
		dx, dy, y := k.dst[r:r+k.n], k.x[r:r+k.n], k.y[r:r+k.n]
		asm.Exp(dx, y)
		asm.Scale(dx, dx, float32(-asm.Sum(dy)))
		asm.Add(dx, dx, dy)
	}
})
