package optim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// State is a tensor that an optimiser remembers of a parameter, under the name
// that PyTorch's state_dict has for it:
//
//	Adam, AdamW    step (the gradients seen, a scalar), exp_avg (m), exp_avg_sq (v)
//	SGD, LARS      momentum_buffer
//
// Parameters may have the same name, so the parameter itself says whose it is.
type State struct {
	Param  *autograd.Param
	Name   string
	Tensor *tensor.Tensor
}

// stepState is the name of a count of gradients, which float32 holds exactly up to
// maxStep.
const (
	stepState = "step"
	maxStep   = 1 << 24
)

// appendState calls f for each parameter, in the order of the groups.
func (b *base) appendState(f func(state []State, p *autograd.Param) []State) (state []State) {
	for _, g := range b.groups {
		for _, p := range g.Params {
			state = f(state, p)
		}
	}
	return state
}

// collect returns copies of the tensors of state by parameter, those of each in the
// order of names. The error says whose tensor cannot be right and what was expected.
func (b *base) collect(state []State, names ...string) (map[*autograd.Param][]*tensor.Tensor, error) {
	where := make(map[*autograd.Param]string)
	for i, g := range b.groups {
		for k, p := range g.Params {
			where[p] = fmt.Sprintf("group %d: parameter %d, %q", i, k, p.Name())
		}
	}
	all := make(map[*autograd.Param][]*tensor.Tensor)
	for i, s := range state {
		if where[s.Param] == "" {
			return nil, fmt.Errorf("optim: %s: LoadState: the parameter of tensor %d, %q, is in none of the groups", b.name, i, s.Name)
		}
		k := slices.Index(names, s.Name)
		if k < 0 {
			want := cmp.Or(strings.Join(names, ", "), "none")
			return nil, fmt.Errorf("optim: %s: LoadState: %s: %q is unexpected, want %s", b.name, where[s.Param], s.Name, want)
		}
		if all[s.Param] == nil {
			all[s.Param] = make([]*tensor.Tensor, len(names))
		}
		err := checkState(s)
		if err == nil && all[s.Param][k] != nil {
			err = fmt.Errorf("%q is there twice", s.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("optim: %s: LoadState: %s: %w", b.name, where[s.Param], err)
		}
		all[s.Param][k] = s.Tensor.Clone()
	}
	for _, s := range state {
		if k := slices.Index(all[s.Param], nil); k >= 0 {
			return nil, fmt.Errorf("optim: %s: LoadState: %s: %q is missing", b.name, where[s.Param], names[k])
		}
	}
	return all, nil
}

// checkState returns an error unless the tensor is one that its name allows.
func checkState(s State) error {
	if s.Tensor == nil {
		return fmt.Errorf("%q is nil, want a tensor", s.Name)
	}
	want := s.Param.Value().Shape()
	if s.Name == stepState {
		want = tensor.MakeShape()
	}
	if s.Tensor.Shape() != want {
		return fmt.Errorf("%q has shape %v, want %v", s.Name, s.Tensor.Shape(), want)
	}
	if s.Name == stepState {
		if n := s.Tensor.Item(); !(n >= 0 && n <= maxStep && n == float32(int(n))) {
			return fmt.Errorf("%q is %v, want a whole number from 0 to %d", s.Name, n, maxStep)
		}
	}
	return nil
}
