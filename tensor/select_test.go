package tensor_test

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"testing"

	"github.com/seed-312a1f22/dyad/tensor"
)

// coarse returns values that often are equal, with some NaNs among them.
func coarse(seed uint64, dims ...int) *tensor.Tensor {
	x := random(seed, dims...)
	for i, v := range x.Data() {
		x.Data()[i] = float32(math.Round(float64(v) * 3))
		if i%53 == 17 {
			x.Data()[i] = float32(math.NaN())
		}
	}
	return x
}

func above(x, y float32) bool { return x > y || x != x && y == y }

func TestArgMax(t *testing.T) {
	for _, c := range []struct {
		dims []int
		axis int
	}{
		{[]int{7}, 0}, {[]int{5, 7}, 0}, {[]int{5, 7}, 1}, {[]int{5, 7}, -2}, {[]int{2, 3, 4}, 1},
		{[]int{1, 1}, 0}, {[]int{5000, 10}, 1}, {[]int{10, 5000}, 0}, {[]int{0, 3}, 1},
	} {
		t.Run(fmt.Sprint(c.dims, c.axis), func(t *testing.T) {
			x := coarse(1, c.dims...)
			s := x.Shape().With(c.axis, 1)
			got := make([]int, s.Size())
			tensor.ArgMax(got, x, c.axis)
			i := 0
			indices(s, func(index []int) {
				at := slices.Clone(index)
				axis := x.Shape().Axis(c.axis)
				best, want := x.At(at...), 0
				for j := range x.Dim(axis) {
					at[axis] = j
					if v := x.At(at...); above(v, best) {
						best, want = v, j
					}
				}
				if got[i] != want {
					t.Errorf("at %v: %d, want %d", index, got[i], want)
				}
				i++
			})
		})
	}
	x := tensor.New(2, 3)
	checkShapeError(t, func() { tensor.ArgMax(make([]int, 3), x, 1) }, "tensor: ArgMax: 3 indices for the maxima along axis 1 of: [2 3]")
	checkShapeError(t, func() { tensor.ArgMax(make([]int, 2), tensor.New(2, 0), 1) }, "tensor: ArgMax: no elements along axis 1 of: [2 0]")
}

func TestTopK(t *testing.T) {
	for _, c := range []struct {
		dims []int
		k    int
	}{
		{[]int{7}, 0}, {[]int{7}, 1}, {[]int{7}, 7}, {[]int{5, 70}, 5}, {[]int{2, 3, 40}, 40}, {[]int{300, 100}, 10},
		{[]int{0, 3}, 2}, {[]int{2, 0}, 0},
	} {
		t.Run(fmt.Sprint(c.dims, c.k), func(t *testing.T) {
			x := coarse(1, c.dims...)
			s := x.Shape().With(-1, c.k)
			values, got := poisoned(s.Dims()...), make([]int, s.Size())
			tensor.TopK(values, got, x)
			n := x.Dim(-1)
			for row := 0; n > 0 && row < x.Size()/n; row++ {
				r := x.Data()[row*n : (row+1)*n]
				want := make([]int, n)
				for i := range want {
					want[i] = i
				}
				sort.SliceStable(want, func(i, j int) bool { return above(r[want[i]], r[want[j]]) })
				if g := got[row*c.k : (row+1)*c.k]; !slices.Equal(g, want[:c.k]) {
					t.Fatalf("row %d: %v, want %v", row, g, want[:c.k])
				}
				for i, at := range want[:c.k] {
					checkBits(t, "values", values.Data()[row*c.k+i:][:1], r[at:at+1])
				}
			}
		})
	}
	x := tensor.New(2, 3)
	checkShapeError(t, func() { tensor.TopK(tensor.New(2, 4), make([]int, 8), x) }, "tensor: TopK: the values do not fit the input: [2 4] × [2 3]")
	checkShapeError(t, func() { tensor.TopK(tensor.New(3, 2), make([]int, 6), x) }, "tensor: TopK: the values do not fit the input: [3 2] × [2 3]")
	checkShapeError(t, func() { tensor.TopK(tensor.New(), make([]int, 1), tensor.New()) }, "tensor: TopK: the values do not fit the input: [] × []")
	checkShapeError(t, func() { tensor.TopK(tensor.New(2, 2), make([]int, 3), x) }, "tensor: TopK: 3 indices for the values: [2 2] × [2 3]")
	checkOverlap(t, "TopK", func() { tensor.TopK(x, make([]int, 6), x) })
}
