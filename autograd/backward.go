package autograd

import (
	"fmt"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Backward computes the gradient of v, which must have one element, with respect
// to every parameter below it, and adds it to theirs. It may run more than once
// in a pass; gradients add up.
//
// It panics with a *ChangedError when a parameter has been changed since it was
// put on the tape, and with a *tensor.ShapeError when v has not one element.
func (v Var) Backward() {
	n := v.node()
	if n.value.Size() != 1 {
		panic(&tensor.ShapeError{Package: "autograd", Op: "Backward", Message: "a loss has one element, use BackwardFrom for", Shapes: []tensor.Shape{n.value.Shape()}})
	}
	one := &v.tape.one
	one[0] = 1
	v.backward(one[:])
}

// BackwardFrom is Backward for a v of any shape, given the gradient of the loss
// with respect to it: the vector of a vector–Jacobian product. It reads dy in place,
// which thus must not be a gradient that it writes.
func (v Var) BackwardFrom(dy *tensor.Tensor) {
	if s := v.Shape(); s != dy.Shape() {
		panic(&tensor.ShapeError{Package: "autograd", Op: "BackwardFrom", Message: "the gradient's shape is not the value's", Shapes: []tensor.Shape{dy.Shape(), s}})
	}
	v.backward(dy.Data())
}

func (v Var) backward(dy []float32) {
	t, n := v.tape, v.node()
	if !n.needsGrad {
		why := "no parameter is below the value"
		if !t.recording {
			why = "the tape records nothing (NewEval); use NewTape"
		}
		panic("autograd: Backward: " + why)
	}
	nodes := t.nodes[:v.slot+1]
	n.reach(nodes)

	if n.param != nil {
		var seed tensor.Tensor
		seed.SetView(dy, n.value.Shape())
		if grad, first := t.accumulate(n); first {
			tensor.Copy(grad, &seed)
		} else {
			tensor.Add(grad, grad, &seed)
		}
	} else {
		n.hasGrad, n.given = true, true
		n.grad.SetView(dy, n.value.Shape())
	}
	for i := len(nodes) - 1; i >= 0; i-- {
		n := nodes[i]
		if !n.reached {
			continue
		}
		n.reached = false
		if n.param != nil {
			continue
		}
		if !n.hasGrad {
			panic(fmt.Sprintf("autograd: Backward: no gradient came to %s of %v: an operation above it did not write Grad", n.op.Name(), n.value.Shape()))
		}
		t.run(n, Backward)
		if n.retain {
			if n.retained == nil {
				n.retained = n.grad.Clone()
				t.usage.held += n.grad.Size()
				t.usage.add(&t.usage.gradients, n.grad.Size())
			} else {
				tensor.Add(n.retained, n.retained, &n.grad)
			}
		}
		t.dropGrad(n)
	}
}

// reach marks the nodes whose gradient n, the last of nodes, needs. It panics
// when one of them is a parameter that was changed since.
func (n *node) reach(nodes []*node) {
	for _, n := range nodes {
		n.reached = false
	}
	n.reached = true
	for i := len(nodes) - 1; i >= 0; i-- {
		n := nodes[i]
		if !n.reached {
			continue
		}
		if p := n.param; p != nil && p.version != n.version {
			panic(&ChangedError{p.name})
		}
		for _, k := range n.in {
			if nodes[k].needsGrad {
				nodes[k].reached = true
			}
		}
	}
}
