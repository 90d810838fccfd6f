package nn_test

import (
	"errors"
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
			if err := nn.LoadState(c.m, snapshot(c.m)); err != nil {
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

func TestLoadStateRoundTrip(t *testing.T) {
	from, to := newBlock(1), newBlock(2)
	forward(from, normal(1, 5, 3), nn.Train) // so that the running statistics have moved
	nn.Constant(from.temperature, 0.5)
	tensor.Fill(from.steps, 7)

	x := normal(2, 5, 3)
	want := forward(from, x, nn.Eval)
	if got := forward(to, x, nn.Eval); slices.Equal(got.Data(), want.Data()) {
		t.Fatal("the networks are equal before loading")
	}
	state := snapshot(from)
	slices.Reverse(state) // the order of a checkpoint does not matter
	if err := nn.LoadState(to, state); err != nil {
		t.Fatal(err)
	}
	if got := forward(to, x, nn.Eval); !slices.Equal(got.Data(), want.Data()) {
		t.Errorf("the result is %v after loading, want %v", got.Data(), want.Data())
	}
	for _, given := range state {
		tensor.Fill(given.Tensor, 99) // it was copied, so this changes nothing
	}
	if !equalStates(nn.State(to), nn.State(from)) {
		t.Error("the states differ after loading")
	}
}

func TestLoadStateOfItself(t *testing.T) {
	m := newBlock(1)
	before := snapshot(m)
	if err := nn.LoadState(m, nn.State(m)); err != nil {
		t.Fatal(err)
	}
	if !equalStates(nn.State(m), before) {
		t.Error("the state has changed")
	}
}

func TestLoadStateErrors(t *testing.T) {
	named := func(name string, dims ...int) nn.Named { return nn.Named{Name: name, Tensor: tensor.New(dims...)} }
	good := []nn.Named{
		named("0.weight", 4, 3), named("0.bias", 4),
		named("1.weight", 4), named("1.bias", 4), named("1.running_mean", 4), named("1.running_var", 4),
	}
	// with returns the good state without the last n of it, and with more.
	with := func(n int, more ...nn.Named) []nn.Named { return slices.Concat(good[:len(good)-n], more) }

	for _, c := range []struct {
		name  string
		state []nn.Named
		want  string
	}{
		{"missing", with(1), `nn: LoadState: "1.running_var" is missing`},
		{"nil tensor", with(1, nn.Named{Name: "1.running_var"}), `nn: LoadState: "1.running_var" is missing`},
		{"unexpected", with(0, named("2.weight", 4)), `nn: LoadState: "2.weight" is unexpected`},
		{"unexpected nil", with(0, nn.Named{Name: "2.weight"}), `nn: LoadState: "2.weight" is unexpected`},
		{"PyTorch's counter", with(0, named("1.num_batches_tracked")), `nn: LoadState: "1.num_batches_tracked" is unexpected`},
		{"twice", with(0, named("1.bias", 4)), `nn: LoadState: "1.bias" is there twice`},
		{"wrong shape", with(1, named("1.running_var", 5)), `nn: LoadState: "1.running_var" has shape [5] instead of [4]`},
		{"wrong rank, same size", with(1, named("1.running_var", 2, 2)), `nn: LoadState: "1.running_var" has shape [2 2] instead of [4]`},
		{"all at once", with(2, named("1.running_mean", 3), named("0.bias", 4), named("x", 1)),
			`nn: LoadState: "0.bias" is there twice; "1.running_mean" has shape [3] instead of [4]; "1.running_var" is missing; "x" is unexpected`},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := nn.Sequential{nn.NewLinear(3, 4, true, newRand(1)), nn.NewBatchNorm(4)}
			before := snapshot(m)
			err := nn.LoadState(m, c.state)
			if err == nil || err.Error() != c.want {
				t.Errorf("got error %v, want %s", err, c.want)
			}
			if !equalStates(nn.State(m), before) {
				t.Error("the state has changed")
			}
		})
	}
}

// TestLoadStateMarksAsChanged: a Backward of a pass from before must not mix the
// loaded values with the former ones.
func TestLoadStateMarksAsChanged(t *testing.T) {
	l := nn.NewLinear(3, 1, true, newRand(1))
	loss := l.Forward(autograd.NewTape().Const(tensor.New(1, 3)), nn.Train)
	if err := nn.LoadState(l, snapshot(l)); err != nil {
		t.Fatal(err)
	}
	var changed *autograd.ChangedError
	if err := caught(t, loss.Backward); !errors.As(err, &changed) {
		t.Errorf("Backward panicked with %v, want a *ChangedError", err)
	}
}
