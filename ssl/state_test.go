package ssl_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/tensor"
)

// copyState returns what a file would hold of a state.
func copyState(state []nn.Named) []nn.Named {
	state = slices.Clone(state)
	for i := range state {
		state[i].Tensor = state[i].Tensor.Clone()
	}
	return state
}

func equalState(a, b []nn.Named) bool {
	return slices.EqualFunc(a, b, func(a, b nn.Named) bool {
		return a.Name == b.Name && a.Tensor.Shape() == b.Tensor.Shape() && slices.Equal(a.Tensor.Data(), b.Tensor.Data())
	})
}

// TestResume holds that two epochs, a state saved and loaded by another model, and
// two more epochs are the same as four, to the bit.
func TestResume(t *testing.T) {
	train, val := clusters(5, 16, 12), clusters(2, 16, 12)
	for name, change := range map[string]func(*ssl.Config){
		"the defaults": func(*ssl.Config) {},
		"SGD":          func(c *ssl.Config) { c.Optimizer, c.WarmupEpochs = newSGD, 1 },
		"everything":   everything,
		"early stop":   func(c *ssl.Config) { c.EarlyStop = ssl.EarlyStop{Patience: 2, MinImprovement: 10} },
	} {
		t.Run(name, func(t *testing.T) {
			whole := newModel(t, change)
			if err := whole.Fit(t.Context(), train, val); err != nil {
				t.Fatal(err)
			}

			var saved []nn.Named
			first := newModel(t, func(c *ssl.Config) {
				change(c)
				c.Callbacks = []ssl.Callback{func(_ context.Context, model *ssl.SimCLR, e *ssl.Epoch) error {
					if e.Epoch < 1 {
						return nil
					}
					saved = copyState(model.State())
					return ssl.ErrStop
				}}
			})
			if err := first.Fit(t.Context(), train, val); err != nil {
				t.Fatal(err)
			}
			slices.Reverse(saved) // the order does not count
			var epochs []int
			second := newModel(t, func(c *ssl.Config) {
				c.RandomState = 9 // other weights, which are overwritten
				change(c)
				c.OnEpoch = func(e ssl.Epoch) error { epochs = append(epochs, e.Epoch); return nil }
			})
			if err := second.LoadState(saved); err != nil {
				t.Fatal(err)
			}
			if _, err := second.Transform(t.Context(), train.single()); err != nil {
				t.Errorf("Transform after LoadState: %v", err)
			}
			if err := second.Fit(t.Context(), train, val); err != nil {
				t.Fatal(err)
			}
			if !equalState(second.State(), whole.State()) {
				t.Error("2+2 epochs end with another state than 4")
			}
			if want := []int{2, 3}; name != "early stop" && !slices.Equal(epochs, want) {
				t.Errorf("epochs %v after the break, want %v", epochs, want)
			}

			// Fit once more begins a new training, with the weights there are.
			epochs = nil
			if err := second.Fit(t.Context(), train, val); err != nil {
				t.Fatal(err)
			}
			if len(epochs) == 0 || epochs[0] != 0 {
				t.Errorf("epochs %v of another Fit, want them from 0", epochs)
			}
		})
	}
}

func TestStateNames(t *testing.T) {
	model := newModel(t, func(c *ssl.Config) { c.EMA = 0.9 })
	if err := model.Fit(t.Context(), clusters(2, 8, 12), nil); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range model.State() {
		names = append(names, s.Name)
	}
	for _, want := range []string{
		"encoder.0.weight", "encoder.1.running_mean", "head.0.bias", "epoch", "early_stop.best", "early_stop.wait",
		"optimizer.encoder.0.weight.step", "optimizer.encoder.0.weight.exp_avg", "optimizer.head.2.bias.exp_avg_sq",
		"ema.encoder.0.weight", "ema.encoder.1.running_mean", "ema.head.2.bias",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("the state has no %q; it has %v", want, names)
		}
	}
	network := len(nn.State(model))
	if want := 2*network + 3*len(model.Params()) + 3; len(names) != want {
		t.Errorf("%d tensors, want %d", len(names), want)
	}
}

// TestStateBeforeFit holds that a state of a model that was not trained is one.
func TestStateBeforeFit(t *testing.T) {
	model := newModel(t, nil)
	other := newModel(t, func(c *ssl.Config) { c.RandomState = 9 })
	if err := other.LoadState(model.State()); err != nil {
		t.Fatal(err)
	}
	if !equalState(other.State(), model.State()) {
		t.Error("the state after LoadState is another one")
	}
}

func TestLoadStateErrors(t *testing.T) {
	model := newModel(t, func(c *ssl.Config) { c.EMA = 0.9 })
	if err := model.Fit(t.Context(), clusters(2, 8, 12), nil); err != nil {
		t.Fatal(err)
	}
	saved := copyState(model.State())
	without := func(name string) []nn.Named {
		return slices.DeleteFunc(slices.Clone(saved), func(s nn.Named) bool { return s.Name == name })
	}
	with := func(name string, x *tensor.Tensor) []nn.Named {
		return append(without(name), nn.Named{Name: name, Tensor: x})
	}
	for _, c := range []struct {
		name  string
		state []nn.Named
		want  string
	}{
		{"nothing", nil, `"epoch" is missing`},
		{"only the network", nn.State(model), `"epoch" is missing`},
		{"no best", without("early_stop.best"), `"early_stop.best" is missing`},
		{"epochs twice", append(slices.Clone(saved), nn.Named{Name: "epoch", Tensor: tensor.Scalar(1)}), `"epoch" is there twice`},
		{"epochs of a shape", with("epoch", tensor.New(1)), `"epoch" is not a scalar`},
		{"no tensor", with("epoch", nil), `"epoch" is not a scalar`},
		{"half an epoch", with("epoch", tensor.Scalar(1.5)), `"epoch" is 1.5; expected a whole number`},
		{"fewer than no validations", with("early_stop.wait", tensor.Scalar(-1)), `"early_stop.wait" is -1; expected a whole number`},
		{"epochs beyond all", with("epoch", tensor.Scalar(1e30)), `"epoch" is 1e+30; expected`},
		{"a weight missing", without("head.0.weight"), `nn: LoadState: "head.0.weight" is missing`},
		{"a weight of another shape", with("head.0.weight", tensor.New(2)), `"head.0.weight" has shape [2] instead of [16 16]`},
		{"a name", with("decoder.weight", tensor.New(2)), `"decoder.weight" is unexpected`},
		{"an average missing", without("ema.head.0.weight"), `"ema.": nn: LoadState: "head.0.weight" is missing`},
		{"memory missing", without("optimizer.head.0.weight.exp_avg"), `"exp_avg" is missing`},
		{"memory of no parameter", with("optimizer.head.9.weight.exp_avg", tensor.New(2)), `"optimizer.head.9.weight.exp_avg" is unexpected: the network has no parameter "head.9.weight"`},
		{"memory of running statistics", with("optimizer.encoder.1.running_mean.exp_avg", tensor.New(2)), `the network has no parameter "encoder.1.running_mean"`},
		{"memory without a name", with("optimizer.", tensor.New(2)), `"optimizer." is unexpected`},
		{"memory of another kind", with("optimizer.head.0.weight.momentum_buffer", tensor.New(16, 16)), `"momentum_buffer" is unexpected`},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := model.LoadState(c.state)
			if err == nil || !strings.HasPrefix(err.Error(), "ssl: LoadState: ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v does not say %s", err, c.want)
			}
			if !equalState(model.State(), saved) {
				t.Error("the error has changed the state")
			}
		})
	}
	plain := newModel(t, nil)
	if err := plain.LoadState(saved); err == nil || !strings.Contains(err.Error(), `is unexpected: Config.EMA is 0`) {
		t.Errorf("an average that was not asked for: error %v", err)
	}
	if err := model.LoadState(saved); err != nil {
		t.Errorf("the whole state: error %v", err)
	}
}
