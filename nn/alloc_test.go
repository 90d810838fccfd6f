package nn_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/bench/alloctest"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/tensor"
)

// TestNoAllocations runs every kind of layer, forward and backward, on a warm
// tape, with enough elements that the kernels run on several processors.
func TestNoAllocations(t *testing.T) {
	const batch, in, hidden, classes = 288, 48, 64, 10
	r := newRand(1)
	b := nn.NewBatchNorm(hidden)
	b.Bias = nil
	head, err := nn.NewMLP(nn.MLPConfig{In: hidden, Widths: []int{hidden, classes}, Bias: true, BatchNorm: true, Activation: "relu"}, r)
	if err != nil {
		t.Fatal(err)
	}
	net := nn.Sequential{
		nn.Flatten(),
		nn.NewLinear(in, hidden, false, r), b, nn.GELU(), nn.NewDropout(0.2, r),
		nn.NewLinear(hidden, hidden, true, r), nn.NewLayerNorm(hidden), nn.LeakyReLU(0.1),
		head,
	}
	params := net.Params()
	x, dy := normal(1, batch, in/2, 2), normal(2, batch, classes)
	tape := autograd.NewTape()
	step := func() {
		for _, p := range params {
			p.ZeroGrad()
		}
		tape.Reset()
		net.Forward(tape.Const(x), nn.Train).BackwardFrom(dy)
	}
	eval := autograd.NewEval()
	evaluate := func() {
		eval.Reset()
		net.Forward(eval.Const(x), nn.Eval)
	}
	for _, procs := range []int{1, 2} {
		t.Run(fmt.Sprintf("GOMAXPROCS=%d", procs), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			alloctest.None(t, "a training pass", step)
			alloctest.None(t, "an evaluation", evaluate)
		})
	}
}

// TestSameBits trains a little at several GOMAXPROCS.
func TestSameBits(t *testing.T) {
	train := func(procs int) []nn.Named {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		r := newRand(1)
		config := nn.DefaultMLP(96, 128, 10)
		config.BatchNorm = true
		m, err := nn.NewMLP(config, r)
		if err != nil {
			t.Fatal(err)
		}
		net := nn.Sequential{m, nn.NewLayerNorm(10), nn.NewDropout(0.2, r)}
		x, dy := normal(1, 192, 96), normal(2, 192, 10)
		tape := autograd.NewTape()
		for range 3 {
			tape.Reset()
			net.Forward(tape.Const(x), nn.Train).BackwardFrom(dy)
			for _, p := range net.Params() {
				tensor.Axpy(p.Mutate(), -0.001, p.Grad())
				p.ZeroGrad()
			}
		}
		return nn.State(net)
	}
	one := train(1)
	for _, procs := range []int{2, 7} {
		if !equalStates(train(procs), one) {
			t.Errorf("GOMAXPROCS=%d gives other bits than 1", procs)
		}
	}
}
