package workload

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/bench/protocol"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/tensor"
)

// TrainingSteps are the cases of Steps; NTXent their loss alone, of projections 128 wide;
// BatchNorm a layer of the MLP's width; and AdamW the 10,000,384 parameters of an
// MLP for MNIST. Conv are the convolutions of ResNet-18 for images of 32 pixels.
var (
	TrainingSteps = steps()
	NTXent        = pairs(256, 512, 1024, 2048, 4096, 8192)
	BatchNorm     = []protocol.Work{protocol.BatchNorm(512, 512)}
	AdamW         = []protocol.Work{protocol.AdamW("784-2048-2048-2048")}
	Conv          = convs(
		"32x3x32x32-64-3-1", "32x64x32x32-64-3-1",
		"32x64x32x32-128-3-2", "32x64x32x32-128-1-2", "32x128x16x16-128-3-1",
		"32x128x16x16-256-3-2", "32x128x16x16-256-1-2", "32x256x8x8-256-3-1",
		"32x256x8x8-512-3-2", "32x256x8x8-512-1-2", "32x512x4x4-512-3-1",
	)
)

func steps() []protocol.Work {
	var all []protocol.Work
	for _, c := range Steps {
		all = append(all, protocol.Step(c.Name))
	}
	return all
}

func pairs(batches ...int) []protocol.Work {
	var all []protocol.Work
	for _, n := range batches {
		all = append(all, protocol.NTXent(n, 128))
	}
	return all
}

// Training prepares what a training step is made of, and whole ones, as packages
// ssl, nn and optim do it: on as many cores as GOMAXPROCS allows when it runs.
func Training(w protocol.Work) (protocol.Job, error) {
	switch w.Kind {
	case "step":
		return trainingStep(w.Name)
	case "ntxent":
		return ntxent(w)
	case "batchnorm":
		return batchNorm(w)
	case "adamw":
		return adamW(w.Name)
	case "conv":
		return conv(w.Name)
	}
	return protocol.Job{}, fmt.Errorf("workload: unknown kind %q", w.Kind)
}

func trainingStep(name string) (protocol.Job, error) {
	c, err := FindStep(name)
	if err != nil {
		return protocol.Job{}, err
	}
	s, err := c.New()
	if err != nil {
		return protocol.Job{}, err
	}
	var loss float32
	return protocol.Job{
		Run:   func() { loss = s.Run() },
		Probe: func() float32 { return loss },
	}, nil
}

// ntxent differentiates by both views, as if they were parameters.
func ntxent(w protocol.Work) (protocol.Job, error) {
	if w.M < 1 || w.N < 1 {
		return protocol.Job{}, fmt.Errorf("workload: NT-Xent has no views of %d×%d", w.M, w.N)
	}
	z1, z2 := param(0, w.M, w.N), param(1, w.M, w.N)
	tape := autograd.NewTape()
	var loss float32
	return protocol.Job{
		Run: func() {
			tape.Reset()
			z1.ZeroGrad()
			z2.ZeroGrad()
			l := ssl.NTXent(tape.Leaf(z1), tape.Leaf(z2), ssl.DefaultTemperature)
			l.Backward()
			loss = l.Value().Item()
		},
		Probe:  func() float32 { return loss + float32(w.M)*middle(z1.Grad()) },
		Result: 2 * 4 * int64(w.M) * int64(w.N),
	}, nil
}

// batchNorm differentiates by the layer's input too, as inside a network.
func batchNorm(w protocol.Work) (protocol.Job, error) {
	if w.M < 2 || w.N < 1 {
		return protocol.Job{}, fmt.Errorf("workload: BatchNorm has no variance of %d×%d", w.M, w.N)
	}
	x, dy := param(0, w.M, w.N), param(1, w.M, w.N).Value()
	net := nn.Sequential{nn.NewBatchNorm(w.N), nn.ReLU()}
	params := append(net.Params(), x)
	tape := autograd.NewTape()
	var y autograd.Var
	return protocol.Job{
		Run: func() {
			tape.Reset()
			for _, p := range params {
				p.ZeroGrad()
			}
			y = net.Forward(tape.Leaf(x), nn.Train)
			y.BackwardFrom(dy)
		},
		Probe: func() float32 { return middle(y.Value()) + middle(x.Grad()) },
	}, nil
}

// adamW has parameters and gradients of [out in] and [out] for each layer, and
// leaves the gradients as they are between updates.
func adamW(widths string) (protocol.Job, error) {
	var params []*autograd.Param
	tape := autograd.NewTape()
	in := 0
	for i, word := range strings.Split(widths, "-") {
		out, err := strconv.Atoi(word)
		if err != nil || out < 1 {
			return protocol.Job{}, fmt.Errorf("workload: AdamW has no layers of the widths %q", widths)
		}
		if i > 0 {
			params = append(params, param(0, out, in), param(0, out))
		}
		in = out
	}
	if len(params) == 0 {
		return protocol.Job{}, fmt.Errorf("workload: AdamW has no layers of the widths %q", widths)
	}
	for _, p := range params { // the gradient of Σ p·g is g
		tape.Reset()
		g := tensor.FromSlice(protocol.Operand(p.Value().Size(), 1), p.Value().Shape().Dims()...)
		autograd.Sum(autograd.Mul(tape.Leaf(p), tape.Const(g))).Backward()
	}
	optimizer, err := newAdamW(params)
	if err != nil {
		return protocol.Job{}, err
	}
	return protocol.Job{
		Run:   optimizer.Step,
		Probe: func() float32 { return middle(params[0].Value()) },
	}, nil
}

// newAdamW has the rate and the decay of PyTorch's counterpart.
func newAdamW(params []*autograd.Param) (*optim.AdamW, error) {
	return optim.NewAdamW(optim.DefaultAdamW(), optim.Groups(params, 1e-3, 1e-4)...)
}

// FindStep returns the case of a name.
func FindStep(name string) (StepCase, error) {
	i := slices.IndexFunc(Steps, func(c StepCase) bool { return c.Name == name })
	if i < 0 {
		return StepCase{}, fmt.Errorf("workload: there is no step %q", name)
	}
	return Steps[i], nil
}

// StepFLOP returns the operations of a step, as Step.FLOP does; 0 of other work.
func StepFLOP(w protocol.Work) float64 {
	c, err := FindStep(w.Name)
	if w.Kind != "step" || err != nil {
		return 0
	}
	s, err := c.New()
	if err != nil {
		return 0
	}
	return s.FLOP()
}

// param returns a parameter with the values of an operand.
func param(which int, dims ...int) *autograd.Param {
	size := 1
	for _, d := range dims {
		size *= d
	}
	return autograd.NewParam("x", tensor.FromSlice(protocol.Operand(size, which), dims...))
}

func middle(x *tensor.Tensor) float32 { return x.Data()[x.Size()/2] }
