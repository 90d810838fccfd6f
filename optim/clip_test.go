package optim_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/tensor"
)

// withGrads returns parameters that have the given gradients.
func withGrads(grads ...*tensor.Tensor) []*autograd.Param {
	tape := autograd.NewTape()
	var params []*autograd.Param
	for i, g := range grads {
		p := autograd.NewParam(fmt.Sprint(i), tensor.NewShape(g.Shape()))
		setGrad(tape, p, g)
		params = append(params, p)
	}
	return params
}

func TestClipGradNormAgainstPyTorch(t *testing.T) {
	for _, c := range readGoldens(t).Clip {
		t.Run(c.Name, func(t *testing.T) {
			var grads []*tensor.Tensor
			for _, g := range c.Grads {
				grads = append(grads, g.tensor())
			}
			params := withGrads(grads...)
			params = append(params, autograd.NewParam("no gradient", tensor.New(5)))

			// Products of float32 are exact in float64, so the norm has its precision.
			if got := optim.ClipGradNorm(params, c.MaxNorm); !(math.Abs(got-c.Norm) <= 1e-11*c.Norm) {
				t.Errorf("norm %.12g, want %.12g", got, c.Norm)
			}
			for i, want := range c.Clipped {
				for j, got := range params[i].Grad().Data() {
					// The factor and the product are rounded to float32 once each,
					// the golden once: 3·2⁻²⁴.
					if w := float64(want.Data[j]); !(math.Abs(float64(got)-w) <= 1.8e-7*math.Abs(w)) {
						t.Errorf("gradient %d, element %d: %v, want %v", i, j, got, want.Data[j])
					}
				}
			}
			if params[len(params)-1].Grad() != nil {
				t.Error("a parameter without a gradient got one")
			}
		})
	}
}

func TestClipGradNormEdges(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		name    string
		grad    []float32
		maxNorm float64
		norm    float64
		want    []float32
	}{
		{"zeros", []float32{0, 0}, 1, 0, []float32{0, 0}},
		{"to zero", []float32{3, 4}, 0, 5, []float32{0, 0}},
		{"only measures", []float32{3, 4}, inf, 5, []float32{3, 4}},
		{"squares beyond float32", []float32{3e30, 4e30}, inf, 5e30, []float32{3e30, 4e30}},
		{"infinite gradient stays", []float32{float32(inf), 4}, 1, inf, []float32{float32(inf), 4}},
		{"infinite gradient, measured", []float32{float32(inf), 4}, inf, inf, []float32{float32(inf), 4}},
		{"NaN stays", []float32{float32(math.NaN()), 4}, 1, math.NaN(), []float32{float32(math.NaN()), 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			params := withGrads(tensor.FromSlice(c.grad))
			norm := optim.ClipGradNorm(params, c.maxNorm)
			if fmt.Sprintf("%.6g", norm) != fmt.Sprintf("%.6g", c.norm) {
				t.Errorf("norm %v, want %v", norm, c.norm)
			}
			if got := params[0].Grad().Data(); fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("gradient %v, want %v", got, c.want)
			}
		})
	}
	if got := optim.ClipGradNorm(nil, 1); got != 0 {
		t.Errorf("norm of nothing: %v, want 0", got)
	}
}

func TestClipGradNormPanics(t *testing.T) {
	for _, maxNorm := range []float64{-1, math.NaN()} {
		func() {
			defer func() {
				want := fmt.Sprintf("maxNorm is %v", maxNorm)
				if got := fmt.Sprint(recover()); !strings.Contains(got, want) {
					t.Errorf("panic %q, want one with %q", got, want)
				}
			}()
			optim.ClipGradNorm(nil, maxNorm)
		}()
	}
}
