package ssl_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/tensor"
)

// array is a tensor in the golden files, which ../autograd/testdata/goldens.py
// makes with PyTorch.
type array struct {
	Shape []int
	Data  []float32
}

func (a array) tensor() *tensor.Tensor {
	t := tensor.New(a.Shape...)
	copy(t.Data(), a.Data)
	return t
}

func readGolden(t *testing.T, file string, to any) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, to); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// checkClose fails unless |got − want| ≤ tolerance·(1 + the largest |want|) for
// each element.
func checkClose(t *testing.T, what string, got, want []float32, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	scale := 1.0
	for _, w := range want {
		scale = max(scale, 1+math.Abs(float64(w)))
	}
	for i := range got {
		if d := math.Abs(float64(got[i]) - float64(want[i])); !(d <= tolerance*scale) {
			t.Errorf("%s[%d] = %v, want %v: off by %.2g of the scale %.3g", what, i, got[i], want[i], d/scale, scale)
			return
		}
	}
}

// TestNTXentGolden holds values and gradients against PyTorch in float64. The
// similarities are float32, with errors of some 1e-7 that 1/temperature ≤ 100
// multiplies.
func TestNTXentGolden(t *testing.T) {
	var cases []struct {
		Name    string
		Z1, Z2  array
		Results []struct {
			Temperature, Loss float64
			DZ1, DZ2          *array
		}
	}
	readGolden(t, "ntxent.json", &cases)
	if len(cases) < 20 {
		t.Fatalf("%d cases in the golden file", len(cases))
	}
	for _, c := range cases {
		for _, r := range c.Results {
			t.Run(fmt.Sprintf("%s/T=%v", c.Name, r.Temperature), func(t *testing.T) {
				loss, dz1, dz2 := ntxent(c.Z1.tensor(), c.Z2.tensor(), r.Temperature)
				tolerance := 2e-6 * max(1, 0.1/r.Temperature)
				if d := math.Abs(loss - r.Loss); d > tolerance*(1+r.Loss) {
					t.Errorf("loss %v, want %v (off by %.2g)", loss, r.Loss, d)
				}
				if r.DZ1 != nil {
					checkClose(t, "dz1", dz1, r.DZ1.Data, 5*tolerance)
					checkClose(t, "dz2", dz2, r.DZ2.Data, 5*tolerance)
				}
			})
		}
	}
}

// ntxent returns the loss and its gradients.
func ntxent(z1, z2 *tensor.Tensor, temperature float64) (loss float64, dz1, dz2 []float32) {
	p1, p2 := autograd.NewParam("z1", z1), autograd.NewParam("z2", z2)
	tape := autograd.NewTape()
	l := ssl.NTXent(tape.Leaf(p1), tape.Leaf(p2), temperature)
	l.Backward()
	return float64(l.Value().Item()), p1.Grad().Data(), p2.Grad().Data()
}

// TestRunGolden is a whole run held against PyTorch: 30 steps of SimCLR with an
// MLP on fixed views, with the loss within 1e-4 at every step.
func TestRunGolden(t *testing.T) {
	type run struct {
		LR, Loss      []float64
		FeaturesTrain array `json:"features_train"`
		Features      array
	}
	var golden struct {
		Settings struct {
			LR          float64
			WeightDecay float64 `json:"weight_decay"`
			Temperature float64
			Steps       int
		}
		State            map[string]array
		Batches          []struct{ View1, View2 array }
		Grads            map[string]array
		Constant, Cosine run
	}
	readGolden(t, "run.json", &golden)
	if golden.Settings.Steps != 30 {
		t.Fatalf("the golden run has %d steps", golden.Settings.Steps)
	}
	for name, want := range map[string]run{"constant": golden.Constant, "cosine": golden.Cosine} {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2)) // overwritten by the golden state
			encoder := &goldenEncoder{nn.Sequential{
				nn.NewLinear(20, 32, true, r), nn.NewBatchNorm(32), nn.ReLU(), nn.NewLinear(32, 16, true, r),
			}}
			config := ssl.DefaultConfig(encoder)
			config.HiddenDims = []int{16, 8}
			config.Temperature = golden.Settings.Temperature
			model, err := ssl.New(config)
			if err != nil {
				t.Fatal(err)
			}
			var state []nn.Named
			for name, a := range golden.State {
				state = append(state, nn.Named{Name: name, Tensor: a.tensor()})
			}
			if _, err := nn.LoadState(model, state, nn.LoadConfig{}); err != nil {
				t.Fatal(err)
			}
			// PyTorch's run decays all parameters, which the estimator does not.
			opt, err := optim.NewAdamW(optim.DefaultAdamW(), &optim.Group{Params: model.Params(), LR: want.LR[0], WeightDecay: golden.Settings.WeightDecay})
			if err != nil {
				t.Fatal(err)
			}
			tape := autograd.NewTape()
			worst := 0.0
			for step := range golden.Settings.Steps {
				batch := golden.Batches[step%len(golden.Batches)]
				tape.Reset()
				loss, err := model.TrainingStep(tape, []*tensor.Tensor{batch.View1.tensor(), batch.View2.tensor()})
				if err != nil {
					t.Fatal(err)
				}
				d := math.Abs(float64(loss.Value().Item()) - want.Loss[step])
				if worst = max(worst, d); d > 1e-4 {
					t.Errorf("step %d: loss %v, want %v", step, loss.Value().Item(), want.Loss[step])
				}
				opt.ZeroGrad()
				loss.Backward()
				if step == 0 {
					checkGrads(t, model, golden.Grads)
				}
				opt.Groups()[0].LR = want.LR[step]
				opt.Step()
			}
			t.Logf("largest difference of a loss: %.2g", worst)

			view := golden.Batches[0].View1.tensor()
			tape.Reset()
			// Before Eval, since it moves the running statistics, as in PyTorch's run.
			eval := model.TransformStep(tape, view).Value().Clone()
			train := encoder.Forward(tape.Const(view), nn.Train).Value()
			checkClose(t, "features in Train", train.Data(), want.FeaturesTrain.Data, 1e-4)
			// The gradient of a bias before BatchNorm is 0 but for rounding, which
			// AdamW makes into steps of its full size; the running mean follows
			// them late. Runs of PyTorch that differ in rounding differ by 7e-3
			// here, Train and Eval by 0.4.
			checkClose(t, "features in Eval", eval.Data(), want.Features.Data, 3e-2)
		})
	}
}

// checkGrads holds the gradients of the first step against PyTorch's.
func checkGrads(t *testing.T, model *ssl.SimCLR, want map[string]array) {
	t.Helper()
	params := make(map[*tensor.Tensor]*autograd.Param)
	for _, p := range model.Params() {
		params[p.Value()] = p
	}
	checked := 0
	for _, s := range nn.State(model) {
		if g, ok := want[s.Name]; ok && !strings.Contains(s.Name, "running") {
			checkClose(t, "gradient of "+s.Name, params[s.Tensor].Grad().Data(), g.Data, 2e-6)
			checked++
		}
	}
	if checked != len(want) || checked != len(params) {
		t.Errorf("%d gradients of %d checked, for %d parameters", checked, len(want), len(params))
	}
}

type goldenEncoder struct{ nn.Sequential }

func (*goldenEncoder) LatentSize() int { return 16 }
