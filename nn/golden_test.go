package nn_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/tensor"
)

// goldens is testdata/layers.json: what PyTorch's layers compute. The program
// that wrote it, and its description, is autograd/testdata/goldens.py.
type goldens struct {
	BatchNorm1d, BatchNorm2d batchNormGolden
	LayerNorm                struct {
		Eps                           float64
		Weight, Bias, In, Out, Dy, Dx array
		Grads                         map[string]array
	}
	MLP struct {
		State           map[string]array
		In, Out, Dy, Dx array
		Grads           map[string]array
		StateAfter      map[string]array `json:"state_after"`
		EvalOut         array            `json:"eval_out"`
	}
	Init struct {
		Shape             []int
		LinearDefault     spread `json:"linear_default"`
		LinearDefaultBias spread `json:"linear_default_bias"`
		KaimingUniform    spread `json:"kaiming_uniform"`
		KaimingNormal     spread `json:"kaiming_normal"`
		XavierUniform     spread `json:"xavier_uniform"`
		XavierNormal      spread `json:"xavier_normal"`
	}
}

type batchNormGolden struct {
	Eps, Momentum float64
	Weight, Bias  array
	Train         []struct {
		In, Out     array
		RunningMean array `json:"running_mean"`
		RunningVar  array `json:"running_var"`
	}
	Eval struct{ In, Out array }
}

// array is a tensor in JSON.
type array struct {
	Shape []int
	Data  []float32
}

func (a array) tensor() *tensor.Tensor { return tensor.FromSlice(a.Data, a.Shape...) }

// spread is how wide a distribution is: U(−Bound, Bound) or N(0, Std²).
type spread struct{ Bound, Std float64 }

func readGoldens(t *testing.T) (g goldens) {
	t.Helper()
	file, err := os.Open("testdata/layers.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	d := json.NewDecoder(file)
	d.DisallowUnknownFields()
	if err := d.Decode(&g); err != nil {
		t.Fatal(err)
	}
	return g
}

// wantNear fails unless got has want's shape and each element is within
// 2e-6 + 1e-5·|want| of it: some ten roundings of a float32 of its size.
func wantNear(t *testing.T, what string, got *tensor.Tensor, want array) {
	t.Helper()
	if got == nil {
		t.Fatalf("%s: there is none", what)
	}
	if got.Shape() != want.tensor().Shape() {
		t.Fatalf("%s has shape %v, want %v", what, got.Shape(), want.Shape)
	}
	for i, w := range want.Data {
		g := got.Data()[i]
		if !(math.Abs(float64(g)-float64(w)) <= 2e-6+1e-5*math.Abs(float64(w))) {
			t.Errorf("%s: element %d is %v, want %v", what, i, g, w)
		}
	}
}

// forward applies m to x on a tape of its own.
func forward(m nn.Module, x *tensor.Tensor, mode nn.Mode) *tensor.Tensor {
	return m.Forward(autograd.NewEval().Const(x), mode).Value()
}

// set writes x to a parameter.
func set(p *autograd.Param, x array) { tensor.Copy(p.Mutate(), x.tensor()) }

func TestBatchNormGoldens(t *testing.T) {
	all := readGoldens(t)
	for name, g := range map[string]batchNormGolden{"1d": all.BatchNorm1d, "2d": all.BatchNorm2d} {
		t.Run(name, func(t *testing.T) {
			b := nn.NewBatchNorm(len(g.Weight.Data))
			if b.Stats.Eps != g.Eps || b.Stats.Momentum != g.Momentum {
				t.Errorf("Eps and Momentum are %v and %v, want %v and %v", b.Stats.Eps, b.Stats.Momentum, g.Eps, g.Momentum)
			}
			set(b.Weight, g.Weight)
			set(b.Bias, g.Bias)
			if len(g.Train) == 0 {
				t.Fatal("no training steps")
			}
			for i, step := range g.Train {
				at := fmt.Sprintf(" of step %d", i)
				wantNear(t, "the value"+at, forward(b, step.In.tensor(), nn.Train), step.Out)
				wantNear(t, "the running mean"+at, b.Stats.RunningMean, step.RunningMean)
				wantNear(t, "the running variance"+at, b.Stats.RunningVar, step.RunningVar)
			}
			wantNear(t, "the value in Eval", forward(b, g.Eval.In.tensor(), nn.Eval), g.Eval.Out)
			last := g.Train[len(g.Train)-1]
			wantNear(t, "the running mean after Eval", b.Stats.RunningMean, last.RunningMean)
			wantNear(t, "the running variance after Eval", b.Stats.RunningVar, last.RunningVar)
		})
	}
}

func TestLayerNormGolden(t *testing.T) {
	g := readGoldens(t).LayerNorm
	l := nn.NewLayerNorm(len(g.Weight.Data))
	if l.Eps != g.Eps {
		t.Errorf("Eps is %v, want %v", l.Eps, g.Eps)
	}
	set(l.Weight, g.Weight)
	set(l.Bias, g.Bias)
	for _, mode := range []nn.Mode{nn.Train, nn.Eval} {
		t.Run(mode.String(), func(t *testing.T) {
			x := autograd.NewParam("x", g.In.tensor())
			y := l.Forward(autograd.NewTape().Leaf(x), mode)
			wantNear(t, "the value", y.Value(), g.Out)
			l.Weight.ZeroGrad()
			l.Bias.ZeroGrad()
			y.BackwardFrom(g.Dy.tensor())
			wantNear(t, "the gradient of the input", x.Grad(), g.Dx)
			for _, p := range l.Params() {
				wantNear(t, "the gradient of "+p.Name(), p.Grad(), g.Grads[p.Name()])
			}
		})
	}
}

// TestMLPGolden loads PyTorch's state under PyTorch's names, and compares a
// training pass, its gradients and an evaluation.
func TestMLPGolden(t *testing.T) {
	g := readGoldens(t).MLP
	net := nn.Sequential{
		nn.NewLinear(5, 8, true, newRand(1)), nn.NewBatchNorm(8), nn.ReLU(), nn.NewLinear(8, 3, true, newRand(2)),
	}
	var state []nn.Named
	for name, x := range g.State {
		state = append(state, nn.Named{Name: name, Tensor: x.tensor()})
	}
	if _, err := nn.LoadState(net, state, nn.LoadConfig{}); err != nil {
		t.Fatal(err)
	}

	x := autograd.NewParam("x", g.In.tensor())
	y := net.Forward(autograd.NewTape().Leaf(x), nn.Train)
	wantNear(t, "the value", y.Value(), g.Out)
	y.BackwardFrom(g.Dy.tensor())
	wantNear(t, "the gradient of the input", x.Grad(), g.Dx)
	compared := 0
	for i, m := range net {
		for _, p := range m.Params() {
			name := fmt.Sprintf("%d.%s", i, p.Name())
			wantNear(t, "the gradient of "+name, p.Grad(), g.Grads[name])
			compared++
		}
	}
	if compared != len(g.Grads) {
		t.Errorf("%d gradients were compared, the golden has %d", compared, len(g.Grads))
	}

	after := make(map[string]*tensor.Tensor)
	for _, s := range nn.State(net) {
		after[s.Name] = s.Tensor
	}
	for name, want := range g.StateAfter {
		wantNear(t, name+" after the pass", after[name], want)
	}
	wantNear(t, "the value in Eval", forward(net, g.In.tensor(), nn.Eval), g.EvalOut)
}
