package optim

import (
	"slices"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// momentum is what SGD and LARS have: a running sum of each parameter's gradients.
type momentum struct {
	base
	buffers map[*autograd.Param]*tensor.Tensor // nil when there is no momentum
}

func newMomentum(name string, groups []*Group, used bool) momentum {
	m := momentum{base: base{name: name, groups: slices.Clone(groups)}}
	if used {
		m.buffers = make(map[*autograd.Param]*tensor.Tensor)
	}
	return m
}

// buffer returns the sum for p, zeros at first.
func (m *momentum) buffer(p *autograd.Param) *tensor.Tensor {
	b := m.buffers[p]
	if b == nil {
		b = tensor.NewShape(p.Value().Shape())
		m.buffers[p] = b
	}
	return b
}

// State returns momentum_buffer of every parameter that has had a gradient; nothing
// without momentum.
func (m *momentum) State() []State {
	return m.appendState(func(state []State, p *autograd.Param) []State {
		if b := m.buffers[p]; b != nil {
			state = append(state, State{p, bufferState, b})
		}
		return state
	})
}

const bufferState = "momentum_buffer"

// LoadState makes copies of state what the optimiser remembers: see Optimizer.
func (m *momentum) LoadState(state []State) error {
	var names []string
	if m.buffers != nil {
		names = []string{bufferState}
	}
	all, err := m.collect(state, names...)
	if err != nil {
		return err
	}
	clear(m.buffers)
	for p, t := range all {
		m.buffers[p] = t[0]
	}
	return nil
}
