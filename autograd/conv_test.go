package autograd_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// hashed returns a tensor whose elements are multiples of 2⁻¹⁵ in [−1, 1), each
// a hash of its index and the seed: goldens.py has the same function.
func hashed(seed int, dims ...int) *tensor.Tensor {
	x := tensor.New(dims...)
	for i := range x.Data() {
		h := uint32(i) + 0x9e3779b9*uint32(seed)
		h = (h ^ h>>16) * 0x7feb352d
		h = (h ^ h>>15) * 0x846ca68b
		h ^= h >> 16
		x.Data()[i] = float32(h>>16)/32768 - 1
	}
	return x
}

// weighted returns the sum of x times hashed numbers, and the sum of the absolute
// values of its terms.
func weighted(x *tensor.Tensor) (sum, absolute float64) {
	for i, w := range hashed(4, x.Size()).Data() {
		v := float64(x.Data()[i]) * float64(w)
		sum += v
		absolute += math.Abs(v)
	}
	return sum, absolute
}

// TestConvGoldens compares the convolution of images with PyTorch's, for every
// combination of options.
func TestConvGoldens(t *testing.T) {
	grid := readConvGoldens(t).Grid
	if len(grid) != 7*3*4*2*3 {
		t.Errorf("the grid has %d cases", len(grid))
	}
	tape := autograd.NewTape()
	for _, g := range grid {
		name := fmt.Sprintf("kernel %d, stride %d, padding %d, dilation %d, groups %d", g.Kernel, g.Stride, g.Padding, g.Dilation, g.Groups)
		o := tensor.ConvOpts{Groups: g.Groups}
		for i := range 2 {
			o.Stride[i], o.Padding[i], o.Dilation[i] = g.Stride, g.Padding, g.Dilation
		}
		x := autograd.NewParam("dx", hashed(1, 2, 4, g.Size[0], g.Size[1]))
		w := autograd.NewParam("dw", hashed(2, 8, 4/g.Groups, g.Kernel, g.Kernel))
		tape.Reset()
		out := autograd.Conv(tape.Leaf(x), tape.Leaf(w), autograd.Var{}, o)
		if want := tensor.MakeShape(2, 8, g.OutSize[0], g.OutSize[1]); out.Shape() != want {
			t.Fatalf("%s: shape %v, want %v", name, out.Shape(), want)
		}
		out.BackwardFrom(hashed(3, out.Shape().Dims()...))
		for _, c := range []struct {
			what string
			got  *tensor.Tensor
			want float64
		}{{"out", out.Value(), g.Out}, {"dx", x.Grad(), g.Dx}, {"dw", w.Grad(), g.Dw}} {
			sum, absolute := weighted(c.got)
			if d := math.Abs(sum - c.want); !(d <= goldenTolerance*absolute) {
				t.Errorf("%s: the weighted sum of %s is %v, want %v", name, c.what, sum, c.want)
			}
		}
	}
}
