package autograd_test

import (
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

const (
	rows, width = 6, 10
	layer       = 4 * rows * width // bytes of a value of the chain
)

// chain runs a pass over depth layers of Linear and Tanh, and a sum.
func chain(tape *autograd.Tape, depth int) autograd.Var {
	w := autograd.NewParam("weight", tensor.New(width, width))
	h := tape.Const(tensor.New(rows, width))
	for range depth {
		h = autograd.Tanh(autograd.Linear(h, tape.Leaf(w), autograd.Var{}))
	}
	return autograd.Sum(h)
}

// TestGradientsAreRecycled holds that the gradients of a chain take the room of
// two values, an operation's and its input's, however long the chain is.
func TestGradientsAreRecycled(t *testing.T) {
	for _, depth := range []int{2, 10, 100} {
		tape := autograd.NewTape()
		chain(tape, depth).Backward()
		values := int64(2*depth*layer + 4)
		got := tape.Memory()
		if want := (autograd.Memory{
			Values: values, Gradients: 2 * layer, Peak: values + 2*layer,
			Held: values + 2*layer,
		}); got != want {
			t.Errorf("depth %d: %+v, want %+v", depth, got, want)
		}
	}
}

// TestNoGradientWithoutNeed holds that there is no memory for the gradient of an
// input that no parameter is below.
func TestNoGradientWithoutNeed(t *testing.T) {
	w := autograd.NewParam("weight", tensor.New(width, width))
	tape := autograd.NewTape()
	x := autograd.Tanh(tape.Const(tensor.New(1000, width)))
	y := autograd.MatMul(x, tape.Leaf(w), false, false)
	y.BackwardFrom(tensor.New(1000, width))
	if got := tape.Memory(); got.Gradients != 0 { // the product's is the caller's
		t.Errorf("%d bytes of gradients, want none", got.Gradients)
	}
}

func TestMemory(t *testing.T) {
	w := autograd.NewParam("weight", tensor.New(rows, width))
	gamma, beta := autograd.NewParam("gamma", tensor.New(width)), autograd.NewParam("beta", tensor.New(width))
	for _, c := range []struct {
		name string
		tape *autograd.Tape
		pass func(*autograd.Tape)
		want autograd.Memory
	}{
		{"nothing", autograd.NewTape(), func(*autograd.Tape) {}, autograd.Memory{}},
		{"constants, parameters and views", autograd.NewTape(), func(t *autograd.Tape) {
			t.Const(tensor.New(100))
			autograd.Reshape(t.Leaf(w), width, rows)
		}, autograd.Memory{}},
		{"values", autograd.NewTape(), func(t *autograd.Tape) { autograd.Neg(autograd.Neg(t.Leaf(w))) },
			autograd.Memory{Values: 2 * layer, Peak: 2 * layer, Held: 2 * layer}},
		{"evaluation", autograd.NewEval(), func(t *autograd.Tape) { autograd.Neg(autograd.Neg(t.Leaf(w))) },
			autograd.Memory{Values: 2 * layer, Peak: 2 * layer, Held: 2 * layer}},
		// The mean and the deviation of every row are saved.
		{"saved", autograd.NewTape(), func(t *autograd.Tape) {
			autograd.LayerNorm(t.Leaf(w), t.Leaf(gamma), t.Leaf(beta), 1e-5)
		}, autograd.Memory{Values: layer, Saved: 2 * 4 * rows, Peak: layer + 2*4*rows, Held: layer + 2*4*rows}},
		// y·y: the second contribution to y's gradient is made in scratch and added.
		// That of the product is the memory that BackwardFrom was given.
		{"scratch", autograd.NewTape(), func(t *autograd.Tape) {
			y := autograd.Neg(t.Leaf(w))
			autograd.Mul(y, y).BackwardFrom(tensor.New(rows, width))
		}, autograd.Memory{Values: 2 * layer, Gradients: layer, Scratch: layer, Peak: 4 * layer, Held: 4 * layer}},
		{"two Backwards", autograd.NewTape(), func(t *autograd.Tape) {
			y := autograd.Neg(t.Leaf(w))
			y.BackwardFrom(tensor.New(rows, width))
			y.BackwardFrom(tensor.New(rows, width))
		}, autograd.Memory{Values: layer, Scratch: layer, Peak: 2 * layer, Held: 2 * layer}},
		{"a retained gradient", autograd.NewTape(), func(t *autograd.Tape) {
			y := autograd.Neg(t.Leaf(w))
			y.RetainGrad()
			y.BackwardFrom(tensor.New(rows, width))
		}, autograd.Memory{Values: layer, Gradients: layer, Peak: 2 * layer, Held: 2 * layer}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for range 3 { // later passes need and hold what the first one did
				c.tape.Reset()
				w.ZeroGrad()
				c.pass(c.tape)
				if got := c.tape.Memory(); got != c.want {
					t.Errorf("%+v, want %+v", got, c.want)
				}
			}
			c.tape.Reset()
			if got := c.tape.Memory(); got.Peak != 0 || got.Values != 0 || got.Saved != 0 || got.Gradients != 0 || got.Scratch != 0 {
				t.Errorf("after Reset: %+v", got)
			}
		})
	}
}

// TestMemoryAfterAPanic holds that an operation that panics does not stay in the
// account.
func TestMemoryAfterAPanic(t *testing.T) {
	tape := autograd.NewTape()
	panicOf(t, func() { autograd.Apply(broken{}, autograd.Attr{}, tape.Const(tensor.New(rows, width))) })
	tape.Reset()
	if got, want := tape.Memory(), (autograd.Memory{Held: layer}); got != want {
		t.Errorf("%+v, want %+v: the result's memory, without the scratch", got, want)
	}
}
