package tensor_test

import (
	"fmt"
	"testing"

	"github.com/seed-312a1f22/dyad/tensor"
)

func TestTranspose(t *testing.T) {
	for _, c := range []struct{ dims, perm []int }{
		{[]int{}, nil},
		{[]int{5}, nil},
		{[]int{1, 1}, nil},
		{[]int{3, 5}, nil},
		{[]int{3, 5}, []int{0, 1}},
		{[]int{3, 5}, []int{-1, -2}},
		{[]int{1, 5}, nil},
		{[]int{100, 33}, nil},
		{[]int{300, 257}, nil},
		{[]int{2, 3, 4}, nil},
		{[]int{2, 3, 4}, []int{0, 1, 2}},
		{[]int{2, 3, 4}, []int{0, 2, 1}},
		{[]int{2, 3, 4}, []int{1, 0, 2}},
		{[]int{2, 3, 4}, []int{1, 2, 0}},
		{[]int{2, 3, 4}, []int{2, 0, 1}},
		{[]int{2, 3, 4}, []int{2, 1, 0}},
		{[]int{2, 1, 4}, []int{2, 1, 0}},
		{[]int{2, 3, 4, 5}, []int{0, 2, 1, 3}},
		{[]int{2, 3, 4, 5}, []int{3, 1, 2, 0}},
		{[]int{2, 17, 4, 33}, []int{2, 3, 0, 1}},
		{[]int{2, 3, 4, 5, 2, 3}, []int{5, 0, 4, 1, 3, 2}},
		{[]int{2, 3, 4, 5, 2, 3}, nil},
		{[]int{0, 3}, nil},
		{[]int{64, 100, 3}, []int{0, 2, 1}},
	} {
		t.Run(fmt.Sprint(c.dims, c.perm), func(t *testing.T) {
			x := tensor.New(c.dims...)
			for i := range x.Data() {
				x.Data()[i] = float32(i)
			}
			dims, from := make([]int, x.Rank()), make([]int, x.Rank())
			for i := range dims {
				from[i] = x.Rank() - 1 - i
				if c.perm != nil {
					from[i] = x.Shape().Axis(c.perm[i])
				}
				dims[i] = x.Dim(from[i])
			}
			dst := poisoned(dims...)
			tensor.Transpose(dst, x, c.perm...)
			at := make([]int, x.Rank())
			indices(dst.Shape(), func(index []int) {
				for i := range index {
					at[from[i]] = index[i]
				}
				if got, want := dst.At(index...), x.At(at...); got != want {
					t.Fatalf("at %v: %v, want %v", index, got, want)
				}
			})
		})
	}
}

func TestTransposePanics(t *testing.T) {
	x := tensor.New(2, 3)
	for _, c := range []struct {
		want string
		perm []int
	}{
		{"tensor: Transpose: the destination needs shape [3 2]: [2 3] × [2 3]", nil},
		{"tensor: Transpose: 1 axes in the new order of: [2 3]", []int{0}},
		{"tensor: Transpose: axis 1 appears twice in the new order of: [2 3]", []int{1, -1}},
		{"tensor: Transpose: no axis 2 in: [2 3]", []int{0, 2}},
	} {
		checkShapeError(t, func() { tensor.Transpose(tensor.New(2, 3), x, c.perm...) }, c.want)
	}
	y := tensor.New(3, 3)
	checkOverlap(t, "Transpose", func() { tensor.Transpose(y, y) })
}
