package autograd_test

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/bench/alloctest"
	"github.com/seed-312a1f22/dyad/tensor"
)

func atProcs(t *testing.T, procs int, f func()) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
	f()
}

// TestNoAllocations runs every operation, forward and backward, on a warm tape.
func TestNoAllocations(t *testing.T) {
	for op, cases := range ops {
		for _, o := range cases {
			t.Run(op+"/"+o.name, func(t *testing.T) {
				step := stepOf(o)
				for _, procs := range []int{1, 2} {
					atProcs(t, procs, func() { alloctest.None(t, "a step", step) })
				}
			})
		}
	}
}

// stepOf returns a pass forward and backward over a case, on one tape.
func stepOf(o opCase) func() {
	tape := autograd.NewTape()
	var params []*autograd.Param
	for _, x := range o.inputs() {
		params = append(params, autograd.NewParam("x", x))
	}
	in := make(vars, len(params))
	var dy *tensor.Tensor
	return func() {
		tape.Reset()
		for i, p := range params {
			p.ZeroGrad()
			in[i] = tape.Leaf(p)
		}
		y := o.call(in)
		if dy == nil {
			dy = tensor.NewShape(y.Shape())
			tensor.Fill(dy, 1)
		}
		y.BackwardFrom(dy)
	}
}

// network is a small model that uses most operations, on enough elements that
// their kernels run on several processors.
type network struct {
	tape   *autograd.Tape
	params []*autograd.Param
	x      *tensor.Tensor
	state  *autograd.BatchNormState
	labels []int
	source *rand.PCG
	r      *rand.Rand
}

func newNetwork() *network {
	const batch, in, hidden, classes = 192, 96, 128, 10
	n := &network{tape: autograd.NewTape(), x: tensor.New(batch, in), state: freshState(hidden), source: rand.NewPCG(5, 6)}
	n.r = rand.New(n.source)
	tensor.Normal(n.x, n.r, 0, 1)
	for i := range batch {
		n.labels = append(n.labels, i*7%classes)
	}
	add := func(dims ...int) {
		p := autograd.NewParam("p", tensor.New(dims...))
		tensor.Normal(p.Value(), n.r, 0, 0.1)
		n.params = append(n.params, p)
	}
	add(hidden, in)
	add(hidden)
	add(hidden)
	add(hidden)
	add(hidden, hidden)
	add(hidden)
	add(hidden)
	add(classes, hidden)
	add(classes)
	return n
}

// step computes the loss and the gradients of all parameters.
func (n *network) step() float32 {
	n.tape.Reset()
	n.source.Seed(7, 8)
	var w [9]autograd.Var
	for i, p := range n.params {
		p.ZeroGrad()
		w[i] = n.tape.Leaf(p)
	}
	x := n.tape.Const(n.x)
	h := autograd.ReLU(autograd.BatchNorm(autograd.Linear(x, w[0], w[1]), w[2], w[3], n.state, true))
	g := autograd.GELU(autograd.MatMul(h, w[4], false, true))
	h = autograd.Add(h, autograd.Dropout(g, 0.1, n.r))
	h = autograd.Normalize(autograd.LayerNorm(h, w[5], w[6], 1e-5), 1e-8)
	similar := autograd.Mean(autograd.LogSumExp(autograd.MatMul(h, h, false, true)), 0)
	scores := autograd.Mul(autograd.Sigmoid(autograd.Linear(h, w[7], w[8])), autograd.Tanh(w[8]))
	loss := autograd.Add(autograd.CrossEntropy(scores, n.labels), similar)
	loss.Backward()
	return loss.Value().Item()
}

func TestNoAllocationsInANetwork(t *testing.T) {
	n := newNetwork()
	step := func() { n.step() }
	for _, procs := range []int{1, 2} {
		atProcs(t, procs, func() { alloctest.None(t, "a step", step) })
	}
}
