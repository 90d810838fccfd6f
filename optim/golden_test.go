package optim_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/tensor"
)

// goldens is testdata/optim.json, made by autograd/testdata/goldens.py, which
// describes it.
type goldens struct {
	Problem map[string]struct{ Start, A, Target array }
	Cases   []struct {
		Name        string
		Optimizer   string
		LR          []float64
		WeightDecay []float64 `json:"weight_decay"`
		Betas       [2]float64
		Eps         float64
		Momentum    float64
		Nesterov    bool
		Trust       float64 `json:"trust_coefficient"`
		Exempt      []bool  `json:"no_adaptation"`
		State       map[string]map[string]array
		Trajectory  []struct {
			Step         int
			Weight, Bias array
		}
	}
	Cosine []struct {
		Base   float64 `json:"base_lr"`
		EtaMin float64 `json:"eta_min"`
		TMax   int     `json:"t_max"`
		LR     []float64
	}
	WarmupCosine []struct {
		Base          float64 `json:"base_lr"`
		Start         float64 `json:"start_lr"`
		Min           float64 `json:"min_lr"`
		Warmup, Total int
		LR            []float64
	} `json:"warmup_cosine"`
	Clip []struct {
		Name           string
		MaxNorm        float64 `json:"max_norm"`
		Grads, Clipped []array
		Norm           float64
	}
}

type array struct {
	Shape []int
	Data  []float32
}

// tensor returns a tensor with elements of its own.
func (a array) tensor() *tensor.Tensor {
	return tensor.FromSlice(slices.Clone(a.Data), a.Shape...)
}

func readGoldens(t *testing.T) (g goldens) {
	t.Helper()
	text, err := os.ReadFile("testdata/optim.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// TestAgainstPyTorch follows 50 steps of every optimiser.
//
// The tolerance: PyTorch ran in float64, this runs in float32. The factor 1 − lr·λ
// is off by up to 2⁻²⁵ the same way at each step, which makes 50·2⁻²⁵ ≈ 1.5e-6 for
// a parameter of size 1. What else is rounded goes either way, by up to 2⁻²⁴ each
// time: about √50·2⁻²⁴ ≈ 4e-7.
func TestAgainstPyTorch(t *testing.T) {
	const tolerance = 2e-6
	g := readGoldens(t)
	for _, c := range g.Cases {
		t.Run(c.Name, func(t *testing.T) {
			names := []string{"weight", "bias"}
			params := make([]*autograd.Param, len(names))
			groups := make([]*optim.Group, len(names))
			for i, name := range names {
				params[i] = autograd.NewParam(name, g.Problem[name].Start.tensor())
				groups[i] = &optim.Group{Params: params[i : i+1], LR: c.LR[i], WeightDecay: c.WeightDecay[i]}
			}
			var opt optim.Optimizer
			var err error
			switch c.Optimizer {
			case "AdamW":
				opt, err = optim.NewAdamW(optim.AdamWConfig{Beta1: c.Betas[0], Beta2: c.Betas[1], Eps: c.Eps}, groups...)
			case "Adam":
				opt, err = optim.NewAdam(optim.AdamConfig{Beta1: c.Betas[0], Beta2: c.Betas[1], Eps: c.Eps}, groups...)
			case "SGD":
				opt, err = optim.NewSGD(optim.SGDConfig{Momentum: c.Momentum, Nesterov: c.Nesterov}, groups...)
			case "LARS":
				for i, exempt := range c.Exempt {
					groups[i].NoAdaptation = exempt
				}
				opt, err = optim.NewLARS(optim.LARSConfig{Momentum: c.Momentum, Nesterov: c.Nesterov, TrustCoefficient: c.Trust}, groups...)
			default:
				t.Fatalf("no optimiser %q", c.Optimizer)
			}
			if err != nil {
				t.Fatal(err)
			}

			tape := autograd.NewTape()
			step := 0
			for _, want := range c.Trajectory {
				for ; step < want.Step; step++ {
					for i, name := range names {
						problem := g.Problem[name]
						grad := problem.A.tensor()
						for j, w := range params[i].Value().Data() {
							grad.Data()[j] *= w - problem.Target.Data[j]
						}
						setGrad(tape, params[i], grad)
					}
					opt.Step()
				}
				for i, w := range [][]float32{want.Weight.Data, want.Bias.Data} {
					for j, got := range params[i].Value().Data() {
						if d := math.Abs(float64(got) - float64(w[j])); !(d <= tolerance) {
							t.Errorf("step %d: %s[%d] = %v, want %v (off by %.1e)", want.Step, names[i], j, got, w[j], d)
						}
					}
				}
			}
			if step != 50 {
				t.Errorf("the trajectory has %d steps, want 50", step)
			}
			checkState(t, opt, c.State, tolerance)
		})
	}
}

// checkState holds the optimiser's state against the state_dict of PyTorch's, by
// names of parameters, and that all of it is there.
func checkState(t *testing.T, opt optim.Optimizer, want map[string]map[string]array, tolerance float64) {
	t.Helper()
	missing := 0
	for _, tensors := range want {
		missing += len(tensors)
	}
	for _, s := range opt.State() {
		w, ok := want[s.Param.Name()][s.Name]
		if !ok || !slices.Equal(w.Shape, s.Tensor.Shape().Dims()) {
			t.Errorf("state %s of %s with shape %v, want %v", s.Name, s.Param.Name(), s.Tensor.Shape(), w.Shape)
			continue
		}
		missing--
		for i, got := range s.Tensor.Data() {
			if d := math.Abs(float64(got) - float64(w.Data[i])); !(d <= 2*tolerance) {
				t.Errorf("state %s of %s: element %d is %v, want %v", s.Name, s.Param.Name(), i, got, w.Data[i])
			}
		}
	}
	if missing != 0 {
		t.Errorf("%d tensors of the state are missing", missing)
	}
}
