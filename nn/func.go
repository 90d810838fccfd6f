package nn

import (
	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// Func is a Module without parameters that does the same in both modes: an
// activation, a reshape. Any function on Vars is one: nn.Func(autograd.Exp).
type Func func(x autograd.Var) autograd.Var

// Forward returns f(x).
func (f Func) Forward(x autograd.Var, _ Mode) autograd.Var { return f(x) }

// Params returns nil.
func (f Func) Params() []*autograd.Param { return nil }

// LeakyReLU returns the activation max(x, 0) + slope·min(x, 0). PyTorch's
// default slope is 0.01.
func LeakyReLU(slope float32) Module {
	return Func(func(x autograd.Var) autograd.Var { return autograd.LeakyReLU(x, slope) })
}

// GELU returns the activation x·Φ(x), Φ being the normal distribution function.
func GELU() Module { return Func(autograd.GELU) }

// Tanh returns the activation tanh(x).
func Tanh() Module { return Func(autograd.Tanh) }

// Sigmoid returns the activation 1/(1+exp(−x)).
func Sigmoid() Module { return Func(autograd.Sigmoid) }

// Softplus returns the activation log(1+exp(x)).
func Softplus() Module { return Func(autograd.Softplus) }

// Flatten returns the module that makes [N, ...] into [N, the rest]. Fewer than
// two axes panic with a *tensor.ShapeError.
func Flatten() Module { return Func(flatten) }

func flatten(x autograd.Var) autograd.Var {
	s := x.Shape()
	switch s.Rank() {
	case 0, 1:
		panic(&tensor.ShapeError{Package: "nn", Op: "Flatten", Message: "expected [N, ...]", Shapes: []tensor.Shape{s}})
	case 2:
		return x
	}
	_, n, rest := s.Split(0) // rest counts even where n is 0
	return autograd.Reshape(x, n, rest)
}
