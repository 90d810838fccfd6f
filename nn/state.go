package nn

import (
	"fmt"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// Container is a Module made of modules. It gives them the names under which
// State lists what is in them.
type Container interface {
	Module

	// Children returns the modules inside, in a fixed order, under names that
	// differ.
	Children() []Child
}

// Child is a module inside another one, with its name there.
type Child struct {
	Name   string
	Module Module
}

// Buffered is a Module with state that is not learned but belongs in a
// checkpoint, such as running statistics.
type Buffered interface {
	Module

	// Buffers returns that state, in a fixed order, without that of the modules
	// inside.
	Buffers() []Named
}

// Named is a tensor of a module's state: the tensor itself, not a copy.
type Named = tensor.Named

// State returns everything that a checkpoint of m has to hold, parameters and
// buffers, in the order and under the names that PyTorch's state_dict has for
// the same network: "0.weight", "1.running_mean". The tensors are the module's
// own: read them, and leave writing to LoadState. A module that is in m twice is
// listed under both its names.
//
// State panics when two tensors of m have the same name.
func State(m Module) []Named {
	entries := stateOf(m)
	state := make([]Named, len(entries))
	for i, e := range entries {
		state[i] = e.Named
	}
	return state
}

// entry is a tensor of a module's state and, if it is one, the parameter.
type entry struct {
	Named
	param *autograd.Param
}

// stateOf returns the state of m with full names. It panics when two are equal.
func stateOf(m Module) []entry {
	entries := appendState(nil, m, "")
	seen := make(map[string]bool, len(entries))
	for _, e := range entries {
		if seen[e.Name] {
			panic(fmt.Sprintf("nn: State: two tensors of a %T are named %q", m, e.Name))
		}
		seen[e.Name] = true
	}
	return entries
}

// appendState appends what m has of its own, parameters and then buffers, and
// what its children have.
func appendState(entries []entry, m Module, prefix string) []entry {
	var children []Child
	if c, ok := m.(Container); ok {
		children = c.Children()
	}
	// A container's own parameters are those that no child has.
	inside := make(map[*autograd.Param]bool)
	for _, c := range children {
		for _, p := range c.Module.Params() {
			inside[p] = true
		}
	}
	for _, p := range m.Params() {
		if !inside[p] {
			entries = append(entries, entry{Named{Name: prefix + p.Name(), Tensor: p.Value()}, p})
		}
	}
	if b, ok := m.(Buffered); ok {
		for _, n := range b.Buffers() {
			entries = append(entries, entry{Named{Name: prefix + n.Name, Tensor: n.Tensor}, nil})
		}
	}
	for _, c := range children {
		entries = appendState(entries, c.Module, prefix+c.Name+".")
	}
	return entries
}
