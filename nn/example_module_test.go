package nn_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/tensor"
)

// Shift is y = x + Offset, a layer with one parameter.
type Shift struct {
	Offset *autograd.Param
}

// NewShift returns a Shift by 0.
func NewShift(features int) *Shift {
	return &Shift{autograd.NewParam("offset", tensor.New(features))}
}

func (s *Shift) Forward(x autograd.Var, _ nn.Mode) autograd.Var {
	return autograd.Add(x, x.Tape().Leaf(s.Offset))
}

func (s *Shift) Params() []*autograd.Param { return []*autograd.Param{s.Offset} }

// A layer is two methods: it has a place in any network, and its gradient comes
// from the operations that it is made of.
func ExampleModule() {
	shift := NewShift(3)
	r := rand.New(rand.NewPCG(1, 0))
	net := nn.Sequential{shift, nn.NewLinear(3, 1, true, r)}
	fmt.Println(nn.NumParams(net), "values to learn")

	x := autograd.NewTape().Const(tensor.FromSlice([]float32{1, 2, 3}, 1, 3))
	autograd.Sum(shift.Forward(x, nn.Train)).Backward()
	fmt.Println(shift.Offset.Name(), "has gradient", shift.Offset.Grad().Data())
	// Output:
	// 7 values to learn
	// offset has gradient [1 1 1]
}
