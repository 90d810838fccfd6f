package autograd

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Dropout returns x with each element set to 0 with probability p, drawn from r,
// and the others scaled by 1/(1 − p), so that the expectation stays (Srivastava
// et al., 2014). With p = 0 it is x itself and draws nothing; with p = 1 all is
// 0. It panics unless 0 ≤ p ≤ 1. In evaluation one does not call it.
//
// dx = dy·m, m being 0 or 1/(1 − p) as drawn.
func Dropout(x Var, p float32, r *rand.Rand) Var {
	if !(p >= 0 && p <= 1) {
		panic(fmt.Sprintf("autograd: Dropout: the probability is %v, not from 0 to 1", p))
	}
	if p == 0 {
		return x
	}
	return Apply(dropout{}, Attr{Floats: [4]float64{float64(p)}, State: r}, x)
}

type dropout struct{}

func (dropout) Name() string                                    { return "Dropout" }
func (dropout) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (dropout) Forward(c *Ctx) {
	p, r := c.Attr().Floats[0], c.Attr().State.(*rand.Rand)
	mask := c.Saved(0, c.Out().Shape())
	keep := float32(1 / (1 - p)) // not used for p = 1: every draw is below it
	for i := range mask.Data() {
		mask.Data()[i] = keep
		if r.Float64() < p {
			mask.Data()[i] = 0
		}
	}
	tensor.Mul(c.Out(), c.In(0), mask)
}
func (dropout) Backward(c *Ctx) {
	tensor.Mul(c.GradInPlace(0), c.OutGrad(), c.Saved(0, c.Out().Shape()))
}
