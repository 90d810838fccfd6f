package optim_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/tensor"
)

// TestLARSEdges holds one step at the places where the trust ratio has no value of
// its own: w = −u, with u computed by hand.
func TestLARSEdges(t *testing.T) {
	for _, c := range []struct {
		name    string
		w, grad []float32
		decay   float64
		exempt  bool
		want    []float32
	}{
		{"adapted", []float32{3, 4}, []float32{0, 2}, 0, false, []float32{3, 4 - 0.5*0.1*5}},          // r = 0.1·5/2
		{"exempt", []float32{3, 4}, []float32{0, 2}, 0, true, []float32{3, 4 - 0.5*2}},                // r = 1
		{"a parameter of zeros", []float32{0, 0}, []float32{0, 2}, 0, false, []float32{0, -1}},        // r = 1
		{"a gradient of zeros", []float32{3, 4}, []float32{0, 0}, 0, false, []float32{3, 4}},          // r = 1
		{"only decay", []float32{3, 4}, []float32{0, 0}, 2, false, []float32{2.85, 3.8}},              // r = 0.1·5/10
		{"decay cancels the gradient", []float32{3, 4}, []float32{-6, -8}, 2, false, []float32{3, 4}}, // r = 1
		{"squares beyond float32", []float32{3e30, 4e30}, []float32{0, 2e30}, 0, false, []float32{3e30, 4e30 - 0.5*0.1*5e30}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := autograd.NewParam("w", tensor.FromSlice(c.w))
			opt, err := optim.NewLARS(optim.LARSConfig{Momentum: 0.9, TrustCoefficient: 0.1},
				&optim.Group{Params: []*autograd.Param{p}, LR: 0.5, WeightDecay: c.decay, NoAdaptation: c.exempt})
			if err != nil {
				t.Fatal(err)
			}
			setGrad(autograd.NewTape(), p, tensor.FromSlice(c.grad))
			opt.Step()
			for i, got := range p.Value().Data() {
				if w := float64(c.want[i]); !(math.Abs(float64(got)-w) <= 3e-7*math.Abs(w)) {
					t.Errorf("element %d: %v, want %v", i, got, w)
				}
			}
		})
	}
}

// TestLARSAgainstLoop compares a step on a parameter of many partial sums with a
// loop in float64.
func TestLARSAgainstLoop(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 0))
	const lr, decay, trust = 2.0, 0.3, 0.01
	for _, n := range []int{1, 100_003, 5 << 20} { // the last has larger chunks, for there are 256 at most
		if testing.Short() && n > 1<<20 {
			continue
		}
		w, grad := randomTensor(r, n), randomTensor(r, n)
		var ww, gg float64
		for i, v := range w.Data() {
			g := float64(grad.Data()[i]) + decay*float64(v)
			ww += float64(v) * float64(v)
			gg += g * g
		}
		rate := lr * trust * math.Sqrt(ww/gg)
		p := autograd.NewParam("w", w.Clone())
		opt, err := optim.NewLARS(optim.LARSConfig{TrustCoefficient: trust}, optim.Groups([]*autograd.Param{p}, lr, decay)...)
		if err != nil {
			t.Fatal(err)
		}
		setGrad(autograd.NewTape(), p, grad)
		opt.Step()
		for i, v := range w.Data() {
			want := float64(v) - rate*(float64(grad.Data()[i])+decay*float64(v))
			if got := float64(p.Value().Data()[i]); !(math.Abs(got-want) <= 3e-7*(1+math.Abs(want))) {
				t.Fatalf("%d elements: element %d is %v, want %v", n, i, got, want)
			}
		}
	}
}

func TestScales(t *testing.T) {
	for _, c := range []struct {
		batch        int
		linear, sqrt float64 // of 0.3 and of 0.075, as in SimCLR's table B.1
	}{{256, 0.3, 1.2}, {1024, 1.2, 2.4}, {4096, 4.8, 4.8}, {64, 0.075, 0.6}} {
		if got := optim.LinearScale(0.3, c.batch); math.Abs(got-c.linear) > 1e-12 {
			t.Errorf("LinearScale(0.3, %d) = %v, want %v", c.batch, got, c.linear)
		}
		if got := optim.SqrtScale(0.075, c.batch); math.Abs(got-c.sqrt) > 1e-12 {
			t.Errorf("SqrtScale(0.075, %d) = %v, want %v", c.batch, got, c.sqrt)
		}
	}
}
