package tensor_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/tensor"
)

func TestShape(t *testing.T) {
	for _, c := range []struct {
		dims []int
		size int
		text string
	}{
		{[]int{}, 1, "[]"},
		{[]int{0}, 0, "[0]"},
		{[]int{5}, 5, "[5]"},
		{[]int{2, 3}, 6, "[2 3]"},
		{[]int{2, 0, 3}, 0, "[2 0 3]"},
		{[]int{1, 2, 3, 4, 5, 6}, 720, "[1 2 3 4 5 6]"},
	} {
		s := tensor.MakeShape(c.dims...)
		if s.Rank() != len(c.dims) || s.Size() != c.size || s.String() != c.text || !slices.Equal(s.Dims(), c.dims) {
			t.Errorf("%v: rank %d, size %d, text %q, dims %v", c.dims, s.Rank(), s.Size(), s, s.Dims())
		}
		for i, d := range c.dims {
			if s.Dim(i) != d || s.Dim(i-len(c.dims)) != d || s.Axis(i-len(c.dims)) != i {
				t.Errorf("%v: axis %d is %d and %d", s, i, s.Dim(i), s.Dim(i-len(c.dims)))
			}
		}
		if s != tensor.MakeShape(c.dims...) {
			t.Errorf("%v differs from itself", s)
		}
	}
	if tensor.MakeShape(2, 3) == tensor.MakeShape(3, 2) || tensor.MakeShape(2) == tensor.MakeShape(2, 1) {
		t.Error("different shapes are equal")
	}
	s := tensor.MakeShape(2, 3, 4, 5)
	if got := s.With(-2, 7); got != tensor.MakeShape(2, 3, 7, 5) || s != tensor.MakeShape(2, 3, 4, 5) {
		t.Errorf("With: %v, and the receiver is %v", got, s)
	}
	for axis, want := range [][3]int{{1, 2, 60}, {2, 3, 20}, {6, 4, 5}, {24, 5, 1}} {
		for _, axis := range []int{axis, axis - 4} {
			if o, d, i := s.Split(axis); [3]int{o, d, i} != want {
				t.Errorf("Split(%d) = %d, %d, %d, want %v", axis, o, d, i, want)
			}
		}
	}
}

func TestShapePanics(t *testing.T) {
	s := tensor.MakeShape(2, 3)
	for _, c := range []struct {
		want string
		run  func()
	}{
		{"tensor: MakeShape: a shape has at most 6 axes, not 7", func() { tensor.MakeShape(1, 1, 1, 1, 1, 1, 1) }},
		{"tensor: MakeShape: axis 1 has negative length -2", func() { tensor.MakeShape(3, -2) }},
		{"tensor: With: axis 1 would have negative length -1: [2 3]", func() { s.With(1, -1) }},
		{"tensor: Dim: no axis 2 in: [2 3]", func() { s.Dim(2) }},
		{"tensor: Dim: no axis -3 in: [2 3]", func() { s.Dim(-3) }},
		{"tensor: Axis: no axis 0 in: []", func() { tensor.Shape{}.Axis(0) }},
		{"tensor: Split: no axis 5 in: [2 3]", func() { s.Split(5) }},
		{"tensor: Reshape: [4] does not hold the elements of: [2 3]", func() { s.Reshape(4) }},
		{"tensor: Reshape: [-1 -1] does not hold the elements of: [2 3]", func() { s.Reshape(-1, -1) }},
		{"tensor: Reshape: [-1 4] does not hold the elements of: [2 3]", func() { s.Reshape(-1, 4) }},
		{"tensor: Reshape: [-2 -3] does not hold the elements of: [2 3]", func() { s.Reshape(-2, -3) }},
		{"tensor: Reshape: [1 1 1 1 1 1 6] does not hold the elements of: [2 3]", func() { s.Reshape(1, 1, 1, 1, 1, 1, 6) }},
	} {
		checkShapeError(t, c.run, c.want)
	}
}

func TestReshape(t *testing.T) {
	for _, c := range []struct{ from, to, want []int }{
		{[]int{2, 3}, []int{6}, []int{6}},
		{[]int{2, 3}, []int{-1}, []int{6}},
		{[]int{2, 3}, []int{3, -1}, []int{3, 2}},
		{[]int{2, 3}, []int{-1, 6}, []int{1, 6}},
		{[]int{}, []int{1, 1}, []int{1, 1}},
		{[]int{1}, nil, []int{}},
		{[]int{0, 3}, []int{3, -1}, []int{3, 0}},
		{[]int{0, 3}, []int{5, 0}, []int{5, 0}},
	} {
		if got := tensor.MakeShape(c.from...).Reshape(c.to...); got != tensor.MakeShape(c.want...) {
			t.Errorf("%v reshaped to %v is %v, want %v", c.from, c.to, got, c.want)
		}
	}
}

func TestBroadcastShapes(t *testing.T) {
	for _, c := range []struct{ a, b, want []int }{
		{[]int{}, []int{}, []int{}},
		{[]int{3}, []int{}, []int{3}},
		{[]int{3}, []int{1}, []int{3}},
		{[]int{3}, []int{2, 3}, []int{2, 3}},
		{[]int{2, 1}, []int{1, 3}, []int{2, 3}},
		{[]int{5, 1, 4, 1}, []int{3, 1, 6}, []int{5, 3, 4, 6}},
		{[]int{0}, []int{1}, []int{0}},
		{[]int{2, 0}, []int{2, 1}, []int{2, 0}},
		{[]int{3}, []int{2}, nil},
		{[]int{3, 2}, []int{3}, nil},
		{[]int{0}, []int{2}, nil},
	} {
		a, b := tensor.MakeShape(c.a...), tensor.MakeShape(c.b...)
		for _, order := range []string{"", "swapped"} {
			got, ok := tensor.BroadcastShapes(a, b)
			if ok != (c.want != nil) || got != tensor.MakeShape(c.want...) {
				t.Errorf("%v and %v: %v, %t; want %v", a, b, got, ok, c.want)
			}
			if order == "" {
				a, b = b, a
			}
		}
	}
}

func TestShapeErrorText(t *testing.T) {
	for _, c := range []struct {
		e    tensor.ShapeError
		want string
	}{
		{tensor.ShapeError{Op: "Item", Message: "no"}, "tensor: Item: no"},
		{tensor.ShapeError{Package: "ssl", Op: "NTXent", Message: "the views differ",
			Shapes: []tensor.Shape{tensor.MakeShape(4, 2), tensor.MakeShape(3, 2), {}}}, "ssl: NTXent: the views differ: [4 2] × [3 2] × []"},
	} {
		if got := c.e.Error(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	var err error = &tensor.OverlapError{Op: "MatMul"}
	if got := fmt.Sprint(err); got != "tensor: MatMul: the destination overlaps an input" {
		t.Errorf("%q", got)
	}
}
