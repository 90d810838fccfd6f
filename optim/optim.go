package optim

import "github.com/seed-312a1f22/dyad/autograd"

// Optimizer changes parameters so that a loss becomes smaller.
//
// Step and ZeroGrad belong to the goroutine that runs the backward passes.
type Optimizer interface {
	// Step updates every parameter that has a gradient. Those without one,
	// because no loss depended on them since ZeroGrad, stay as they are, and so
	// does what the optimiser remembers of them.
	Step()

	// ZeroGrad forgets the gradients of all parameters. Without it, the next
	// backward pass adds to them.
	ZeroGrad()

	// Groups returns the groups themselves, so that a schedule can set their LR.
	Groups() []*Group

	// State returns what the optimiser remembers of its parameters, beside their
	// values: what a checkpoint has to hold for the steps to go on as if there
	// had been no break. A parameter that never had a gradient has none. The
	// tensors are the optimiser's own, apart from counts: read them, and leave
	// writing to LoadState.
	State() []State

	// LoadState makes copies of the tensors in state, in any order, what the
	// optimiser remembers; parameters of which there are none are as in the
	// beginning. The error, which leaves everything as it was, names the
	// parameter and the tensor that is unexpected, missing, there twice or of
	// another shape.
	LoadState(state []State) error
}

// Group is a set of parameters that share a learning rate and a weight decay.
// Step reads all fields each time, so they may change between steps.
type Group struct {
	Params      []*autograd.Param
	LR          float64 // learning rate, ≥ 0
	WeightDecay float64 // λ ≥ 0; each optimiser says what it does with it

	// NoAdaptation exempts the group from LARS's trust ratio; other optimisers
	// have none.
	NoAdaptation bool
}

// Groups returns one group of all the parameters.
func Groups(params []*autograd.Param, lr, weightDecay float64) []*Group {
	return []*Group{{Params: params, LR: lr, WeightDecay: weightDecay}}
}

// DecayGroups returns two groups: first the parameters with two axes or more,
// with the given weight decay, then the others, without, and exempt from LARS's
// trust ratio. Those are the biases and the scales and shifts of normalisation:
// pulling them towards zero does not make the network's function any smoother, and
// their norms, which may be near zero, say nothing about how far a step may go.
func DecayGroups(params []*autograd.Param, lr, weightDecay float64) []*Group {
	decay, exempt := &Group{LR: lr, WeightDecay: weightDecay}, &Group{LR: lr, NoAdaptation: true}
	for _, p := range params {
		g := decay
		if p.Value().Rank() <= 1 {
			g = exempt
		}
		g.Params = append(g.Params, p)
	}
	return []*Group{decay, exempt}
}

// base is what all optimisers have: name, groups, and how often they stepped.
type base struct {
	name   string // for errors
	groups []*Group
	steps  int
}

// Groups returns the groups that the optimiser was made with: the slice and the
// groups themselves, not copies.
func (b *base) Groups() []*Group { return b.groups }

// StepCount returns how often Step has been called.
func (b *base) StepCount() int { return b.steps }

// ZeroGrad forgets the gradients of all parameters.
func (b *base) ZeroGrad() {
	for _, g := range b.groups {
		for _, p := range g.Params {
			p.ZeroGrad()
		}
	}
}
