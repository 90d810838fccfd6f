package autograd

import (
	"github.com/seed-312a1f22/dyad/tensor"
)

// Op is a differentiable operation. The built-in ones are defined by it and run
// through Apply alone, so an operation of your own is their equal.
//
// An Op holds no state of a call: what a call needs is in its Attr, its inputs,
// and what Forward left in Ctx.Saved. Most are an empty struct.
type Op interface {
	// Name returns the operation's name, for errors and profiles.
	Name() string

	// OutShape returns the shape of the result. It panics with a
	// *tensor.ShapeError when the inputs do not fit. It must not keep in.
	OutShape(a Attr, in []tensor.Shape) tensor.Shape

	// Forward writes every element of c.Out().
	Forward(c *Ctx)

	// Backward writes c.Grad(i) for each input that needs a gradient, from
	// c.OutGrad().
	Backward(c *Ctx)
}

// View is an Op whose result is a part of its first input's memory, so that the
// tape need not copy it: Reshape, Detach, Slice of the leading axis. Forward has
// nothing left to write.
type View interface {
	Op

	// ViewOffset returns where in the input's elements the result begins.
	ViewOffset(a Attr, in tensor.Shape) int
}

// Constant is an Op whose result counts as one that depends on nothing, such as
// Detach: Backward stops there, and is never called on it.
type Constant interface {
	Op

	// Constant does nothing; it says what the operation is.
	Constant()
}

// Attr is what a call of an Op is given beside its inputs. It is a plain value
// with room for what operations need, so that a call allocates nothing.
type Attr struct {
	Ints   [8]int     // axes, sizes, flags
	Floats [4]float64 // factors, exponents, bounds
	Index  []int      // rows, labels; not copied, must not change before Backward
	State  any        // a pointer to what lives longer than a call
}

// Apply runs op on the inputs' tape and returns its result. All inputs must be
// on the same tape.
func Apply(op Op, a Attr, in ...Var) Var {
	if len(in) == 0 {
		panic("autograd: " + op.Name() + ": an operation has at least one input")
	}
	needs := false
	var t *Tape
	for i, v := range in {
		n := v.node()
		if i == 0 {
			t = v.tape
			t.shapes = t.shapes[:0]
		}
		if v.tape != t {
			panic("autograd: " + op.Name() + ": the inputs are on different tapes")
		}
		t.shapes = append(t.shapes, n.value.Shape())
		needs = needs || n.needsGrad
	}
	if _, ok := op.(Constant); ok {
		needs = false
	}
	shape := op.OutShape(a, t.shapes)

	n, out := t.push()
	n.op, n.attr, n.needsGrad = op, a, needs
	for _, v := range in {
		n.in = append(n.in, v.slot)
	}
	if view, ok := op.(View); ok {
		x := t.nodes[n.in[0]].value
		lo := view.ViewOffset(a, x.Shape())
		n.value.SetView(x.Data()[lo:lo+shape.Size()], shape)
		return out
	}
	n.memory = t.grow(n.memory, shape.Size())
	t.usage.addValue(shape.Size())
	n.value.SetView(n.memory, shape)
	t.run(n, Forward)
	return out
}

// Ctx is what an Op sees of one call.
type Ctx struct {
	tape    *Tape
	node    *node
	grads   []gradient // of the inputs, in Backward
	scratch []*buffer  // what Scratch and View have returned, and spare ones
	lent    int        // how many of them this call has
}

// gradient is where Backward writes the gradient of an input.
type gradient struct {
	asked  bool
	tensor tensor.Tensor
	addTo  *tensor.Tensor // not nil: tensor is scratch, to be added here
}

// run runs n's operation in one direction.
func (t *Tape) run(n *node, d Direction) {
	c := &t.ctx
	c.tape, c.node = t, n
	for len(c.grads) < len(n.in) {
		c.grads = append(c.grads, gradient{})
	}
	if t.profile != nil {
		t.profile.run(c, d)
	} else {
		c.run(d)
	}
}

func (c *Ctx) run(d Direction) {
	if d == Forward {
		c.node.op.Forward(c)
	} else {
		c.node.op.Backward(c)
	}
	c.end()
}

// end adds up the gradients that could not be written in place, and gives back
// what the call borrowed.
func (c *Ctx) end() {
	for i := range c.node.in {
		g := &c.grads[i]
		if g.addTo != nil {
			tensor.Add(g.addTo, g.addTo, &g.tensor)
			c.tape.give(&c.tape.usage.scratch, g.tensor.Data())
		}
		g.asked, g.addTo = false, nil
	}
	for _, b := range c.scratch[:c.lent] {
		if b.memory != nil { // else a View
			c.tape.give(&c.tape.usage.scratch, b.memory)
		}
	}
	c.lent, c.node = 0, nil
}

// Attr returns what Apply was given.
func (c *Ctx) Attr() *Attr { return &c.node.attr }

// NumIn returns the number of inputs.
func (c *Ctx) NumIn() int { return len(c.node.in) }

// In returns the value of input i.
func (c *Ctx) In(i int) *tensor.Tensor { return &c.tape.nodes[c.node.in[i]].value }

// Out returns the result: to be written in Forward, to be read in Backward.
func (c *Ctx) Out() *tensor.Tensor { return &c.node.value }

// Recording reports whether a Backward may follow this Forward: it need not save
// anything otherwise.
func (c *Ctx) Recording() bool { return c.node.needsGrad }

// Saved returns the k-th tensor, counted from 0, that lives from Forward to
// Backward. Backward asks for the same k and shape.
func (c *Ctx) Saved(k int, s tensor.Shape) *tensor.Tensor {
	for len(c.node.saved) <= k {
		c.node.saved = append(c.node.saved, new(buffer))
	}
	b := c.node.saved[k]
	b.memory = c.tape.grow(b.memory, s.Size())
	if b.pass != c.tape.generation {
		b.pass = c.tape.generation
		c.tape.usage.addSaved(s.Size())
	}
	return b.view(s)
}

// Scratch returns a tensor, with anything in it, that is valid during this call
// of Forward or Backward. Each call returns another one.
func (c *Ctx) Scratch(s tensor.Shape) *tensor.Tensor {
	return c.lend(c.tape.take(&c.tape.usage.scratch, s.Size())).view(s)
}

// View returns the elements of x with another shape of the same size, for the
// length of this call: Tensor.Reshape without an allocation.
func (c *Ctx) View(x *tensor.Tensor, s tensor.Shape) *tensor.Tensor {
	b := c.lend(nil)
	b.tensor.SetView(x.Data(), s)
	return &b.tensor
}

// lend returns the next buffer of this call, with the given memory.
func (c *Ctx) lend(memory []float32) *buffer {
	if c.lent == len(c.scratch) {
		c.scratch = append(c.scratch, new(buffer))
	}
	b := c.scratch[c.lent]
	b.memory = memory
	c.lent++
	return b
}

// OutGrad returns the gradient of the loss with respect to the result: dy, to be
// read. It may be memory that BackwardFrom was given.
func (c *Ctx) OutGrad() *tensor.Tensor { return &c.node.grad }

// NeedsGrad reports whether the gradient of input i is wanted.
func (c *Ctx) NeedsGrad(i int) bool { return c.tape.nodes[c.node.in[i]].needsGrad }

// Grad returns where Backward writes the gradient of input i, every element of
// it; nil when it is not wanted. What is there before is of no meaning: where an
// input gets several contributions, the tape adds them up.
func (c *Ctx) Grad(i int) *tensor.Tensor {
	if !c.NeedsGrad(i) {
		return nil
	}
	g := &c.grads[i]
	if g.asked {
		return &g.tensor
	}
	g.asked = true
	grad, first := c.tape.accumulate(c.tape.nodes[c.node.in[i]])
	if first {
		g.tensor.SetView(grad.Data(), grad.Shape())
	} else {
		g.tensor.SetView(c.tape.take(&c.tape.usage.scratch, grad.Size()), grad.Shape())
		g.addTo = grad
	}
	return &g.tensor
}

// GradInPlace is Grad for an operation that may write element j of the gradient over
// element j of OutGrad: one that computes the former from the latter, or has no more need
// of it. The result is OutGrad itself where nobody else will read that, which spares
// memory and the time to fetch it; other gradients that need OutGrad are written before.
func (c *Ctx) GradInPlace(i int) *tensor.Tensor {
	n, x := c.node, c.tape.nodes[c.node.in[i]]
	if !x.needsGrad || x.param != nil || x.hasGrad || n.given || n.retain || x.value.Size() != n.grad.Size() {
		return c.Grad(i)
	}
	x.hasGrad, n.given = true, true
	x.grad.SetView(n.grad.Data(), x.value.Shape())
	g := &c.grads[i]
	g.asked = true
	g.tensor.SetView(n.grad.Data(), x.value.Shape())
	return &g.tensor
}

// GradBeta is Grad for operations that can add to what is there, as a matrix
// product can: they compute grad = beta·grad + the contribution, with beta 0
// (do not read grad) or 1. It returns nil when the gradient is not wanted, and
// is called once for an input, right before it is written.
func (c *Ctx) GradBeta(i int) (grad *tensor.Tensor, beta float32) {
	if !c.NeedsGrad(i) {
		return nil, 0
	}
	grad, first := c.tape.accumulate(c.tape.nodes[c.node.in[i]])
	if first {
		return grad, 0
	}
	return grad, 1
}

// accumulate returns the gradient of n to add to; first says to overwrite it.
func (t *Tape) accumulate(n *node) (grad *tensor.Tensor, first bool) {
	if n.param != nil {
		return n.param.accumulate()
	}
	if first = !n.hasGrad; first {
		n.hasGrad = true
		s := n.value.Shape()
		n.grad.SetView(t.take(&t.usage.gradients, s.Size()), s)
	}
	return &n.grad, first
}

// dropGrad gives back the memory of n's gradient.
func (t *Tape) dropGrad(n *node) {
	if n.hasGrad && !n.given {
		t.give(&t.usage.gradients, n.grad.Data())
	}
	n.hasGrad, n.given = false, false
}
