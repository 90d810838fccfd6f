package nn_test

import (
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/tensor"
)

func TestSequential(t *testing.T) {
	double := nn.Func(func(x autograd.Var) autograd.Var { return autograd.Scale(x, 2) })
	increment := nn.Func(func(x autograd.Var) autograd.Var { return autograd.AddScalar(x, 1) })
	x := tensor.FromSlice([]float32{1, 2}, 2)
	for _, c := range []struct {
		name string
		s    nn.Sequential
		want []float32
	}{
		{"none", nil, []float32{1, 2}},
		{"one", nn.Sequential{double}, []float32{2, 4}},
		{"in order", nn.Sequential{double, increment}, []float32{3, 5}},
		{"nested", nn.Sequential{increment, nn.Sequential{double, increment}}, []float32{5, 7}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if y := forward(c.s, x, nn.Eval); !slices.Equal(y.Data(), c.want) {
				t.Errorf("got %v, want %v", y.Data(), c.want)
			}
		})
	}
}

// TestModeReachesEveryLayer looks at what differs between the modes: only Train
// moves the running mean.
func TestModeReachesEveryLayer(t *testing.T) {
	b := nn.NewBatchNorm(2)
	mlp, err := nn.NewMLP(nn.MLPConfig{In: 2, Widths: []int{2}, BatchNorm: true, ActivateLast: true}, newRand(1))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		m    nn.Module
		norm nn.Module
	}{
		{"BatchNorm", b, b},
		{"Sequential", nn.Sequential{nn.Sequential{b}}, b},
		{"MLP", mlp, mlp.Sequential[1]},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := snapshot(c.norm)
			forward(c.m, normal(1, 4, 2), nn.Eval)
			if !equalStates(nn.State(c.norm), before) {
				t.Error("Eval has changed the running statistics")
			}
			forward(c.m, normal(1, 4, 2), nn.Train)
			if equalStates(nn.State(c.norm), before) {
				t.Error("Train has not changed the running statistics")
			}
		})
	}
}

func TestNewMLP(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(c *nn.MLPConfig)
		state  []string
		params int
	}{
		{"default", func(*nn.MLPConfig) {}, []string{"0.weight", "0.bias", "2.weight", "2.bias"}, 6*5 + 5 + 5*3 + 3},
		{"one layer", func(c *nn.MLPConfig) { c.Widths = []int{3} }, []string{"0.weight", "0.bias"}, 6*3 + 3},
		{"no bias", func(c *nn.MLPConfig) { c.Bias = false }, []string{"0.weight", "2.weight"}, 6*5 + 5*3},
		{"no activation", func(c *nn.MLPConfig) { c.Activation = "" }, []string{"0.weight", "0.bias", "1.weight", "1.bias"}, 6*5 + 5 + 5*3 + 3},
		{"BatchNorm", func(c *nn.MLPConfig) { c.BatchNorm = true }, []string{
			"0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "3.weight", "3.bias",
		}, 6*5 + 5 + 2*5 + 5*3 + 3},
		{"BatchNorm, active at the end", func(c *nn.MLPConfig) { c.BatchNorm, c.ActivateLast = true, true }, []string{
			"0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var",
			"3.weight", "3.bias", "4.weight", "4.bias", "4.running_mean", "4.running_var",
		}, 6*5 + 5 + 2*5 + 5*3 + 3 + 2*3},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := nn.DefaultMLP(6, 5, 3)
			c.change(&config)
			m, err := nn.NewMLP(config, newRand(1))
			if err != nil {
				t.Fatal(err)
			}
			if got := stateNames(m); !slices.Equal(got, c.state) {
				t.Errorf("the state is %v, want %v", got, c.state)
			}
			if got := nn.NumParams(m); got != c.params {
				t.Errorf("%d values are learned, want %d", got, c.params)
			}
			if got := m.LatentSize(); got != 3 {
				t.Errorf("the latent size is %d, want 3", got)
			}
			y := forward(m, normal(1, 4, 2, 3), nn.Train) // images of 2×3 pixels
			if y.Shape() != tensor.MakeShape(4, 3) {
				t.Fatalf("the shape of the result is %v, want [4 3]", y.Shape())
			}
			if got := slices.Min(y.Data()) >= 0; got != config.ActivateLast {
				t.Errorf("no value is negative: %v, want %v", got, config.ActivateLast)
			}
			wantShapeError(t, "autograd: Linear", func() { forward(m, tensor.New(4, 7), nn.Eval) })
			wantShapeError(t, "nn: Flatten: expected [N, ...]: [6]", func() { forward(m, tensor.New(6), nn.Eval) })
		})
	}
}

func TestNewMLPErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		config nn.MLPConfig
		want   string
	}{
		{"zero value", nn.MLPConfig{}, "nn: MLPConfig.In is 0; an input has a width of 1 or more"},
		{"negative input", nn.DefaultMLP(-3, 5), "nn: MLPConfig.In is -3; an input has a width of 1 or more"},
		{"no layers", nn.DefaultMLP(6), "nn: MLPConfig.Widths is empty; a network has one layer or more"},
		{"width 0", nn.DefaultMLP(6, 5, 0), "nn: MLPConfig.Widths[1] is 0; a layer has a width of 1 or more"},
		{"activation", nn.MLPConfig{In: 1, Widths: []int{1}, Activation: "ReLU"}, `nn: MLPConfig.Activation is "ReLU"; it is empty or one of gelu, leaky_relu, relu, sigmoid, softplus, tanh`},
		{"negative width", nn.DefaultMLP(6, -5, 3), "nn: MLPConfig.Widths[0] is -5; a layer has a width of 1 or more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := nn.NewMLP(c.config, newRand(1))
			if m != nil || err == nil || err.Error() != c.want {
				t.Errorf("got %v and error %v, want %q", m, err, c.want)
			}
		})
	}
}

// TestMLPActivations holds each activation that a configuration can name against its
// formula.
func TestMLPActivations(t *testing.T) {
	formulas := map[string]func(x float64) float64{
		"":           func(x float64) float64 { return x },
		"relu":       func(x float64) float64 { return max(x, 0) },
		"leaky_relu": func(x float64) float64 { return max(x, 0) + 0.01*min(x, 0) },
		"gelu":       func(x float64) float64 { return x * (1 + math.Erf(x/math.Sqrt2)) / 2 },
		"tanh":       math.Tanh,
		"sigmoid":    func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
		"softplus":   func(x float64) float64 { return math.Log1p(math.Exp(x)) },
	}
	if got := len(nn.Activations()); got != len(formulas)-1 {
		t.Errorf("%d activations have names, %d are tested", got, len(formulas)-1)
	}
	for name, f := range formulas {
		m, err := nn.NewMLP(nn.MLPConfig{In: 1, Widths: []int{1}, Activation: name, ActivateLast: true}, newRand(1))
		if err != nil {
			t.Fatal(err)
		}
		nn.Constant(m.Params()[0], 1)
		x := tensor.FromSlice([]float32{-2, -0.5, 0, 0.25, 3}, 5, 1)
		for i, y := range forward(m, x, nn.Eval).Data() {
			if want := f(float64(x.Data()[i])); !(math.Abs(float64(y)-want) <= 1e-6) {
				t.Errorf("%q of %v is %v, want %v", name, x.Data()[i], y, want)
			}
		}
	}
}

func TestNewMLPIsDeterministic(t *testing.T) {
	build := func(seed uint64) []nn.Named {
		m, err := nn.NewMLP(nn.DefaultMLP(6, 5, 3), newRand(seed))
		if err != nil {
			t.Fatal(err)
		}
		return nn.State(m)
	}
	if !equalStates(build(1), build(1)) {
		t.Error("the same seed gave different networks")
	}
	if equalStates(build(1), build(2)) {
		t.Error("another seed gave the same network")
	}
}

// TestConcurrentEval is for the race detector: evaluation only reads a network.
func TestConcurrentEval(t *testing.T) {
	c := nn.DefaultMLP(64, 128, 10)
	c.BatchNorm = true
	m, err := nn.NewMLP(c, newRand(1))
	if err != nil {
		t.Fatal(err)
	}
	net := nn.Sequential{m, nn.NewLayerNorm(10), nn.NewDropout(0.5, newRand(2))}
	x := normal(1, 128, 64)
	want := forward(net, x, nn.Eval)
	results := make([]*tensor.Tensor, 4)
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() { results[i] = forward(net, x, nn.Eval) })
	}
	all.Wait()
	for i, y := range results {
		if !slices.Equal(y.Data(), want.Data()) {
			t.Errorf("goroutine %d has another result", i)
		}
	}
}
