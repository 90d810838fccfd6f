package tensor_test

import (
	"math"
	"testing"

	"github.com/seed-312a1f22/dyad/tensor"
)

func TestMaxPoolOfSpecialValues(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	x := tensor.FromSlice([]float32{1, nan, 3, -inf, -inf, -inf, 2, inf, 2, 2, nan, nan}, 1, 1, 12)
	o := tensor.PoolOpts{Kernel: [3]int{3}}
	y := tensor.New(1, 1, 4)
	tensor.MaxPool(y, x, o)
	for i, want := range []float32{nan, -inf, inf, nan} {
		if got := y.Data()[i]; got != want && !(got != got && want != want) {
			t.Errorf("window %d: %v, want %v", i, got, want)
		}
	}
	dx := nans(x)
	tensor.MaxPoolGrad(dx, tensor.FromSlice([]float32{1, 2, 3, 4}, 1, 1, 4), x, o)
	for i, want := range []float32{0, 1, 0, 2, 0, 0, 0, 3, 0, 0, 4, 0} { // to the first maximum
		if got := dx.Data()[i]; got != want {
			t.Errorf("gradient of element %d: %v, want %v", i, got, want)
		}
	}
}

func TestPoolAndPadErrors(t *testing.T) {
	x, y := tensor.New(1, 2, 5), tensor.New(1, 2, 2)
	two := tensor.PoolOpts{Kernel: [3]int{2}}
	for want, f := range map[string]func(){
		"tensor: Pool: the output has no elements: on spatial axis 0 a kernel of 6 with dilation 1 reaches over 6 elements, the input with padding has 5+2·0: [1 2 5]": func() { tensor.PoolShape(x.Shape(), tensor.PoolOpts{Kernel: [3]int{6}}) },
		"tensor: Pool: spatial axis 0 has kernel 0, stride 0, dilation 1, padding 0; they are at least 1, 1, 1 and 0: [1 2 5]":                                         func() { tensor.PoolShape(x.Shape(), tensor.PoolOpts{}) },
		"tensor: Pool: on spatial axis 0 the padding 2 is more than half of the kernel 3: there are windows of padding alone: [1 2 5]":                                 func() { tensor.PoolShape(x.Shape(), tensor.PoolOpts{Kernel: [3]int{3}, Padding: [3]int{2}}) },
		"tensor: Pool: expected [N C …] with one to three axes behind: [2 3]":                                                                                          func() { tensor.PoolShape(tensor.MakeShape(2, 3), two) },
		"tensor: MaxPool: x makes an output [1 2 2], not the one listed last: [1 2 5] × [1 2 5]":                                                                       func() { tensor.MaxPool(tensor.New(1, 2, 5), x, two) },
		"tensor: AvgPool: the destination overlaps an input":                                                                                                           func() { tensor.AvgPool(tensor.FromSlice(x.Data()[:4], 1, 2, 2), x, two) },
		"tensor: MaxPoolGrad: the gradient, listed last, has not the shape of the input: [1 2 5] × [1 2 4]":                                                            func() { tensor.MaxPoolGrad(tensor.New(1, 2, 4), y, x, two) },
		"tensor: ZeroPad: spatial axis 0 gets -1 and 0 zeros; they are at least 0: [1 2 5]":                                                                            func() { tensor.ZeroPadShape(x.Shape(), [3]int{-1}, [3]int{}) },
		"tensor: ZeroPad: expected [N C …] with one to three axes behind: [5]":                                                                                         func() { tensor.ZeroPadShape(tensor.MakeShape(5), [3]int{}, [3]int{}) },
		"tensor: ZeroPad: the destination, listed last, needs shape [1 2 6]: [1 2 5] × [1 2 2]":                                                                        func() { tensor.ZeroPad(y, x, [3]int{1}, [3]int{}) },
		"tensor: ZeroPadGrad: the output's gradient, listed last, needs shape [1 2 6]: [1 2 5] × [1 2 2]":                                                              func() { tensor.ZeroPadGrad(x, y, [3]int{1}, [3]int{}) },
		"tensor: AddReLU: shapes differ: [1 2 5] × [1 2 5] × [1 2 2]":                                                                                                  func() { tensor.AddReLU(x, x, y) },
	} {
		t.Run(want, func(t *testing.T) {
			defer func() {
				if err, _ := recover().(error); err == nil || err.Error() != want {
					t.Errorf("panic %v, want %s", err, want)
				}
			}()
			f()
		})
	}
}

// TestAddReLU also crosses the boundaries of its blocks.
func TestAddReLU(t *testing.T) {
	const n = 5000
	a, b, y := tensor.New(n), tensor.New(n), tensor.New(n)
	for i := range n {
		a.Data()[i], b.Data()[i] = float32(i%7)-3, float32(i%5)-2
	}
	tensor.AddReLU(y, a, b)
	for i, v := range y.Data() {
		if want := max(float32(i%7+i%5)-5, 0); v != want {
			t.Fatalf("element %d is %v, want %v", i, v, want)
		}
	}
}
