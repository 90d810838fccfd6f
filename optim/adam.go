package optim

import (
	"math"
	"slices"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// AdamWConfig is what AdamW needs beside its groups. DefaultAdamW returns the
// usual values; the zero value is valid too, and means zeros.
type AdamWConfig struct {
	Beta1 float64 // decay of the moving average of the gradient, in [0, 1)
	Beta2 float64 // decay of the moving average of its square, in [0, 1)
	Eps   float64 // added to the denominator, ≥ 0
}

// DefaultAdamW returns PyTorch's defaults: betas 0.9 and 0.999, eps 1e-8. To
// them belong the learning rate 1e-3 and the weight decay 1e-2.
func DefaultAdamW() AdamWConfig { return AdamWConfig{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8} }

// AdamW is Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled
// Weight Decay Regularization", 2019, algorithm 2). At the t-th gradient g of a
// parameter w, in a group with learning rate lr and weight decay λ:
//
//	w = w − lr·λ·w
//	m = β₁·m + (1−β₁)·g
//	v = β₂·v + (1−β₂)·g²
//	w = w − lr · m/(1−β₁ᵗ) / (√(v/(1−β₂ᵗ)) + ε)
//
// m and v start at zero; t counts the gradients of this parameter.
type AdamW struct{ adamEngine }

// NewAdamW returns an AdamW over the groups. It returns an error that names the
// field when a number is outside its range, when a parameter occurs twice, or
// when there is none.
func NewAdamW(cfg AdamWConfig, groups ...*Group) (*AdamW, error) {
	e, err := newAdamEngine("AdamW", cfg, groups)
	if err != nil {
		return nil, err
	}
	e.decoupled = true
	return &AdamW{e}, nil
}

// AdamConfig is what Adam needs beside its groups. DefaultAdam returns the usual
// values; the zero value is valid too, and means zeros.
type AdamConfig struct {
	Beta1 float64 // decay of the moving average of the gradient, in [0, 1)
	Beta2 float64 // decay of the moving average of its square, in [0, 1)
	Eps   float64 // added to the denominator, ≥ 0
}

// DefaultAdam returns PyTorch's defaults: betas 0.9 and 0.999, eps 1e-8. To them
// belong the learning rate 1e-3 and the weight decay 0.
func DefaultAdam() AdamConfig { return AdamConfig(DefaultAdamW()) }

// Adam divides the averaged gradient by the root of its averaged square (Kingma
// and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1). At
// the t-th gradient g of a parameter w, in a group with learning rate lr and
// weight decay λ:
//
//	g = g + λ·w
//	m = β₁·m + (1−β₁)·g
//	v = β₂·v + (1−β₂)·g²
//	w = w − lr · m/(1−β₁ᵗ) / (√(v/(1−β₂ᵗ)) + ε)
//
// m and v start at zero; t counts the gradients of this parameter. The decay is
// the gradient of an L2 penalty, and is therefore divided by √v like the rest;
// AdamW is the variant in which it is not.
type Adam struct{ adamEngine }

// NewAdam returns an Adam over the groups. It returns an error that names the
// field when a number is outside its range, when a parameter occurs twice, or
// when there is none.
func NewAdam(cfg AdamConfig, groups ...*Group) (*Adam, error) {
	e, err := newAdamEngine("Adam", AdamWConfig(cfg), groups)
	if err != nil {
		return nil, err
	}
	return &Adam{e}, nil
}

// adamEngine is Adam and AdamW, which differ in where the weight decay goes.
type adamEngine struct {
	base
	cfg       AdamWConfig
	decoupled bool
	moments   map[*autograd.Param]*moments
}

// moments is what Adam remembers of a parameter.
type moments struct {
	first, second *tensor.Tensor // m and v
	step          int            // t: the gradients seen
}

func newAdamEngine(name string, cfg AdamWConfig, groups []*Group) (adamEngine, error) {
	c := checks{optimizer: name}
	c.decayRate("Beta1", cfg.Beta1)
	c.decayRate("Beta2", cfg.Beta2)
	c.nonNegative("Eps", cfg.Eps)
	c.groups(groups)
	return adamEngine{
		base:    base{name: name, groups: slices.Clone(groups)},
		cfg:     cfg,
		moments: make(map[*autograd.Param]*moments),
	}, c.err
}

// Step updates every parameter that has a gradient. The moments of a parameter
// are allocated at its first gradient; after that, Step allocates nothing.
func (a *adamEngine) Step() {
	a.steps++
	for _, g := range a.groups {
		for _, p := range g.Params {
			grad := p.Grad()
			if grad == nil {
				continue
			}
			s := a.moments[p]
			if s == nil {
				shape := grad.Shape()
				s = &moments{first: tensor.NewShape(shape), second: tensor.NewShape(shape)}
				a.moments[p] = s
			}
			s.step++
			tensor.Adam(p.Mutate(), grad, s.first, s.second, a.scalars(g, s.step))
		}
	}
}

// State returns step, exp_avg and exp_avg_sq of every parameter that has had a
// gradient.
func (a *adamEngine) State() []State {
	return a.appendState(func(state []State, p *autograd.Param) []State {
		s := a.moments[p]
		if s == nil {
			return state
		}
		return append(state, State{p, stepState, tensor.Scalar(float32(s.step))}, State{p, "exp_avg", s.first}, State{p, "exp_avg_sq", s.second})
	})
}

// LoadState makes copies of state what the optimiser remembers: see Optimizer.
func (a *adamEngine) LoadState(state []State) error {
	all, err := a.collect(state, stepState, "exp_avg", "exp_avg_sq")
	if err != nil {
		return err
	}
	clear(a.moments)
	for p, t := range all {
		a.moments[p] = &moments{first: t[1], second: t[2], step: int(t[0].Item())}
	}
	return nil
}

// scalars computes what step t has in common for all elements of a parameter.
func (a *adamEngine) scalars(g *Group, t int) tensor.AdamStep {
	bias1 := 1 - math.Pow(a.cfg.Beta1, float64(t))
	bias2 := 1 - math.Pow(a.cfg.Beta2, float64(t))
	s := tensor.AdamStep{
		Beta1: float32(a.cfg.Beta1), OneMinusBeta1: float32(1 - a.cfg.Beta1),
		Beta2: float32(a.cfg.Beta2), OneMinusBeta2: float32(1 - a.cfg.Beta2),
		InvRootBias2: float32(1 / math.Sqrt(bias2)),
		Eps:          float32(a.cfg.Eps),
		StepSize:     float32(g.LR / bias1),
		Decay:        1,
	}
	if a.decoupled {
		s.Decay = float32(1 - g.LR*g.WeightDecay)
	} else {
		s.L2 = float32(g.WeightDecay)
	}
	return s
}
