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

// Steps are the cases: an MLP with BatchNorm at three batch sizes, the network of
// edifice's SimCLR builder, a small convolutional network, and ResNet-18 as it is
// for images of 32 pixels.
var Steps = []StepCase{
	{"mlp-784-512-512-128/B=64", 64, []int{784}, mlp},
	{"mlp-784-512-512-128/B=256", 256, []int{784}, mlp},
	{"mlp-784-512-512-128/B=512", 512, []int{784}, mlp},
	{"edifice-287-256-128/B=256", 256, []int{287}, edifice},
	{"cnn-32-64-128/B=128", 128, []int{1, 28, 28}, cnn},
	{"resnet18-cifar/B=32", 32, []int{3, 32, 32}, resnet18},
}

// mlp is two blocks of Linear, BatchNorm and ReLU, and the head 512-512-128.
func mlp(r *rand.Rand) (nn.Module, error) {
	encoder := nn.DefaultMLP(784, 512, 512)
	encoder.BatchNorm, encoder.ActivateLast = true, true
	body, err := nn.NewMLP(encoder, r)
	if err != nil {
		return nil, err
	}
	return withHead(body, 512, 128, r)
}

// withHead puts a head of two layers on an encoder with so many features.
func withHead(encoder nn.Module, features, projection int, r *rand.Rand) (nn.Module, error) {
	c := nn.DefaultMLP(features, features, projection)
	c.BatchNorm = true
	head, err := nn.NewMLP(c, r)
	return nn.Sequential{encoder, head}, err
}

func cnn(r *rand.Rand) (nn.Module, error) {
	encoder, err := nn.NewCNN(nn.DefaultCNN(1), r)
	if err != nil {
		return nil, err
	}
	return withHead(encoder, encoder.LatentSize(), 64, r)
}

func resnet18(r *rand.Rand) (nn.Module, error) {
	encoder, err := nn.NewResNet(nn.DefaultResNet18(3, 32), r)
	if err != nil {
		return nil, err
	}
	return withHead(encoder, encoder.LatentSize(), 128, r)
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
	s := &Step{net: net, optimizer: optimizer, tape: autograd.NewTape()}
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

// FLOP returns the floating-point operations of the linear layers and convolutions
// in a step, which are nearly all of it: forward, for the gradient of the weight,
// and for that of the input, which the first layer does not need. It runs a step to
// count them.
func (s *Step) FLOP() float64 {
	var p autograd.Profile
	s.tape.SetProfile(&p)
	s.Run()
	s.tape.SetProfile(nil)
	n := int64(0)
	for _, r := range p.Rows() {
		switch r.Name {
		case "Linear", "LinearReLU", "Conv", "ConvBatchNormReLU":
			n += r.FLOPs
		}
	}
	return float64(n)
}
