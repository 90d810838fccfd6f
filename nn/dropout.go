package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/autograd"
)

// Dropout sets each value to 0 with probability P in Train and scales the rest
// by 1/(1−P), so that the expectation stays (Srivastava et al., JMLR 2014). In
// Eval it does nothing.
type Dropout struct {
	P    float64    // from 0 to 1
	Rand *rand.Rand // what the masks are drawn from, in the order of the calls
}

// NewDropout returns a Dropout layer. It panics unless 0 ≤ p ≤ 1.
func NewDropout(p float64, r *rand.Rand) *Dropout {
	if !(p >= 0 && p <= 1) { // so that NaN is caught
		panic(fmt.Sprintf("nn: NewDropout: the probability is %v, not from 0 to 1", p))
	}
	return &Dropout{p, r}
}

// Forward returns x with values dropped in Train, x itself in Eval.
func (d *Dropout) Forward(x autograd.Var, mode Mode) autograd.Var {
	if mode != Train {
		return x
	}
	return autograd.Dropout(x, float32(d.P), d.Rand)
}

// Params returns nil.
func (d *Dropout) Params() []*autograd.Param { return nil }
