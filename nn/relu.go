package nn

import "github.com/seed-312a1f22/dyad/autograd"

// ReLU returns the activation max(x, 0). Behind a Linear or a BatchNorm,
// Sequential has that layer apply it while it writes its result, with the same
// bits.
func ReLU() Module { return relu{} }

type relu struct{}

func (relu) Forward(x autograd.Var, _ Mode) autograd.Var { return autograd.ReLU(x) }
func (relu) Params() []*autograd.Param                   { return nil }

func isReLU(m Module) bool {
	_, ok := m.(relu)
	return ok
}

func isConvBatchNorm(m, behind Module) bool {
	_, conv := m.(*Conv)
	_, norm := behind.(*BatchNorm)
	return conv && norm
}

// reluFuser is a layer that can apply ReLU to its result itself.
type reluFuser interface {
	forwardReLU(x autograd.Var, mode Mode) autograd.Var // ReLU(Forward(x, mode))
}

// forwardReLU returns ReLU(m(x)).
func forwardReLU(m Module, x autograd.Var, mode Mode) autograd.Var {
	if m, ok := m.(reluFuser); ok {
		return m.forwardReLU(x, mode)
	}
	return autograd.ReLU(m.Forward(x, mode))
}
