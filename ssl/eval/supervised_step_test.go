package eval

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/seed-312a1f22/dyad/bench/alloctest"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// newRun returns a run of a small encoder on n samples in one batch.
func newRun(t *testing.T, n int, cfg SupervisedConfig) (*supervised, *data.Batch) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	encoder, err := nn.NewMLP(nn.DefaultMLP(6, 32, 16), r)
	if err != nil {
		t.Fatal(err)
	}
	x := tensor.New(n, 6)
	tensor.Normal(x, r, 0, 1)
	labels, index := make([]int, n), r.Perm(n)
	for i := range labels {
		labels[i] = i % 3
	}
	s, err := newSupervised(encoder, labels, 3, 1, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s, &data.Batch{Views: []*tensor.Tensor{x}, Index: index}
}

// The first step by loops in float64: the loss, its gradient with respect to the
// classifier's weight, and AdamW, whose first step is that of the gradient's sign.
func TestSupervisedStep(t *testing.T) {
	const n, d, classes = 40, 16, 3
	cfg := SupervisedConfig{Epochs: 4, Batch: n, LR: 0.01, WeightDecay: 0.1}
	s, batch := newRun(t, n, cfg)
	h := s.encoder.Forward(s.tape.Const(batch.Views[0]), nn.Train).Value().Clone()
	w, bias := s.classifier.Weight.Value().Clone(), s.classifier.Bias.Value().Clone()

	want, grad := 0.0, make([]float64, classes*d)
	for i := range n {
		p, sum := make([]float64, classes), 0.0
		for c := range p {
			logit := float64(bias.At(c))
			for j, v := range h.Row(i) {
				logit += float64(v) * float64(w.At(c, j))
			}
			p[c] = math.Exp(logit)
			sum += p[c]
		}
		label := batch.Index[i] % classes
		want -= math.Log(p[label]/sum) / n
		for c := range p {
			g := p[c] / sum
			if c == label {
				g--
			}
			for j, v := range h.Row(i) {
				grad[c*d+j] += g * float64(v) / n
			}
		}
	}
	got, err := s.step(batch)
	if err != nil || math.Abs(got-want) > 1e-6 {
		t.Errorf("loss %v (%v), want %v", got, err, want)
	}
	for k, v := range w.Data() {
		want := float64(v)*(1-cfg.LR*cfg.WeightDecay) - cfg.LR*grad[k]/(math.Abs(grad[k])+1e-8)
		if got := float64(s.classifier.Weight.Value().Data()[k]); math.Abs(got-want) > 2e-5 {
			t.Errorf("weight %d becomes %v, want %v", k, got, want)
		}
	}
	for step := 1; step < cfg.Epochs; step++ {
		if _, err := s.step(batch); err != nil {
			t.Fatal(err)
		}
		want := cfg.LR / 2 * (1 + math.Cos(math.Pi*float64(step)/float64(cfg.Epochs)))
		if got := s.opt.Groups()[0].LR; math.Abs(got-want) > 1e-15 {
			t.Errorf("the learning rate of step %d is %v, want %v", step, got, want)
		}
	}
}

func TestSupervisedStepAllocatesNothing(t *testing.T) {
	cfg := DefaultSupervisedConfig()
	cfg.Epochs = 1000
	for _, procs := range []int{1, 2} {
		t.Run(fmt.Sprint("GOMAXPROCS=", procs), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			s, batch := newRun(t, 300, cfg)
			step := func() {
				if _, err := s.step(batch); err != nil {
					t.Fatal(err)
				}
			}
			alloctest.None(t, "a step", step)
		})
	}
}
