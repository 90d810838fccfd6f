package autograd

import (
	"fmt"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Tape records operations in the order in which they run, and runs their
// gradients in the reverse order. That order is a topological one by
// construction, so there is no graph to sort.
//
// A tape is made once and reused: Reset rewinds it, and a step that meets the
// same shapes in the same order finds its memory where the step before left it.
// A tape serves one goroutine at a time.
type Tape struct {
	recording  bool
	generation uint32  // counts Reset, so that a Var of an earlier pass is known
	nodes      []*node // those in use, then those that an earlier pass used
	used       int
	free       map[int][][]float32 // memory of gradients and scratch, by length
	shapes     []tensor.Shape      // Apply's argument to OutShape
	one        [1]float32          // the gradient of a loss with respect to itself
	ctx        Ctx
	usage      usage
	profile    *Profile // nil for none
	profiled   bool     // the profile knows of the present pass
}

// node is a slot of the tape: a value and how it came to be.
type node struct {
	op     Op // nil for Const and Leaf
	attr   Attr
	in     []int32 // the slots of the inputs
	value  tensor.Tensor
	memory []float32 // the value's own memory, if it is no view
	saved  []*buffer

	param   *Param // of a Leaf
	version uint64 // the parameter's, when it was put here

	needsGrad bool // a parameter is below
	reached   bool // by the Backward that runs
	hasGrad   bool
	given     bool          // grad is memory of BackwardFrom's caller, or an input's: see GradInPlace
	grad      tensor.Tensor // this Backward's, valid while hasGrad

	retain   bool
	retained *tensor.Tensor // the sum over the Backwards so far; nil before the first
}

// buffer is a tensor with memory.
type buffer struct {
	tensor tensor.Tensor
	memory []float32
	pass   uint32 // of Saved: the tape's generation when it was last used
}

func (b *buffer) view(s tensor.Shape) *tensor.Tensor {
	b.tensor.SetView(b.memory, s)
	return &b.tensor
}

// NewTape returns a tape that records, for training.
func NewTape() *Tape {
	return &Tape{recording: true, generation: 1, free: make(map[int][][]float32)}
}

// NewEval returns a tape that computes values and records nothing: no gradient
// can be asked of it. It is what other frameworks call "no grad" mode, as a
// property of the tape that a computation starts from.
func NewEval() *Tape {
	t := NewTape()
	t.recording = false
	return t
}

// Recording reports whether the tape was made by NewTape.
func (t *Tape) Recording() bool { return t.recording }

// Reset rewinds the tape for the next pass. Every Var of the pass before becomes
// invalid, as do the tensors that their Value and Grad returned: the next pass
// writes its own results there. The gradients of parameters stay.
func (t *Tape) Reset() {
	for _, n := range t.nodes[:t.used] {
		t.dropGrad(n)
		n.op, n.param, n.retain, n.retained = nil, nil, false, nil
		n.attr = Attr{}
	}
	if t.ctx.node != nil {
		t.ctx = Ctx{} // a panic has ended an operation before its time
	}
	t.used = 0
	t.generation++
	t.usage.reset()
	t.profiled = false
}

// Const puts a value on the tape that is not learned: an input, a target. The
// tape keeps x itself, which must not change before Backward.
func (t *Tape) Const(x *tensor.Tensor) Var {
	n, v := t.push()
	n.value.SetView(x.Data(), x.Shape())
	return v
}

// Leaf puts a parameter on the tape. Backward adds to its gradient.
func (t *Tape) Leaf(p *Param) Var {
	n, v := t.push()
	n.value.SetView(p.value.Data(), p.value.Shape())
	n.param, n.version = p, p.version
	n.needsGrad = t.recording
	return v
}

// push takes the next slot.
func (t *Tape) push() (*node, Var) {
	if t.used == len(t.nodes) {
		t.nodes = append(t.nodes, new(node))
	}
	n := t.nodes[t.used]
	n.in, n.needsGrad = n.in[:0], false
	t.used++
	return n, Var{t, int32(t.used - 1), t.generation}
}

// Var is a value on a tape. It is small and copied freely. The zero Var is no
// value; Linear takes it for "no bias".
type Var struct {
	tape       *Tape
	slot       int32
	generation uint32
}

// IsZero reports whether v is the zero Var.
func (v Var) IsZero() bool { return v.tape == nil }

// node returns v's slot, or panics when v is not of the tape's present pass.
func (v Var) node() *node {
	if v.tape == nil {
		panic(&StaleError{"the zero Var is not a value on a tape"})
	}
	if v.generation != v.tape.generation {
		panic(&StaleError{fmt.Sprintf("a Var of pass %d was used in pass %d: Reset has rewound its tape; copy what must outlive a pass with Value().Clone()", v.generation, v.tape.generation)})
	}
	return v.tape.nodes[v.slot]
}

// Tape returns the tape that v is on.
func (v Var) Tape() *Tape { return v.tape }

// Value returns v's value. It belongs to the tape: read it, do not write it, and
// copy what must outlive the next Reset.
func (v Var) Value() *tensor.Tensor { return &v.node().value }

// Shape returns the shape of v's value.
func (v Var) Shape() tensor.Shape { return v.node().value.Shape() }

// RetainGrad asks that Backward keep the gradient of v, which is not a
// parameter, for Grad to return.
func (v Var) RetainGrad() { v.node().retain = true }

// Grad returns the gradient of v: a parameter's own, or, after RetainGrad, the
// sum over the Backwards of this pass. It is nil when there is none.
func (v Var) Grad() *tensor.Tensor {
	n := v.node()
	if n.param != nil {
		return n.param.Grad()
	}
	return n.retained
}

// StaleError is what using a Var panics with when its tape has been Reset since,
// or when it never was on one.
type StaleError struct {
	Message string
}

// Error returns a sentence that says what to do.
func (e *StaleError) Error() string { return "autograd: " + e.Message }
