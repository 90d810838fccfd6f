package optim

import "github.com/seed-312a1f22/dyad/tensor"

// SGDConfig is what SGD needs beside its groups. The zero value is plain
// gradient descent.
type SGDConfig struct {
	Momentum float64 // μ ≥ 0; 0 is none, 0.9 is usual
	Nesterov bool    // look ahead along the momentum, which must be above 0
}

// DefaultSGD returns PyTorch's defaults: no momentum. To them belong the learning
// rate that you choose (PyTorch 1.13 has no default, later ones have 1e-3) and the
// weight decay 0.
func DefaultSGD() SGDConfig { return SGDConfig{} }

// SGD is stochastic gradient descent, with momentum if wanted (Polyak 1964;
// Sutskever et al., "On the importance of initialization and momentum in deep
// learning", 2013, in PyTorch's form). At a gradient g of a parameter w, in a
// group with learning rate lr and weight decay λ:
//
//	g = g + λ·w
//	b = μ·b + g                     with momentum; b starts at zero
//	g = b, or g + μ·b for Nesterov
//	w = w − lr·g
//
// The learning rate is outside the momentum b, so changing it acts at once. This
// is PyTorch's SGD with its default dampening, 0.
type SGD struct {
	momentum
	cfg SGDConfig
}

// NewSGD returns an SGD over the groups. It returns an error that names the field
// when a number is outside its range, when a parameter occurs twice, or when
// there is none.
func NewSGD(cfg SGDConfig, groups ...*Group) (*SGD, error) {
	c := checks{optimizer: "SGD"}
	c.momentum(cfg.Momentum, cfg.Nesterov)
	c.groups(groups)
	if c.err != nil {
		return nil, c.err
	}
	return &SGD{newMomentum("SGD", groups, cfg.Momentum > 0), cfg}, nil
}

// Step updates every parameter that has a gradient. The momentum of a parameter
// is allocated at its first gradient; after that, Step allocates nothing.
func (s *SGD) Step() {
	s.steps++
	for _, g := range s.groups {
		for _, p := range g.Params {
			grad := p.Grad()
			if grad == nil {
				continue
			}
			a := sgdArgs{
				w: p.Mutate().Data(), g: grad.Data(),
				lr: float32(g.LR), decay: float32(g.WeightDecay),
				momentum: float32(s.cfg.Momentum), nesterov: s.cfg.Nesterov,
			}
			if s.cfg.Momentum > 0 {
				a.b = s.buffer(p).Data()
			}
			sgd.Run(len(a.w), sgdGrain, a)
		}
	}
}

// sgdGrain elements are 64 kB of each slice: enough work for a processor to be
// worth waking.
const sgdGrain = 16 << 10

type sgdArgs struct {
	w, g, b             []float32 // b: nil without momentum
	lr, decay, momentum float32
	nesterov            bool
}

// sgd updates w and b in one sweep over memory. Every product is rounded before
// it is added, so that no compiler fuses the two where another does not.
var sgd = tensor.NewKernel(func(lo, hi int, a *sgdArgs) {
	w := a.w[lo:hi]
	g := a.g[lo:hi][:len(w)]
	if a.b == nil {
		for i, wi := range w {
			d := g[i] + float32(a.decay*wi)
			w[i] = wi - float32(a.lr*d)
		}
		return
	}
	b := a.b[lo:hi][:len(w)]
	for i, wi := range w {
		d := g[i] + float32(a.decay*wi)
		bi := float32(a.momentum*b[i]) + d
		b[i] = bi
		if a.nesterov {
			bi = d + float32(a.momentum*bi)
		}
		w[i] = wi - float32(a.lr*bi)
	}
})
