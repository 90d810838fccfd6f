package nn_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/tensor"
)

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
	if _, err := nn.LoadState(to, state, nn.LoadConfig{}); err != nil {
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
	if _, err := nn.LoadState(m, nn.State(m), nn.LoadConfig{}); err != nil {
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
		{"twice", with(0, named("1.bias", 4)), `nn: LoadState: "1.bias" is there twice`},
		{"wrong shape", with(1, named("1.running_var", 5)), `nn: LoadState: "1.running_var" has shape [5] instead of [4]`},
		{"wrong rank, same size", with(1, named("1.running_var", 2, 2)), `nn: LoadState: "1.running_var" has shape [2 2] instead of [4]`},
		{"all at once", with(2, named("1.running_mean", 3), named("y", 4), named("x", 1)),
			`nn: LoadState: "1.running_var" is missing; "x" is unexpected; "y" is unexpected; "1.running_mean" has shape [3] instead of [4]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := nn.Sequential{nn.NewLinear(3, 4, true, newRand(1)), nn.NewBatchNorm(4)}
			before := snapshot(m)
			_, err := nn.LoadState(m, c.state, nn.LoadConfig{})
			if err == nil || err.Error() != c.want {
				t.Errorf("got error %v, want %s", err, c.want)
			}
			if !equalStates(nn.State(m), before) {
				t.Error("the state has changed")
			}
		})
	}
}

// TestLoadStateLenient loads into a network of zeros: what fits is 1 afterwards.
func TestLoadStateLenient(t *testing.T) {
	one := func(name string, dims ...int) nn.Named {
		x := tensor.New(dims...)
		tensor.Fill(x, 1)
		return nn.Named{Name: name, Tensor: x}
	}
	all := []nn.Named{one("0.weight", 4, 3), one("0.bias", 4), one("1.weight", 4), one("1.bias", 4)}
	under := func(prefix string, more ...nn.Named) []nn.Named {
		state := slices.Clone(all)
		for i := range state {
			state[i].Name = prefix + state[i].Name
		}
		return append(state, more...)
	}
	names := []string{"0.weight", "0.bias", "1.weight", "1.bias"}
	strict, lenient := nn.LoadConfig{}, nn.LoadConfig{Lenient: true}
	for _, c := range []struct {
		name   string
		state  []nn.Named
		config nn.LoadConfig
		loaded []string
		diff   string // of Differences
		err    string
	}{
		{"all", all, lenient, names, "", ""},
		{"PyTorch's counters", under("", one("1.num_batches_tracked"), one("num_batches_tracked")), strict, names, "", ""},
		{"PyTorch's counters, lenient", under("", one("1.num_batches_tracked")), lenient, names, "", ""},
		{"missing", all[1:3], lenient, names[1:3], `"0.weight" is missing; "1.bias" is missing`, ""},
		{"unexpected", under("", one("head.weight", 2)), lenient, names, `"head.weight" is unexpected`, ""},
		{"wrong shape", append([]nn.Named{one("0.weight", 3, 4)}, all[1:]...), lenient, names[1:], `"0.weight" has shape [3 4] instead of [4 3]`, ""},
		{"twice", under("", all[0]), lenient, nil, "", `nn: LoadState: "0.weight" is there twice`},
		{"nothing fits", under("module."), lenient, nil,
			`"0.weight" is missing; "0.bias" is missing; "1.weight" is missing; "1.bias" is missing; ` +
				`"module.0.bias" is unexpected; "module.0.weight" is unexpected; "module.1.bias" is unexpected; "module.1.weight" is unexpected`,
			`nn: LoadState: "0.weight" is missing; "0.bias" is missing; "1.weight" is missing; "1.bias" is missing; ` +
				`"module.0.bias" is unexpected; "module.0.weight" is unexpected; "module.1.bias" is unexpected; "module.1.weight" is unexpected`},
		{"prefix", under("module.encoder.", one("module.head.0.weight", 2), one("0.weight", 9)), nn.LoadConfig{Prefix: "module.encoder."}, names, "", ""},
		{"prefix, unexpected below it", under("f.", one("f.fc.weight", 2)), nn.LoadConfig{Prefix: "f."}, nil, `"fc.weight" is unexpected`, `nn: LoadState: "fc.weight" is unexpected`},
		{"prefix, lenient", under("f.", one("f.fc.weight", 2))[2:], nn.LoadConfig{Prefix: "f.", Lenient: true}, names[2:],
			`"0.weight" is missing; "0.bias" is missing; "fc.weight" is unexpected`, ""},
		{"wrong prefix", under("f."), nn.LoadConfig{Prefix: "backbone.", Lenient: true}, nil,
			`"0.weight" is missing; "0.bias" is missing; "1.weight" is missing; "1.bias" is missing`,
			`nn: LoadState: none of the 4 names starts with the prefix "backbone."`},
		{"twice with the prefix", under("f.", under("f.")...), nn.LoadConfig{Prefix: "f."}, nil, "", `nn: LoadState: "f.0.weight" is there twice`},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := nn.Sequential{nn.NewLinear(3, 4, true, newRand(1)), nn.NewLayerNorm(4)}
			for _, p := range m.Params() {
				nn.Constant(p, 0)
			}
			d, err := nn.LoadState(m, c.state, c.config)
			if got := d.String(); got != c.diff || d.Empty() != (c.diff == "") {
				t.Errorf("the differences are %s, want %s", got, c.diff)
			}
			if (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
				t.Errorf("got error %v, want %s", err, c.err)
			}
			var loaded []string
			for _, s := range nn.State(m) {
				if s.Tensor.Data()[0] == 1 {
					loaded = append(loaded, s.Name)
				}
			}
			if !slices.Equal(loaded, c.loaded) {
				t.Errorf("%q were loaded, want %q", loaded, c.loaded)
			}
		})
	}
}

// TestLoadStateIntoNothing: a module without state fits its empty state.
func TestLoadStateIntoNothing(t *testing.T) {
	if _, err := nn.LoadState(nn.ReLU(), nil, nn.LoadConfig{Lenient: true}); err != nil {
		t.Error(err)
	}
}

// TestLoadStateMarksAsChanged: a Backward of a pass from before must not mix the
// loaded values with the former ones.
func TestLoadStateMarksAsChanged(t *testing.T) {
	l := nn.NewLinear(3, 1, true, newRand(1))
	loss := l.Forward(autograd.NewTape().Const(tensor.New(1, 3)), nn.Train)
	if _, err := nn.LoadState(l, snapshot(l), nn.LoadConfig{}); err != nil {
		t.Fatal(err)
	}
	var changed *autograd.ChangedError
	if err := caught(t, loss.Backward); !errors.As(err, &changed) {
		t.Errorf("Backward panicked with %v, want a *ChangedError", err)
	}
}
