package nn_test

import (
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/tensor"
)

func stateNames(m nn.Module) (names []string) {
	for _, s := range nn.State(m) {
		names = append(names, s.Name)
	}
	return names
}

// snapshot returns a copy of the state of m.
func snapshot(m nn.Module) []nn.Named {
	state := nn.State(m)
	for i := range state {
		state[i].Tensor = state[i].Tensor.Clone()
	}
	return state
}

func equalStates(a, b []nn.Named) bool {
	return slices.EqualFunc(a, b, func(a, b nn.Named) bool {
		return a.Name == b.Name && a.Tensor.Shape() == b.Tensor.Shape() && slices.Equal(a.Tensor.Data(), b.Tensor.Data())
	})
}

// block is a container with parameters and a buffer of its own around those of
// its children, as a user may write one.
type block struct {
	nn.Sequential
	temperature *autograd.Param
	steps       *tensor.Tensor
}

func newBlock(seed uint64) *block {
	return &block{
		nn.Sequential{nn.NewLinear(3, 4, true, newRand(seed)), nn.NewBatchNorm(4), nn.Sequential{nn.ReLU(), nn.NewLayerNorm(4)}},
		autograd.NewParam("temperature", tensor.New(1)),
		tensor.New(),
	}
}

func (b *block) Params() []*autograd.Param {
	return append([]*autograd.Param{b.temperature}, b.Sequential.Params()...)
}

func (b *block) Buffers() []nn.Named { return []nn.Named{{Name: "steps", Tensor: b.steps}} }

func (b *block) Children() []nn.Child {
	return []nn.Child{{Name: "body", Module: b.Sequential[:2]}, {Name: "tail", Module: b.Sequential[2]}}
}

// opaque hides what is inside a module, as one without Children does.
type opaque struct{ m nn.Module }

func (o opaque) Forward(x autograd.Var, mode nn.Mode) autograd.Var { return o.m.Forward(x, mode) }
func (o opaque) Params() []*autograd.Param                         { return o.m.Params() }

func TestStateNames(t *testing.T) {
	r := newRand(1)
	tied := nn.NewLinear(3, 3, true, r)
	for _, c := range []struct {
		name   string
		m      nn.Module
		want   []string
		params int
	}{
		{"Linear", nn.NewLinear(3, 4, true, r), []string{"weight", "bias"}, 3*4 + 4},
		{"Linear without bias", nn.NewLinear(3, 4, false, r), []string{"weight"}, 3 * 4},
		{"BatchNorm", nn.NewBatchNorm(4), []string{"weight", "bias", "running_mean", "running_var"}, 2 * 4},
		{"LayerNorm", nn.NewLayerNorm(4), []string{"weight", "bias"}, 2 * 4},
		{"activation", nn.ReLU(), nil, 0},
		{"Dropout", nn.NewDropout(0.5, r), nil, 0},
		{"nested", nn.Sequential{nn.ReLU(), nn.Sequential{nn.ReLU(), nn.NewLayerNorm(4)}}, []string{"1.1.weight", "1.1.bias"}, 2 * 4},
		{"container with parameters and a buffer", newBlock(1), []string{
			"temperature", "steps",
			"body.0.weight", "body.0.bias", "body.1.weight", "body.1.bias", "body.1.running_mean", "body.1.running_var",
			"tail.1.weight", "tail.1.bias",
		}, 1 + 3*4 + 4 + 2*4 + 2*4},
		{"container in a container", nn.Sequential{newBlock(1)}, []string{
			"0.temperature", "0.steps",
			"0.body.0.weight", "0.body.0.bias", "0.body.1.weight", "0.body.1.bias", "0.body.1.running_mean", "0.body.1.running_var",
			"0.tail.1.weight", "0.tail.1.bias",
		}, 1 + 3*4 + 4 + 2*4 + 2*4},
		{"module without Children", nn.Sequential{opaque{nn.NewLinear(3, 4, true, r)}}, []string{"0.weight", "0.bias"}, 3*4 + 4},
		{"a module twice", nn.Sequential{tied, nn.ReLU(), tied}, []string{"0.weight", "0.bias", "2.weight", "2.bias"}, 3*3 + 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := stateNames(c.m); !slices.Equal(got, c.want) {
				t.Errorf("the state is %q, want %q", got, c.want)
			}
			if got := nn.NumParams(c.m); got != c.params {
				t.Errorf("%d values are learned, want %d", got, c.params)
			}
			if _, err := nn.LoadState(c.m, snapshot(c.m), nn.LoadConfig{}); err != nil {
				t.Errorf("the state does not fit its own module: %v", err)
			}
		})
	}
}

func TestStateIsTheModulesOwn(t *testing.T) {
	b := nn.NewBatchNorm(2)
	for i, want := range []*tensor.Tensor{b.Weight.Value(), b.Bias.Value(), b.Stats.RunningMean, b.Stats.RunningVar} {
		if s := nn.State(b)[i]; s.Tensor != want {
			t.Errorf("%q is not the module's tensor", s.Name)
		}
	}
}

func TestStateWithEqualNamesPanics(t *testing.T) {
	m := opaque{nn.Sequential{nn.NewLayerNorm(2), nn.NewLayerNorm(2)}}
	defer func() {
		const want = `nn: State: two tensors of a nn_test.opaque are named "weight"`
		if got := recover(); got != want {
			t.Errorf("panicked with %v, want %s", got, want)
		}
	}()
	nn.State(m)
}
