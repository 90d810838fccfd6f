package nn_test

import (
	"math"
	"testing"

	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/tensor"
)

// TestConv holds the shapes of each rank, and that kernel 1 is a Linear layer at
// every position.
func TestConv(t *testing.T) {
	r := newRand(1)
	o := tensor.ConvOpts{Stride: [3]int{2, 2, 2}, Padding: [3]int{1, 1, 1}, Groups: 2}
	for _, c := range []struct {
		conv   *nn.Conv
		x      []int
		weight []int
		out    []int
	}{
		{nn.NewConv1d(4, 6, 3, true, o, r), []int{2, 4, 9}, []int{6, 2, 3}, []int{2, 6, 5}},
		{nn.NewConv2d(4, 6, 3, true, o, r), []int{2, 4, 9, 8}, []int{6, 2, 3, 3}, []int{2, 6, 5, 4}},
		{nn.NewConv3d(4, 6, 3, false, o, r), []int{2, 4, 9, 8, 7}, []int{6, 2, 3, 3, 3}, []int{2, 6, 5, 4, 4}},
	} {
		if got := c.conv.Weight.Value().Shape(); got != tensor.MakeShape(c.weight...) {
			t.Errorf("weight of shape %v, want %v", got, c.weight)
		}
		if got := forward(c.conv, tensor.New(c.x...), nn.Eval).Shape(); got != tensor.MakeShape(c.out...) {
			t.Errorf("%v becomes %v, want %v", c.x, got, c.out)
		}
	}

	conv := nn.NewConv2d(3, 2, 1, true, tensor.ConvOpts{}, r)
	linear := nn.NewLinear(3, 2, true, r)
	copy(linear.Weight.Mutate().Data(), conv.Weight.Value().Data())
	copy(linear.Bias.Mutate().Data(), conv.Bias.Value().Data())
	x := normal(1, 1, 3, 2, 2)
	rows := tensor.New(1, 2, 2, 3)
	tensor.Transpose(rows, x, 0, 2, 3, 1)
	want := tensor.New(1, 2, 2, 2)
	tensor.Transpose(want, forward(linear, rows, nn.Eval), 0, 3, 1, 2)
	for i, v := range forward(conv, x, nn.Eval).Data() {
		if math.Abs(float64(v-want.Data()[i])) > 1e-6 {
			t.Errorf("element %d is %v, want %v", i, v, want.Data()[i])
		}
	}
}

// TestConvInitialisation: U(−b, b), b = 1/√(in/groups·kernel²), is PyTorch's.
func TestConvInitialisation(t *testing.T) {
	c := nn.NewConv2d(64, 128, 3, true, tensor.ConvOpts{Groups: 2}, newRand(1))
	bound := 1 / math.Sqrt(32*9)
	for _, p := range c.Params() {
		largest, sum := 0.0, 0.0
		for _, v := range p.Value().Data() {
			largest = max(largest, math.Abs(float64(v)))
			sum += float64(v)
		}
		n := float64(p.Value().Size())
		// The largest of n is within a few bound/n of the bound; the mean has the
		// deviation bound/√(3n).
		if largest > bound || largest < bound*(1-10/n) || math.Abs(sum/n) > 4*bound/math.Sqrt(3*n) {
			t.Errorf("%s: largest %v, mean %v, want a uniform distribution up to %v", p.Name(), largest, sum/n, bound)
		}
	}
}

func TestNewConvPanics(t *testing.T) {
	r := newRand(1)
	wantShapeError(t, "nn: NewConv2d: 8 input and 6 output channels are not both divisible by 4 groups", func() {
		nn.NewConv2d(8, 6, 3, true, tensor.ConvOpts{Groups: 4}, r)
	})
	wantShapeError(t, "nn: NewConv1d: a weight [out in/groups kernel...] has no elements: [6 0 3]", func() {
		nn.NewConv1d(0, 6, 3, true, tensor.ConvOpts{}, r)
	})
}

// TestPools holds that the modules hand on what they are made with.
func TestPools(t *testing.T) {
	x := tensor.FromSlice([]float32{1, 2, 3, 4, 5, 6, 7, 8, 9}, 1, 1, 3, 3)
	for _, c := range []struct {
		name string
		m    nn.Module
		want []float32
	}{
		{"MaxPool", nn.MaxPool(2, 1, 0), []float32{5, 6, 8, 9}},
		{"MaxPool, padding", nn.MaxPool(2, 2, 1), []float32{1, 3, 7, 9}},
		{"AvgPool", nn.AvgPool(2, 1, 0), []float32{3, 4, 6, 7}},
		{"AvgPool, padding counts", nn.AvgPool(2, 2, 1), []float32{0.25, 1.25, 2.75, 7}},
		{"AdaptiveAvgPool", nn.AdaptiveAvgPool(), []float32{5}},
		{"ZeroPad", nn.Sequential{nn.ZeroPad(1), nn.MaxPool(5, 5, 0)}, []float32{9}},
	} {
		y := forward(c.m, x, nn.Eval)
		if y.Rank() != 4 || y.Size() != len(c.want) {
			t.Errorf("%s: shape %v", c.name, y.Shape())
			continue
		}
		for i, v := range y.Data() {
			if v != c.want[i] {
				t.Errorf("%s: %v, want %v", c.name, y.Data(), c.want)
				break
			}
		}
		if len(c.m.Params()) != 0 {
			t.Errorf("%s has parameters", c.name)
		}
	}
	wantShapeError(t, "autograd: AdaptiveAvgPool: expected [N C …] with one axis behind or more: [2 3]", func() {
		forward(nn.AdaptiveAvgPool(), tensor.New(2, 3), nn.Eval)
	})
}
