package tensor_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/seed-312a1f22/dyad/tensor"
)

// rows calls f with each row of the last axis, in float64.
func rows(x *tensor.Tensor, f func(row int, x []float64)) {
	n := x.Dim(-1)
	if n == 0 {
		return
	}
	r := make([]float64, n)
	for row := range x.Size() / n {
		for i := range r {
			r[i] = float64(x.Data()[row*n+i])
		}
		f(row, r)
	}
}

func logSumExp(x []float64) float64 {
	largest, sum := math.Inf(-1), 0.0
	for _, v := range x {
		largest = max(largest, v)
	}
	for _, v := range x {
		sum += math.Exp(v - largest)
	}
	return largest + math.Log(sum)
}

var softmaxShapes = [][]int{{1}, {7}, {3, 10}, {2, 3, 300}, {500, 33}, {3, 5000}, {0, 3}, {3, 0}}

func TestSoftmax(t *testing.T) {
	for _, dims := range softmaxShapes {
		for _, scale := range []float32{1, 100} {
			t.Run(fmt.Sprint(dims, scale), func(t *testing.T) {
				x := random(1, dims...)
				tensor.Scale(x, x, scale)
				var softmax, logSoftmax, lse []float64
				rows(x, func(_ int, r []float64) {
					l := logSumExp(r)
					lse = append(lse, l)
					for _, v := range r {
						softmax = append(softmax, math.Exp(v-l))
						logSoftmax = append(logSoftmax, v-l)
					}
				})
				dst := poisoned(dims...)
				tensor.Softmax(dst, x)
				checkNear(t, "Softmax", dst, softmax, 5e-7)
				tensor.LogSoftmax(dst, x)
				checkNear(t, "LogSoftmax", dst, logSoftmax, 1.2e-7)
				if x.Dim(-1) > 0 {
					with := poisoned(x.Shape().With(-1, 1).Dims()...)
					tensor.LogSumExp(with, x)
					checkNear(t, "LogSumExp", with, lse, 1.2e-7)
					without := poisoned(dims[:len(dims)-1]...)
					tensor.LogSumExp(without, x)
					checkNear(t, "LogSumExp", without, lse, 1.2e-7)
				}
				y := x.Clone()
				tensor.Softmax(y, y)
				tensor.Softmax(dst, x)
				checkBits(t, "Softmax in place", y.Data(), dst.Data())
				tensor.LogSoftmax(dst, x)
				tensor.LogSoftmax(x, x)
				checkBits(t, "LogSoftmax in place", x.Data(), dst.Data())
			})
		}
	}
}

func TestSoftmaxGrad(t *testing.T) {
	for _, dims := range softmaxShapes {
		t.Run(fmt.Sprint(dims), func(t *testing.T) {
			x, dy := random(1, dims...), random(2, dims...)
			y, logY := tensor.New(dims...), tensor.New(dims...)
			tensor.Softmax(y, x)
			tensor.LogSoftmax(logY, x)
			var softmax, logSoftmax []float64
			n := x.Dim(-1)
			rows(y, func(row int, y []float64) {
				dot, sum := 0.0, 0.0
				r := dy.Data()[row*n : (row+1)*n]
				for i, d := range r {
					dot += y[i] * float64(d)
					sum += float64(d)
				}
				for i, d := range r {
					softmax = append(softmax, y[i]*(float64(d)-dot))
					logSoftmax = append(logSoftmax, float64(d)-y[i]*sum)
				}
			})
			dx := poisoned(dims...)
			tensor.SoftmaxGrad(dx, dy, y)
			checkNear(t, "SoftmaxGrad", dx, softmax, 3e-7)
			inPlace := dy.Clone()
			tensor.SoftmaxGrad(inPlace, inPlace, y)
			checkBits(t, "SoftmaxGrad in place of dy", inPlace.Data(), dx.Data())
			tensor.LogSoftmaxGrad(dx, dy, logY)
			checkNear(t, "LogSoftmaxGrad", dx, logSoftmax, 2e-6)
			tensor.LogSoftmaxGrad(logY, dy, logY)
			checkBits(t, "LogSoftmaxGrad in place of y", logY.Data(), dx.Data())
		})
	}
	x, y := tensor.New(2, 2), tensor.New(2, 2)
	checkOverlap(t, "SoftmaxGrad", func() { tensor.SoftmaxGrad(x, y, x) })
	checkOverlap(t, "LogSoftmaxGrad", func() { tensor.LogSoftmaxGrad(x, x, y) })
}

// TestSoftmaxSpecialValues has the values that PyTorch 1.13 gives.
func TestSoftmaxSpecialValues(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		name       string
		x          []float32
		softmax    []float64
		logSoftmax []float64
		logSumExp  float64
	}{
		{name: "all minus infinity", x: []float32{float32(-inf), float32(-inf)}, softmax: []float64{nan, nan}, logSoftmax: []float64{nan, nan}, logSumExp: -inf},
		{name: "one minus infinity", x: []float32{0, float32(-inf)}, softmax: []float64{1, 0}, logSoftmax: []float64{0, -inf}, logSumExp: 0},
		{name: "plus infinity", x: []float32{0, float32(inf)}, softmax: []float64{nan, nan}, logSoftmax: []float64{nan, nan}, logSumExp: inf},
		{name: "nan", x: []float32{0, float32(nan)}, softmax: []float64{nan, nan}, logSoftmax: []float64{nan, nan}, logSumExp: nan},
		{name: "large", x: []float32{1000, 1000}, softmax: []float64{0.5, 0.5}, logSoftmax: []float64{-math.Ln2, -math.Ln2}, logSumExp: 1000 + math.Ln2},
		{name: "small", x: []float32{-1000, -1000}, softmax: []float64{0.5, 0.5}, logSoftmax: []float64{-math.Ln2, -math.Ln2}, logSumExp: -1000 + math.Ln2},
	} {
		t.Run(c.name, func(t *testing.T) {
			x, dst, lse := tensor.FromSlice(c.x), tensor.New(len(c.x)), tensor.New()
			tensor.Softmax(dst, x)
			checkNear(t, "Softmax", dst, c.softmax, 1e-7)
			tensor.LogSoftmax(dst, x)
			checkNear(t, "LogSoftmax", dst, c.logSoftmax, 1e-7)
			tensor.LogSumExp(lse, x)
			checkNear(t, "LogSumExp", lse, []float64{c.logSumExp}, 1e-7)
		})
	}
	checkShapeError(t, func() { tensor.LogSumExp(tensor.New(3), tensor.New(2, 3)) },
		"tensor: LogSumExp: the destination needs shape [2] or [2 1]: [3] × [2 3]")
	checkShapeError(t, func() { tensor.Softmax(tensor.New(3), tensor.New(2, 3)) }, "tensor: Softmax: shapes differ: [3] × [2 3]")
}
