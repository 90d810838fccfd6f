package nn

import (
	"math"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// Linear is y = x·Weightᵀ + Bias, for x of shape [..., in].
type Linear struct {
	Weight *autograd.Param // [out, in]
	Bias   *autograd.Param // [out]; nil for none
}

// NewLinear returns a Linear layer with PyTorch's initialisation: weight and
// bias from U(−1/√in, 1/√in). It panics with a *tensor.ShapeError unless both
// widths are 1 or more.
func NewLinear(in, out int, bias bool, r *rand.Rand) *Linear {
	w := tensor.New(out, in)
	if w.Size() == 0 {
		panic(&tensor.ShapeError{Package: "nn", Op: "NewLinear", Message: "a weight [out in] has no elements", Shapes: []tensor.Shape{w.Shape()}})
	}
	l := &Linear{Weight: autograd.NewParam("weight", w)}
	KaimingUniform(l.Weight, math.Sqrt(5), r)
	if bias {
		l.Bias = autograd.NewParam("bias", tensor.New(out))
		uniform(l.Bias, 1/math.Sqrt(float64(in)), r)
	}
	return l
}

// Forward returns x·Weightᵀ + Bias, of shape [..., out].
func (l *Linear) Forward(x autograd.Var, _ Mode) autograd.Var {
	t := x.Tape()
	return autograd.Linear(x, t.Leaf(l.Weight), leaf(t, l.Bias))
}

func (l *Linear) forwardReLU(x autograd.Var, _ Mode) autograd.Var {
	t := x.Tape()
	return autograd.LinearReLU(x, t.Leaf(l.Weight), leaf(t, l.Bias))
}

// Params returns the weight and, if there is one, the bias.
func (l *Linear) Params() []*autograd.Param { return present(l.Weight, l.Bias) }

// leaf is Tape.Leaf for a parameter that may be nil, which gives the zero Var.
func leaf(t *autograd.Tape, p *autograd.Param) autograd.Var {
	if p == nil {
		return autograd.Var{}
	}
	return t.Leaf(p)
}

// present returns the parameters without those that are nil.
func present(all ...*autograd.Param) (params []*autograd.Param) {
	for _, p := range all {
		if p != nil {
			params = append(params, p)
		}
	}
	return params
}
