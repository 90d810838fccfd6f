package tensor_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/seed-312a1f22/dyad/tensor"
)

var reductions = []struct {
	name   string
	run    func(dst, x *tensor.Tensor, axes ...int)
	start  float64
	add    func(sum, v float64) float64
	finish func(sum, n float64) float64
}{
	{"Sum", tensor.Sum, 0, func(s, v float64) float64 { return s + v }, func(s, n float64) float64 { return s }},
	{"Mean", tensor.Mean, 0, func(s, v float64) float64 { return s + v }, func(s, n float64) float64 { return s / n }},
	{"Max", tensor.Max, math.Inf(-1), func(s, v float64) float64 { return max(s, v) }, func(s, n float64) float64 { return s }},
}

func TestReductions(t *testing.T) {
	for _, c := range []struct{ dims, axes []int }{
		{[]int{}, nil},
		{[]int{7}, nil},
		{[]int{7}, []int{0}},
		{[]int{5, 7}, nil},
		{[]int{5, 7}, []int{0}},
		{[]int{5, 7}, []int{1}},
		{[]int{5, 7}, []int{-2}},
		{[]int{5, 7}, []int{1, 0}},
		{[]int{5, 7}, []int{1, -1}},
		{[]int{2, 3, 4}, []int{0}},
		{[]int{2, 3, 4}, []int{1}},
		{[]int{2, 3, 4}, []int{2}},
		{[]int{2, 3, 4}, []int{0, 2}},
		{[]int{2, 1, 4}, []int{1}},
		{[]int{2, 3, 4, 5}, []int{0, 2}},
		{[]int{2, 3, 4, 5}, []int{1, 3}},
		{[]int{2, 3, 4, 5}, []int{0, 2, 3}},
		{[]int{2, 2, 2, 2, 2, 2}, []int{0, 2, 4}},
		{[]int{2, 2, 2, 2, 2, 2}, []int{1, 3, 5}},
		{[]int{100, 700}, nil},
		{[]int{700, 100}, []int{0}},
		{[]int{700, 100}, []int{1}},
		{[]int{5000, 10}, []int{1}},
		{[]int{0, 3}, []int{1}},
	} {
		for _, op := range reductions {
			t.Run(fmt.Sprint(op.name, c.dims, c.axes), func(t *testing.T) {
				x := random(1, c.dims...)
				kept := x.Shape()
				for axis := range c.dims {
					if len(c.axes) == 0 {
						kept = kept.With(axis, 1)
					}
				}
				for _, axis := range c.axes {
					kept = kept.With(axis, 1)
				}
				dropped := tensor.Shape{}
				for axis := range c.dims {
					named := len(c.axes) == 0
					for _, a := range c.axes {
						named = named || x.Shape().Axis(a) == axis
					}
					if !named {
						dropped = tensor.MakeShape(append(dropped.Dims(), x.Dim(axis))...)
					}
				}
				place := tensor.NewShape(kept)
				want, n := make([]float64, place.Size()), make([]float64, place.Size())
				for i := range want {
					place.Data()[i], want[i] = float32(i), op.start
				}
				i := 0
				indices(x.Shape(), func(index []int) {
					at := int(broadcastAt(place, index))
					want[at], n[at] = op.add(want[at], float64(x.Data()[i])), n[at]+1
					i++
				})
				for i := range want {
					want[i] = op.finish(want[i], n[i])
				}
				for _, s := range []tensor.Shape{kept, dropped} {
					dst := poisoned(s.Dims()...)
					op.run(dst, x, c.axes...)
					checkNear(t, s.String(), dst, want, 1.2e-7)
				}
			})
		}
	}
}

// TestSumAccumulatesInFloat64 adds small values to a large one: in float32 they
// would all be lost.
func TestSumAccumulatesInFloat64(t *testing.T) {
	x := tensor.New(1+1<<20, 3)
	tensor.Fill(x, 0.5)
	tensor.Fill(x.Slice(0, 1), 1<<25)
	const want = 1<<25 + 1<<19
	all, columns, rows := tensor.New(), tensor.New(3), tensor.New(x.Dim(0))
	tensor.Sum(all, x)
	tensor.Sum(columns, x, 0)
	tensor.Sum(rows, x, 1)
	if all.Item() != 3*want || tensor.SumAll(x) != 3*want {
		t.Errorf("all: %v, %v, want %v", all.Item(), tensor.SumAll(x), 3*want)
	}
	for i, v := range columns.Data() {
		if v != want {
			t.Errorf("column %d: %v, want %v", i, v, want)
		}
	}
	if got := rows.At(0); got != 3<<25 {
		t.Errorf("row 0: %v", got)
	}
}

func TestReductionsOfNothing(t *testing.T) {
	x, dst := tensor.New(0, 3), poisoned(3)
	tensor.Sum(dst, x, 0)
	checkNear(t, "Sum", dst, []float64{0, 0, 0}, 0)
	tensor.Mean(dst, x, 0)
	checkNear(t, "Mean", dst, []float64{math.NaN(), math.NaN(), math.NaN()}, 0)
	checkShapeError(t, func() { tensor.Max(dst, x, 0) }, "tensor: Max: no elements along the reduced axes of: [0 3]")
}

func TestMaxOfNaN(t *testing.T) {
	nan := float32(math.NaN())
	x := tensor.FromSlice([]float32{1, nan, 3, 4, 5, -1}, 2, 3)
	rows, columns := tensor.New(2), tensor.New(3)
	tensor.Max(rows, x, 1)
	tensor.Max(columns, x, 0)
	checkNear(t, "rows", rows, []float64{math.NaN(), 5}, 0)
	checkNear(t, "columns", columns, []float64{4, math.NaN(), 3}, 0)
}

func TestReductionPanics(t *testing.T) {
	x := tensor.New(2, 3)
	checkShapeError(t, func() { tensor.Sum(tensor.New(2), x, 0) },
		"tensor: Sum: the destination needs shape [3] or [1 3]: [2] × [2 3]")
	checkShapeError(t, func() { tensor.Mean(tensor.New(2), x, 2) }, "tensor: Mean: no axis 2 in: [2 3]")
	checkOverlap(t, "Max", func() { tensor.Max(x.Slice(0, 1), x, 0) })
}

func TestTotals(t *testing.T) {
	for _, n := range []int{0, 1, 100, 16384, 16385, 5_000_000} {
		x, y := random(1, n), random(2, n)
		var sum, squares, dot float64
		for i, v := range x.Data() {
			v := float64(v)
			sum += v
			squares += v * v
			dot += v * float64(y.Data()[i])
		}
		for _, c := range []struct {
			name      string
			got, want float64
		}{
			{"SumAll", tensor.SumAll(x), sum},
			{"SumSquares", tensor.SumSquares(x), squares},
			{"Norm", tensor.Norm(x), math.Sqrt(squares)},
			{"Dot", tensor.Dot(x, y), dot},
		} {
			if math.Abs(c.got-c.want) > 1e-12*float64(n) {
				t.Errorf("%s of %d: %v, want %v", c.name, n, c.got, c.want)
			}
		}
	}
	checkShapeError(t, func() { tensor.Dot(tensor.New(2, 3), tensor.New(6)) }, "tensor: Dot: shapes differ: [2 3] × [6]")
}
