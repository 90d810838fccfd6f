package tensor_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-312a1f22/dyad/tensor"
)

// random returns a tensor of values from −2 to 2, the same ones each time.
func random(seed uint64, dims ...int) *tensor.Tensor {
	t := tensor.New(dims...)
	tensor.Uniform(t, rand.New(rand.NewPCG(seed, 0)), -2, 2)
	return t
}

// poisoned returns a tensor of NaNs: an element that is not written shows.
func poisoned(dims ...int) *tensor.Tensor {
	t := tensor.New(dims...)
	tensor.Fill(t, float32(math.NaN()))
	return t
}

// indices calls f with every index of a shape, in row-major order.
func indices(s tensor.Shape, f func(index []int)) {
	index := make([]int, s.Rank())
	for range s.Size() {
		f(index)
		for axis := s.Rank() - 1; axis >= 0; axis-- {
			if index[axis]++; index[axis] < s.Dim(axis) {
				break
			}
			index[axis] = 0
		}
	}
}

// broadcastAt returns x at the index of a result that x was broadcast to.
func broadcastAt(x *tensor.Tensor, index []int) float32 {
	own := append([]int(nil), index[len(index)-x.Rank():]...)
	for axis := range own {
		if x.Dim(axis) == 1 {
			own[axis] = 0
		}
	}
	return x.At(own...)
}

// checkNear fails the test unless every element of got is within tolerance of
// want, relative to the larger of |want| and 1. NaN equals NaN.
func checkNear(t *testing.T, what string, got *tensor.Tensor, want []float64, tolerance float64) {
	t.Helper()
	if len(want) != got.Size() {
		t.Fatalf("%s: %d elements, want %d", what, got.Size(), len(want))
	}
	for i, g := range got.Data() {
		g, w := float64(g), want[i]
		if g == w || g != g && w != w {
			continue
		}
		if !(math.Abs(g-w) <= tolerance*max(1, math.Abs(w))) {
			t.Errorf("%s: element %d is %v, want %v", what, i, g, w)
			return
		}
	}
}

// checkBits fails the test unless got and want have the same bits.
func checkBits(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Errorf("%s: element %d is %v, want %v", what, i, got[i], want[i])
			return
		}
	}
}

// panics returns what f panics with, nil if it does not.
func panics(f func()) (p any) {
	defer func() { p = recover() }()
	f()
	return nil
}

// checkShapeError fails the test unless f panics with a *ShapeError of this text.
func checkShapeError(t *testing.T, f func(), want string) {
	t.Helper()
	e, ok := panics(f).(*tensor.ShapeError)
	if !ok {
		t.Errorf("no *ShapeError; want %q", want)
	} else if e.Error() != want {
		t.Errorf("the panic says\n%s\nwant\n%s", e, want)
	}
}

// checkOverlap fails the test unless f panics with an *OverlapError for op.
func checkOverlap(t *testing.T, op string, f func()) {
	t.Helper()
	e, ok := panics(f).(*tensor.OverlapError)
	if want := fmt.Sprintf("tensor: %s: the destination overlaps an input", op); !ok || e.Error() != want {
		t.Errorf("panic: %v, want an *OverlapError that says %q", e, want)
	}
}
