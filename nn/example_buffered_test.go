package nn_test

import (
	"fmt"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/tensor"
)

// Standardize is y = (x − Mean)/Std, with statistics of the training set that
// are measured once: they are not learned, but the network is wrong without them.
type Standardize struct {
	Mean, Std *tensor.Tensor
}

func (s *Standardize) Forward(x autograd.Var, _ nn.Mode) autograd.Var {
	t := x.Tape()
	return autograd.Div(autograd.Sub(x, t.Const(s.Mean)), t.Const(s.Std))
}

func (s *Standardize) Params() []*autograd.Param { return nil }

func (s *Standardize) Buffers() []nn.Named {
	return []nn.Named{{Name: "mean", Tensor: s.Mean}, {Name: "std", Tensor: s.Std}}
}

// Statistics that are not learned travel in the checkpoint too.
func ExampleBuffered() {
	measured := &Standardize{tensor.FromSlice([]float32{10, 20}, 2), tensor.FromSlice([]float32{1, 4}, 2)}
	fresh := &Standardize{tensor.New(2), tensor.New(2)}
	if _, err := nn.LoadState(nn.Sequential{fresh}, nn.State(nn.Sequential{measured}), nn.LoadConfig{}); err != nil {
		fmt.Println(err)
		return
	}
	x := autograd.NewEval().Const(tensor.FromSlice([]float32{12, 12}, 1, 2))
	fmt.Println(fresh.Forward(x, nn.Eval).Value().Data())
	// Output: [2 -2]
}
