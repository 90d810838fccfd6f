package optim

import (
	"fmt"
	"math"

	"github.com/seed-312a1f22/dyad/autograd"
)

// checks collects what is wrong with a configuration: the first error counts.
type checks struct {
	optimizer string
	err       error
}

func (c *checks) errorf(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("optim: "+c.optimizer+": "+format, args...)
	}
}

// nonNegative demands a finite value ≥ 0. NaN fails both comparisons.
func (c *checks) nonNegative(field string, v float64) {
	if !(v >= 0 && v <= math.MaxFloat64) {
		c.errorf("%s is %v, want a finite number ≥ 0", field, v)
	}
}

// positive demands a finite value above 0.
func (c *checks) positive(field string, v float64) {
	if !(v > 0 && v <= math.MaxFloat64) {
		c.errorf("%s is %v, want a finite number above 0", field, v)
	}
}

// momentum demands a valid momentum, and that Nesterov's form has one.
func (c *checks) momentum(momentum float64, nesterov bool) {
	c.nonNegative("Momentum", momentum)
	if nesterov && momentum == 0 {
		c.errorf("Nesterov needs a Momentum above 0")
	}
}

// decayRate demands 0 ≤ v < 1, as of the weight of the past in a moving average.
func (c *checks) decayRate(field string, v float64) {
	if !(v >= 0 && v < 1) {
		c.errorf("%s is %v, want a number from 0 to below 1", field, v)
	}
}

// groups demands valid groups that hold at least one parameter between them, and
// none twice.
func (c *checks) groups(groups []*Group) {
	type place struct{ group, param int }
	seen := make(map[*autograd.Param]place)
	for i, g := range groups {
		if g == nil {
			c.errorf("group %d is nil", i)
			continue
		}
		c.nonNegative(fmt.Sprintf("group %d: LR", i), g.LR)
		c.nonNegative(fmt.Sprintf("group %d: WeightDecay", i), g.WeightDecay)
		for k, p := range g.Params {
			if p == nil {
				c.errorf("group %d: parameter %d is nil", i, k)
				continue
			}
			if first, ok := seen[p]; ok {
				c.errorf("group %d: parameter %d, %q, is already parameter %d of group %d", i, k, p.Name(), first.param, first.group)
			}
			seen[p] = place{i, k}
		}
	}
	if len(seen) == 0 {
		c.errorf("there are no parameters in %d groups, want at least one", len(groups))
	}
}
