package nn

import (
	"fmt"

	"github.com/seed-312a1f22/dyad/autograd"
)

// Mode says what a forward pass is for. It is an argument of Forward, not a
// switch inside a module, so that one module may serve both at once.
type Mode int

const (
	Eval  Mode = iota // fixed statistics, nothing dropped
	Train             // batch statistics, which also update the running ones; dropout
)

// String returns "Eval" or "Train".
func (m Mode) String() string {
	switch m {
	case Eval:
		return "Eval"
	case Train:
		return "Train"
	}
	return fmt.Sprintf("Mode(%d)", int(m))
}

// Module is a function with parameters: a layer, or a network made of layers.
type Module interface {
	// Forward applies the module to x, on x's tape. It panics with a
	// *tensor.ShapeError when x does not fit.
	Forward(x autograd.Var, mode Mode) autograd.Var

	// Params returns the parameters, those of the modules inside included:
	// each once, always the same ones, in a fixed order.
	Params() []*autograd.Param
}

// NumParams returns the number of learned values in m.
func NumParams(m Module) int {
	n := 0
	for _, p := range m.Params() {
		n += p.Value().Size()
	}
	return n
}
