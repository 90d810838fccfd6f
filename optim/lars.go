package optim

import (
	"math"

	"github.com/seed-312a1f22/dyad/tensor"
)

// LARSConfig is what LARS needs beside its groups. DefaultLARS returns the usual
// values.
type LARSConfig struct {
	Momentum         float64 // μ ≥ 0
	Nesterov         bool    // look ahead along the momentum, which must be above 0
	TrustCoefficient float64 // η > 0: a step's share of the length of the parameter, at learning rate 1
}

// DefaultLARS returns the values of SimCLR's own code: momentum 0.9, trust
// coefficient 0.001. To them belong the weight decay 1e-6 and the learning rates
// LinearScale(0.3, batch), over a warm-up of 10 epochs and a cosine, or
// SqrtScale(0.075, batch).
func DefaultLARS() LARSConfig { return LARSConfig{Momentum: 0.9, TrustCoefficient: 0.001} }

// LARS takes steps in proportion to the length of each parameter, so that very
// large batches can be trained on with very large rates (You et al., "Large Batch
// Training of Convolutional Networks", 2017, algorithm 1, in the form of SimCLR's
// own code). At a gradient g of a parameter w, in a group with learning rate lr
// and weight decay λ:
//
//	g = g + λ·w
//	r = η·‖w‖/‖g‖                   1 if either norm is 0, or the group has NoAdaptation
//	v = μ·v + lr·r·g                v starts at zero
//	u = v, or μ·v + lr·r·g for Nesterov
//	w = w − u
//
// Biases and the parameters of normalisation usually neither decay nor adapt:
// DecayGroups puts them into a group of their own. Unlike SGD's, the momentum
// holds the learning rate, so a change of it acts on what follows only. The norms
// are those of whole parameters, accumulated in float64.
type LARS struct {
	momentum
	cfg   LARSConfig
	parts [larsParts]float64 // sums of squares
}

// NewLARS returns a LARS over the groups. It returns an error that names the field
// when a number is outside its range, when a parameter occurs twice, or when there
// is none.
func NewLARS(cfg LARSConfig, groups ...*Group) (*LARS, error) {
	c := checks{optimizer: "LARS"}
	c.momentum(cfg.Momentum, cfg.Nesterov)
	c.positive("TrustCoefficient", cfg.TrustCoefficient)
	c.groups(groups)
	if c.err != nil {
		return nil, c.err
	}
	return &LARS{momentum: newMomentum("LARS", groups, true), cfg: cfg}, nil
}

// Step updates every parameter that has a gradient. The momentum of a parameter
// is allocated at its first gradient; after that, Step allocates nothing.
func (l *LARS) Step() {
	l.steps++
	for _, g := range l.groups {
		for _, p := range g.Params {
			grad := p.Grad()
			if grad == nil {
				continue
			}
			w := p.Mutate()
			a := larsArgs{
				w: w.Data(), g: grad.Data(), v: l.buffer(p).Data(),
				decay: float32(g.WeightDecay), momentum: float32(l.cfg.Momentum), nesterov: l.cfg.Nesterov,
			}
			rate := g.LR
			if !g.NoAdaptation {
				rate *= l.trust(tensor.Norm(w), l.gradNorm(a))
			}
			a.rate = float32(rate)
			lars.Run(len(a.w), sgdGrain, a)
		}
	}
}

// trust returns r.
func (l *LARS) trust(w, g float64) float64 {
	if w == 0 || g == 0 {
		return 1
	}
	return l.cfg.TrustCoefficient * w / g
}

// larsParts is the number of partial sums of a norm that there can be.
const larsParts = 256

// gradNorm returns ‖g + λ·w‖: partial sums of chunks whose boundaries depend on the
// size alone, added up in order.
func (l *LARS) gradNorm(a larsArgs) float64 {
	n := len(a.w)
	a.grain = max(sgdGrain, (n+larsParts-1)/larsParts)
	a.parts = &l.parts
	larsSquares.Run(n, a.grain, a)
	sum := 0.0
	for _, part := range l.parts[:(n+a.grain-1)/a.grain] {
		sum += part
	}
	return math.Sqrt(sum)
}

type larsArgs struct {
	w, g, v               []float32
	rate, decay, momentum float32 // rate: lr·r
	nesterov              bool
	grain                 int
	parts                 *[larsParts]float64
}

// larsSquares sums the squares of the gradient with its decay. The product of two
// float32 is exact in float64, so it does not matter whether it is fused.
var larsSquares = tensor.NewKernel(func(lo, hi int, a *larsArgs) {
	w := a.w[lo:hi]
	g := a.g[lo:hi][:len(w)]
	sum := 0.0
	for i, wi := range w {
		d := float64(g[i] + float32(a.decay*wi))
		sum += d * d
	}
	a.parts[lo/a.grain] = sum
})

// lars updates w and v in one sweep over memory; see sgd.
var lars = tensor.NewKernel(func(lo, hi int, a *larsArgs) {
	w := a.w[lo:hi]
	g := a.g[lo:hi][:len(w)]
	v := a.v[lo:hi][:len(w)]
	for i, wi := range w {
		d := float32(a.rate * (g[i] + float32(a.decay*wi)))
		vi := float32(a.momentum*v[i]) + d
		v[i] = vi
		if a.nesterov {
			vi = float32(a.momentum*vi) + d
		}
		w[i] = wi - vi
	}
})
