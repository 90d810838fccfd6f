package nn

import (
	"slices"
	"strconv"

	"github.com/seed-312a1f22/dyad/autograd"
)

// Sequential applies modules one after the other. In a checkpoint they are named
// by their position, as PyTorch does: "0.weight", "3.bias". A Linear or a BatchNorm
// and the ReLU behind it are one operation on the tape; so are a Conv, a BatchNorm and
// a ReLU where autograd.ConvBatchNormReLU has them so.
type Sequential []Module

// Forward returns s[n−1](… s[1](s[0](x))); x itself when s is empty.
func (s Sequential) Forward(x autograd.Var, mode Mode) autograd.Var {
	for len(s) > 0 {
		fused := 1
		switch {
		case len(s) > 2 && isReLU(s[2]) && isConvBatchNorm(s[0], s[1]):
			x = s[0].(*Conv).forwardBatchNormReLU(s[1].(*BatchNorm), x, mode)
			fused = 3
		case len(s) > 1 && isReLU(s[1]):
			x = forwardReLU(s[0], x, mode)
			fused = 2
		default:
			x = s[0].Forward(x, mode)
		}
		s = s[fused:]
	}
	return x
}

// Params returns the parameters of all modules, in order. Those of a module that
// is there twice come once.
func (s Sequential) Params() (params []*autograd.Param) {
	for _, m := range s {
		for _, p := range m.Params() {
			if !slices.Contains(params, p) {
				params = append(params, p)
			}
		}
	}
	return params
}

// Children returns the modules, named "0", "1", ….
func (s Sequential) Children() []Child {
	children := make([]Child, len(s))
	for i, m := range s {
		children[i] = Child{strconv.Itoa(i), m}
	}
	return children
}
