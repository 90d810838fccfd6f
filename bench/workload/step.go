package workload

import (
	"math"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/tensor"
)

// A StepCase is a network and a batch, of which SimCLR makes a training step: two
// views forward, NT-Xent, backward, AdamW.
type StepCase struct {
	Name  string // as printed by PyTorch's counterpart
	Batch int    // pairs of views
	View  []int  // shape of a view
	net   func(r *rand.Rand) (nn.Module, error)
}

// Steps are the cases: an MLP with BatchNorm at three batch sizes, and the
// network of edifice's SimCLR builder.
var Steps = []StepCase{
	{"mlp-784-512-512-128/B=64", 64, []int{784}, mlp},
	{"mlp-784-512-512-128/B=256", 256, []int{784}, mlp},
	{"mlp-784-512-512-128/B=512", 512, []int{784}, mlp},
	{"edifice-287-256-128/B=256", 256, []int{287}, edifice},
}

// mlp is two blocks of Linear, BatchNorm and ReLU, and the head 512-512-128.
func mlp(r *rand.Rand) (nn.Module, error) {
	encoder := nn.DefaultMLP(784, 512, 512)
	encoder.BatchNorm, encoder.ActivateLast = true, true
	body, err := nn.NewMLP(encoder, r)
	if err != nil {
		return nil, err
	}
	head := nn.DefaultMLP(512, 512, 128)
	head.BatchNorm = true
	top, err := nn.NewMLP(head, r)
	return nn.Sequential{body, top}, err
}

func edifice(r *rand.Rand) (nn.Module, error) {
	network, err := ssl.Build(ssl.DefaultBuild(287), r)
	if err != nil {
		return nil, err
	}
	return nn.Sequential{network.Encoder, network.Head}, nil
}

// Step is a network with its optimiser and a batch of two views.
type Step struct {
	net       nn.Module
	optimizer *optim.AdamW
	tape      *autograd.Tape
	views     [2]*tensor.Tensor
	flop      float64
}

// New returns a Step whose weights and views are operands, so that PyTorch can
// have the same ones. The first run allocates what later ones use.
func (c StepCase) New() (*Step, error) {
	net, err := c.net(rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		return nil, err
	}
	initialize(net.Params())
	optimizer, err := newAdamW(net.Params())
	if err != nil {
		return nil, err
	}
	s := &Step{net: net, optimizer: optimizer, tape: autograd.NewTape(), flop: c.flop(net)}
	for i := range s.views {
		s.views[i] = param(i, append([]int{c.Batch}, c.View...)...).Value()
	}
	return s, nil
}

// initialize makes each weight an operand, the k-th parameter the k-th one,
// scaled to lie between ±1/√in, and each bias 0. What normalises begins with the
// scale 1 anyway.
func initialize(params []*autograd.Param) {
	for k, p := range params {
		shape := p.Value().Shape()
		if shape.Rank() >= 2 {
			in := float64(shape.Size() / shape.Dim(0))
			tensor.Scale(p.Mutate(), param(k, shape.Dims()...).Value(), float32(2/math.Sqrt(in)))
		} else if p.Name() == "bias" {
			nn.Constant(p, 0)
		}
	}
}

// Run does one training step and returns its loss.
func (s *Step) Run() float32 {
	s.tape.Reset()
	s.optimizer.ZeroGrad()
	z1 := s.net.Forward(s.tape.Const(s.views[0]), nn.Train)
	z2 := s.net.Forward(s.tape.Const(s.views[1]), nn.Train)
	loss := ssl.NTXent(z1, z2, ssl.DefaultTemperature)
	loss.Backward()
	s.optimizer.Step()
	return loss.Value().Item()
}

// FLOP returns the floating-point operations of the linear layers' products in a
// step, which are nearly all of it.
func (s *Step) FLOP() float64 { return s.flop }

// flop counts 2·rows·in·out for each of the three products of a linear layer:
// forward, the gradient of its weight, and that of its input, which the first
// layer does not need.
func (c StepCase) flop(net nn.Module) float64 {
	products := 0
	for _, p := range net.Params() {
		if shape := p.Value().Shape(); shape.Rank() == 2 {
			products += 3 * shape.Size()
		}
	}
	first := net.Params()[0].Value().Size()
	rows := 2 * c.Batch
	return 2 * float64(rows) * float64(products-first)
}
