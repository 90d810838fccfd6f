package autograd

import "github.com/seed-312a1f22/dyad/tensor"

// Param is a tensor that is learned: its value, its gradient, and the name it
// has in a checkpoint. It outlives tapes; each forward pass puts it on one with
// Tape.Leaf. One goroutine at a time may run backward passes that reach it.
type Param struct {
	name    string
	value   *tensor.Tensor
	grad    *tensor.Tensor // its memory stays; hasGrad says whether it counts
	hasGrad bool
	version uint64 // counts Mutate
}

// NewParam returns a parameter that holds value itself, not a copy.
func NewParam(name string, value *tensor.Tensor) *Param {
	return &Param{name: name, value: value}
}

// Name returns the name that NewParam was given: "weight", "bias".
func (p *Param) Name() string { return p.name }

// Value returns the parameter's value, to be read. What writes it calls Mutate.
func (p *Param) Value() *tensor.Tensor { return p.value }

// Mutate returns the parameter's value, to be written, and marks it as changed:
// a Backward whose forward pass read the former value panics with a
// *ChangedError instead of computing a gradient of a function that never was.
func (p *Param) Mutate() *tensor.Tensor {
	p.version++
	return p.value
}

// Grad returns the gradient, summed over the backward passes since ZeroGrad; nil
// when there was none.
func (p *Param) Grad() *tensor.Tensor {
	if !p.hasGrad {
		return nil
	}
	return p.grad
}

// ZeroGrad forgets the gradient. It writes nothing: the memory stays, and the
// next backward pass overwrites it.
func (p *Param) ZeroGrad() { p.hasGrad = false }

// accumulate returns the gradient to add to; first says to overwrite it instead.
func (p *Param) accumulate() (grad *tensor.Tensor, first bool) {
	if p.grad == nil {
		p.grad = tensor.NewShape(p.value.Shape())
	}
	first, p.hasGrad = !p.hasGrad, true
	return p.grad, first
}

// ChangedError is what Backward panics with when a parameter was changed after
// the forward pass that it differentiates.
type ChangedError struct {
	Param string // the parameter's name
}

// Error returns a sentence that says what to do.
func (e *ChangedError) Error() string {
	return "autograd: Backward: parameter \"" + e.Param + "\" was changed after its forward pass; run Backward before the optimiser's Step, or the forward pass again"
}
