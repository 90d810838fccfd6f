package nn_test

import (
	"fmt"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/tensor"
)

// Gate is y = x·sigmoid(inner(x) + threshold).
type Gate struct {
	Inner     nn.Module
	Threshold *autograd.Param
}

// NewGate returns a Gate with threshold 0.
func NewGate(inner nn.Module) *Gate {
	return &Gate{inner, autograd.NewParam("threshold", tensor.New(1))}
}

func (g *Gate) Forward(x autograd.Var, mode nn.Mode) autograd.Var {
	t := x.Tape().Leaf(g.Threshold)
	return autograd.Mul(x, autograd.Sigmoid(autograd.Add(g.Inner.Forward(x, mode), t)))
}

func (g *Gate) Params() []*autograd.Param {
	return append([]*autograd.Param{g.Threshold}, g.Inner.Params()...)
}

func (g *Gate) Children() []nn.Child { return []nn.Child{{Name: "inner", Module: g.Inner}} }

// A module around another one: Children gives what is inside its name in a
// checkpoint.
func ExampleContainer() {
	gate := NewGate(nn.NewBatchNorm(2))
	for _, s := range nn.State(gate) {
		fmt.Println(s.Name, s.Tensor.Shape())
	}

	x := autograd.NewEval().Const(tensor.FromSlice([]float32{0, 100}, 1, 2))
	fmt.Println(gate.Forward(x, nn.Eval).Value().Data())
	// Output:
	// threshold [1]
	// inner.weight [2]
	// inner.bias [2]
	// inner.running_mean [2]
	// inner.running_var [2]
	// [0 100]
}
