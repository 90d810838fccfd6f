package nn_test

import (
	"math"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/tensor"
)

// plain hides what a module can do beyond its interface.
type plain struct{ nn.Module }

// TestSequentialJoinsConvBatchNormReLU compares a first layer that is one operation on
// the tape with one of three, whose x wants a gradient, and looks where it is one.
func TestSequentialJoinsConvBatchNormReLU(t *testing.T) {
	plainNorm := func() *nn.BatchNorm {
		b := nn.NewBatchNorm(6)
		b.Weight, b.Bias = nil, nil
		return b
	}
	for _, c := range []struct {
		name   string
		bias   bool
		norm   func() *nn.BatchNorm
		joined bool
	}{
		{"all", false, func() *nn.BatchNorm { return nn.NewBatchNorm(6) }, true},
		{"without scale and shift", false, plainNorm, true},
		{"with a bias", true, plainNorm, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, mode := range []nn.Mode{nn.Train, nn.Eval} {
				var want [][]float32
				for _, leaf := range []bool{true, false} {
					o := tensor.ConvOpts{Padding: [3]int{1, 1}}
					net := nn.Sequential{nn.NewConv2d(2, 6, 3, c.bias, o, newRand(1)), c.norm(), nn.ReLU()}
					tape, x, profile := autograd.NewTape(), normal(3, 5, 2, 7, 6), new(autograd.Profile)
					tape.SetProfile(profile)
					in := tape.Const(x)
					if leaf {
						in = tape.Leaf(autograd.NewParam("x", x))
					}
					y := net.Forward(in, mode)
					y.BackwardFrom(normal(4, y.Shape().Dims()...))
					got := [][]float32{y.Value().Data()}
					for _, p := range net.Params() {
						got = append(got, p.Grad().Data())
					}
					for _, s := range nn.State(net) {
						got = append(got, s.Tensor.Data())
					}
					name := "Conv"
					if c.joined && !leaf {
						name = "ConvBatchNormReLU"
					}
					if !slices.ContainsFunc(profile.Rows(), func(r autograd.ProfileRow) bool { return r.Name == name }) {
						t.Errorf("%v: no operation %s:\n%v", mode, name, profile)
					}
					if want == nil {
						want = got
						continue
					}
					for i := range want {
						for j, v := range want[i] {
							if d := math.Abs(float64(got[i][j] - v)); !(d <= 1e-5*max(1, math.Abs(float64(v)))) {
								t.Errorf("%v: result %d, element %d is %v, want %v", mode, i, j, got[i][j], v)
								break
							}
						}
					}
				}
			}
		})
	}
}

// TestSequentialAppliesReLUWithTheLayer compares layers that apply the ReLU behind
// them with the same layers in front of one that is computed by itself: values,
// gradients and running statistics have the same bits.
func TestSequentialAppliesReLUWithTheLayer(t *testing.T) {
	noShift := func() *nn.BatchNorm {
		b := nn.NewBatchNorm(70)
		b.Bias = nil
		return b
	}
	noAffine := func() *nn.BatchNorm {
		b := noShift()
		b.Weight = nil
		return b
	}
	for _, c := range []struct {
		name  string
		layer func() nn.Module
		dims  []int
	}{
		{"Linear", func() nn.Module { return nn.NewLinear(70, 50, true, newRand(1)) }, []int{40, 70}},
		{"Linear without bias", func() nn.Module { return nn.NewLinear(70, 50, false, newRand(1)) }, []int{40, 70}},
		{"Linear of three axes", func() nn.Module { return nn.NewLinear(70, 50, true, newRand(1)) }, []int{2, 3, 70}},
		{"BatchNorm", func() nn.Module { return nn.NewBatchNorm(70) }, []int{90, 70}},
		{"BatchNorm of images", func() nn.Module { return nn.NewBatchNorm(70) }, []int{3, 70, 9, 9}},
		{"BatchNorm of small images", func() nn.Module { return nn.NewBatchNorm(70) }, []int{9, 70, 3, 3}},
		{"BatchNorm without shift", func() nn.Module { return noShift() }, []int{90, 70}},
		{"BatchNorm without either", func() nn.Module { return noAffine() }, []int{90, 70}},
		{"another layer", func() nn.Module { return nn.NewLayerNorm(70) }, []int{90, 70}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, mode := range []nn.Mode{nn.Train, nn.Eval} {
				var want [][]float32
				for _, activation := range []nn.Module{plain{nn.ReLU()}, nn.ReLU()} {
					net := nn.Sequential{c.layer(), activation}
					for i, p := range net.Params() {
						tensor.Axpy(p.Mutate(), 0.1, normal(uint64(10+i), p.Value().Shape().Dims()...))
					}
					x := autograd.NewParam("x", normal(3, c.dims...))
					y := net.Forward(autograd.NewTape().Leaf(x), mode)
					y.BackwardFrom(normal(4, y.Shape().Dims()...))
					got := [][]float32{y.Value().Data(), x.Grad().Data()}
					for _, p := range net.Params() {
						got = append(got, p.Grad().Data())
					}
					for _, s := range nn.State(net) {
						got = append(got, s.Tensor.Data())
					}
					if zeros := slices.Index(got[0], 0); zeros < 0 || slices.Max(got[0]) == 0 {
						t.Fatal("all outputs have the same sign: the ReLU is not tested")
					}
					if want == nil {
						want = got
					} else if !slices.EqualFunc(got, want, slices.Equal[[]float32]) {
						t.Errorf("%v: values, gradients or state differ from those of a ReLU by itself", mode)
					}
				}
			}
		})
	}
}
