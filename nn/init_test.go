package nn_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/tensor"
)

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// TestInitialisation compares what is drawn with the spread that PyTorch
// computes for the same shape.
func TestInitialisation(t *testing.T) {
	g := readGoldens(t).Init
	out, in := g.Shape[0], g.Shape[1]
	weight := func(init func(w *autograd.Param, r *rand.Rand)) func(r *rand.Rand) []float32 {
		w := autograd.NewParam("weight", tensor.New(out, in))
		return func(r *rand.Rand) []float32 {
			init(w, r)
			return w.Value().Data()
		}
	}
	for _, c := range []struct {
		name string
		want spread
		draw func(r *rand.Rand) []float32
	}{
		{"Linear's weight", g.LinearDefault, func(r *rand.Rand) []float32 {
			return nn.NewLinear(in, out, true, r).Weight.Value().Data()
		}},
		{"Linear's bias", g.LinearDefaultBias, func(r *rand.Rand) []float32 {
			return nn.NewLinear(in, out, true, r).Bias.Value().Data()
		}},
		{"KaimingUniform", g.KaimingUniform, weight(func(w *autograd.Param, r *rand.Rand) { nn.KaimingUniform(w, 0, r) })},
		{"KaimingNormal", g.KaimingNormal, weight(func(w *autograd.Param, r *rand.Rand) { nn.KaimingNormal(w, 0, r) })},
		{"XavierUniform", g.XavierUniform, weight(func(w *autograd.Param, r *rand.Rand) { nn.XavierUniform(w, 1, r) })},
		{"XavierNormal", g.XavierNormal, weight(func(w *autograd.Param, r *rand.Rand) { nn.XavierNormal(w, 1, r) })},
	} {
		t.Run(c.name, func(t *testing.T) { wantSpread(t, c.want, c.draw) })
	}
}

// TestInitialisationOfOtherShapes takes the spreads from the formulas of the
// papers, with the fans of a convolution's weight written out.
func TestInitialisationOfOtherShapes(t *testing.T) {
	const out, in, kernel = 16, 24, 5 * 3
	const slope, gain = 0.2, 5. / 3
	w := autograd.NewParam("weight", tensor.New(out, in, 5, 3))
	for _, c := range []struct {
		name string
		want spread
		init func(r *rand.Rand)
	}{
		{"KaimingUniform", spread{Bound: math.Sqrt(6 / (1.04 * in * kernel))}, func(r *rand.Rand) { nn.KaimingUniform(w, slope, r) }},
		{"KaimingNormal", spread{Std: math.Sqrt(2 / (1.04 * in * kernel))}, func(r *rand.Rand) { nn.KaimingNormal(w, slope, r) }},
		{"XavierUniform", spread{Bound: 5. / 3 * math.Sqrt(6./((in+out)*kernel))}, func(r *rand.Rand) { nn.XavierUniform(w, gain, r) }},
		{"XavierNormal", spread{Std: 5. / 3 * math.Sqrt(2./((in+out)*kernel))}, func(r *rand.Rand) { nn.XavierNormal(w, gain, r) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantSpread(t, c.want, func(r *rand.Rand) []float32 {
				c.init(r)
				return w.Value().Data()
			})
		})
	}
}

// wantSpread draws at least 200,000 values and fails unless they look like those
// of U(−Bound, Bound), if Bound is given, or else of N(0, Std²).
//
// Mean and standard deviation may be off by five of their own standard errors,
// and the largest of n uniform values may be short of the bound by 20/n of it. A
// right implementation fails with a probability below 1e-5 over the choice of
// the seed (two times 6e-7 and e⁻²⁰); with the seed fixed it never does.
func wantSpread(t *testing.T, want spread, draw func(r *rand.Rand) []float32) {
	t.Helper()
	const atLeast = 200_000
	r := newRand(7)
	var sum, squares, largest, n float64
	for n < atLeast {
		for _, v := range draw(r) {
			sum += float64(v)
			squares += float64(v) * float64(v)
			largest = max(largest, math.Abs(float64(v)))
			n++
		}
	}
	mean, std := sum/n, math.Sqrt(squares/n)
	wantStd, kurtosis := want.Std, 3.
	if want.Bound > 0 {
		wantStd, kurtosis = want.Bound/math.Sqrt(3), 1.8
		if largest > float64(float32(want.Bound)) || largest < want.Bound*(1-20/n) {
			t.Errorf("the largest magnitude is %v, want a little below %v", largest, want.Bound)
		}
	}
	if limit := 5 * wantStd / math.Sqrt(n); math.Abs(mean) > limit {
		t.Errorf("the mean is %v, want 0 ± %v", mean, limit)
	}
	// The relative standard error of a standard deviation is √((κ − 1)/(4n)).
	if limit := 5 * wantStd * math.Sqrt((kurtosis-1)/(4*n)); math.Abs(std-wantStd) > limit {
		t.Errorf("the standard deviation is %v, want %v ± %v", std, wantStd, limit)
	}
}

func TestInitialisationIsDeterministic(t *testing.T) {
	for name, init := range map[string]func(w *autograd.Param, r *rand.Rand){
		"KaimingUniform": func(w *autograd.Param, r *rand.Rand) { nn.KaimingUniform(w, 0, r) },
		"KaimingNormal":  func(w *autograd.Param, r *rand.Rand) { nn.KaimingNormal(w, 0, r) },
		"XavierUniform":  func(w *autograd.Param, r *rand.Rand) { nn.XavierUniform(w, 1, r) },
		"XavierNormal":   func(w *autograd.Param, r *rand.Rand) { nn.XavierNormal(w, 1, r) },
		"NewLinear": func(w *autograd.Param, r *rand.Rand) {
			tensor.Copy(w.Mutate(), nn.NewLinear(w.Value().Dim(1), w.Value().Dim(0), true, r).Weight.Value())
		},
	} {
		t.Run(name, func(t *testing.T) {
			draw := func(seed uint64) []float32 {
				w := autograd.NewParam("weight", tensor.New(6, 4))
				init(w, newRand(seed))
				return w.Value().Data()
			}
			if !slices.Equal(draw(3), draw(3)) {
				t.Error("the same seed gave different weights")
			}
			if slices.Equal(draw(3), draw(4)) {
				t.Error("another seed gave the same weights")
			}
		})
	}
}

func TestConstant(t *testing.T) {
	p := autograd.NewParam("bias", tensor.New(3))
	nn.Constant(p, 0.5)
	if !slices.Equal(p.Value().Data(), []float32{0.5, 0.5, 0.5}) {
		t.Errorf("the values are %v, want 0.5", p.Value().Data())
	}
}

// TestInitialisationMarksAsChanged: a Backward of a pass from before must not
// mix the new values with the old ones.
func TestInitialisationMarksAsChanged(t *testing.T) {
	for name, init := range map[string]func(w *autograd.Param){
		"KaimingUniform": func(w *autograd.Param) { nn.KaimingUniform(w, 0, newRand(1)) },
		"KaimingNormal":  func(w *autograd.Param) { nn.KaimingNormal(w, 0, newRand(1)) },
		"XavierUniform":  func(w *autograd.Param) { nn.XavierUniform(w, 1, newRand(1)) },
		"XavierNormal":   func(w *autograd.Param) { nn.XavierNormal(w, 1, newRand(1)) },
		"Constant":       func(w *autograd.Param) { nn.Constant(w, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			l := nn.NewLinear(3, 1, false, newRand(1))
			loss := l.Forward(autograd.NewTape().Const(tensor.New(1, 3)), nn.Train)
			init(l.Weight)
			var changed *autograd.ChangedError
			if v := caught(t, loss.Backward); !errors.As(v, &changed) {
				t.Errorf("Backward panicked with %v, want a *ChangedError", v)
			}
		})
	}
}

func TestInitialisationOfAVectorPanics(t *testing.T) {
	b := autograd.NewParam("bias", tensor.New(5))
	for name, init := range map[string]func(){
		"KaimingUniform": func() { nn.KaimingUniform(b, 0, newRand(1)) },
		"KaimingNormal":  func() { nn.KaimingNormal(b, 0, newRand(1)) },
		"XavierUniform":  func() { nn.XavierUniform(b, 1, newRand(1)) },
		"XavierNormal":   func() { nn.XavierNormal(b, 1, newRand(1)) },
	} {
		t.Run(name, func(t *testing.T) {
			wantShapeError(t, "nn: "+name+": a weight has two axes or more: [5]", init)
		})
	}
}
