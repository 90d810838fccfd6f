package ssl_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/tensor"
)

// hashed fills x with multiples of 2⁻¹⁵ in [−1, 1), each a hash of its index and
// the seed, times scale: goldens.py has the same function.
func hashed(x *tensor.Tensor, seed int, scale float64) {
	for i := range x.Data() {
		h := uint32(i) + 0x9e3779b9*uint32(seed)
		h = (h ^ h>>16) * 0x7feb352d
		h = (h ^ h>>15) * 0x846ca68b
		h ^= h >> 16
		x.Data()[i] = float32((float64(h>>16)/32768 - 1) * scale)
	}
}

// TestResNetGolden trains ResNet-18 for three steps and holds the losses against
// PyTorch's in float64. The first steps of AdamW have the size of the learning rate
// however small, and so however wrong, a gradient is: with a rate of 1e-3, images
// that differ in their last bits change the third loss by up to 4e-3, with this one of
// 1e-4 by 4e-5, where all three steps together change it by 2e-3.
func TestResNetGolden(t *testing.T) {
	if testing.Short() || asm.Implementation() == "generic" {
		t.Skip("80 billion floating-point operations")
	}
	var golden struct {
		Settings struct {
			Batch       int
			LR          float64
			WeightDecay float64 `json:"weight_decay"`
			Temperature float64
		}
		Loss        []float64
		LossFloat32 []float64 `json:"loss_float32"`
	}
	readGolden(t, "resnet.json", &golden)
	if len(golden.Loss) != 3 {
		t.Fatalf("the golden run has %d steps", len(golden.Loss))
	}
	encoder, err := nn.NewResNet(nn.DefaultResNet18(3, 32), rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	config := ssl.DefaultConfig(encoder)
	config.HiddenDims = []int{128, 64}
	config.Temperature = golden.Settings.Temperature
	model, err := ssl.New(config)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range model.Params() {
		if s := p.Value().Shape(); s.Rank() > 1 {
			fanIn := float64(s.Size() / s.Dim(0))
			hashed(p.Mutate(), i, math.Exp2(math.Round(math.Log2(math.Sqrt(6/fanIn)))))
		} else if p.Name() == "bias" {
			nn.Constant(p, 0)
		}
	}
	// PyTorch's run decays all parameters, which the estimator does not.
	opt, err := optim.NewAdamW(optim.DefaultAdamW(), &optim.Group{Params: model.Params(), LR: golden.Settings.LR, WeightDecay: golden.Settings.WeightDecay})
	if err != nil {
		t.Fatal(err)
	}
	tape := autograd.NewTape()
	for step, want := range golden.Loss {
		views := []*tensor.Tensor{tensor.New(golden.Settings.Batch, 3, 32, 32), tensor.New(golden.Settings.Batch, 3, 32, 32)}
		for v, x := range views {
			hashed(x, 100+2*step+v, 1)
		}
		tape.Reset()
		loss, err := model.TrainingStep(tape, views)
		if err != nil {
			t.Fatal(err)
		}
		if got := float64(loss.Value().Item()); !(math.Abs(got-want) <= 1e-4) {
			t.Errorf("step %d: loss %v, want %v (PyTorch in float32: %v)", step, got, want, golden.LossFloat32[step])
		}
		opt.ZeroGrad()
		loss.Backward()
		opt.Step()
	}
}
