package optim_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/tensor"
)

// TestStateContinues holds that 2+3 steps, with the state carried over to another
// optimiser between, are the same as 5, to the bit: also for a parameter that has
// its first gradient only then, and with the state in another order.
func TestStateContinues(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 0))
	start, grads := randomTensor(r, 3, 4), randomTensor(r, 5, 3, 4)
	forEachOptimizer(t, func(t *testing.T, create func(...*optim.Group) optim.Optimizer) {
		newParams := func() []*autograd.Param {
			return []*autograd.Param{autograd.NewParam("early", start.Clone()), autograd.NewParam("late", start.Clone())}
		}
		groups := func(params []*autograd.Param) []*optim.Group { return optim.DecayGroups(params, 1e-2, 1e-2) }
		run := func(opt optim.Optimizer, params []*autograd.Param, from, to int) {
			tape := autograd.NewTape()
			for i := from; i < to; i++ {
				setGrad(tape, params[0], grads.Slice(i, i+1).Reshape(3, 4))
				if i >= 2 {
					setGrad(tape, params[1], grads.Slice(i, i+1).Reshape(3, 4))
				}
				opt.Step()
			}
		}
		whole := newParams()
		run(create(groups(whole)...), whole, 0, 5)

		params := newParams()
		first := create(groups(params)...)
		run(first, params, 0, 2)
		state := first.State()
		slices.Reverse(state)
		second := create(groups(params)...)
		if err := second.LoadState(state); err != nil {
			t.Fatal(err)
		}
		for _, s := range state { // the tensors were copied
			tensor.Fill(s.Tensor, float32(math.NaN()))
		}
		run(second, params, 2, 5)
		for i, p := range params {
			if !slices.Equal(p.Value().Data(), whole[i].Value().Data()) {
				t.Errorf("%s: %v after 2+3 steps, %v after 5", p.Name(), p.Value(), whole[i].Value())
			}
		}

		// An empty state is that of the beginning.
		if err := second.LoadState(nil); err != nil {
			t.Fatal(err)
		}
		if s := second.State(); len(s) != 0 {
			t.Errorf("%d tensors after loading none", len(s))
		}
	})
}

// TestLoadStateErrors holds that a state that cannot be right changes nothing, and
// that the error says what is wrong with it.
func TestLoadStateErrors(t *testing.T) {
	w, b := autograd.NewParam("weight", tensor.New(2, 3)), autograd.NewParam("bias", tensor.New(3))
	stranger := autograd.NewParam("stranger", tensor.New(3))
	params := []*autograd.Param{w, b}
	adamw, err := optim.NewAdamW(optim.DefaultAdamW(), optim.DecayGroups(params, 0.1, 0)...)
	if err != nil {
		t.Fatal(err)
	}
	sgd, err := optim.NewSGD(optim.DefaultSGD(), optim.Groups(params, 0.1, 0)...)
	if err != nil {
		t.Fatal(err)
	}
	lars, err := optim.NewLARS(optim.DefaultLARS(), optim.Groups(params, 0.1, 0)...)
	if err != nil {
		t.Fatal(err)
	}
	setGrad(autograd.NewTape(), w, tensor.New(2, 3))
	adamw.Step()
	lars.Step()

	step := func(v float64) optim.State {
		return optim.State{Param: b, Name: "step", Tensor: tensor.Scalar(float32(v))}
	}
	avg := optim.State{Param: b, Name: "exp_avg", Tensor: tensor.New(3)}
	sq := optim.State{Param: b, Name: "exp_avg_sq", Tensor: tensor.New(3)}
	for _, c := range []struct {
		name  string
		opt   optim.Optimizer
		state []optim.State
		want  string
	}{
		{"a stranger", adamw, []optim.State{{Param: stranger, Name: "step"}}, `optim: AdamW: LoadState: the parameter of tensor 0, "step", is in none of the groups`},
		{"no parameter", adamw, []optim.State{step(1), {Name: "exp_avg"}}, `optim: AdamW: LoadState: the parameter of tensor 1, "exp_avg", is in none of the groups`},
		{"another optimiser's", adamw, []optim.State{{Param: w, Name: "momentum_buffer", Tensor: tensor.New(2, 3)}}, `optim: AdamW: LoadState: group 0: parameter 0, "weight": "momentum_buffer" is unexpected, want step, exp_avg, exp_avg_sq`},
		{"for no momentum", sgd, []optim.State{{Param: w, Name: "momentum_buffer", Tensor: tensor.New(2, 3)}}, `optim: SGD: LoadState: group 0: parameter 0, "weight": "momentum_buffer" is unexpected, want none`},
		{"a part missing", adamw, []optim.State{step(1), sq}, `optim: AdamW: LoadState: group 1: parameter 0, "bias": "exp_avg" is missing`},
		{"a part twice", adamw, []optim.State{step(1), avg, sq, avg}, `optim: AdamW: LoadState: group 1: parameter 0, "bias": "exp_avg" is there twice`},
		{"no tensor", lars, []optim.State{{Param: b, Name: "momentum_buffer"}}, `optim: LARS: LoadState: group 0: parameter 1, "bias": "momentum_buffer" is nil, want a tensor`},
		{"another shape", lars, []optim.State{{Param: b, Name: "momentum_buffer", Tensor: tensor.New(4)}}, `optim: LARS: LoadState: group 0: parameter 1, "bias": "momentum_buffer" has shape [4], want [3]`},
		{"a step that is no scalar", adamw, []optim.State{{Param: b, Name: "step", Tensor: tensor.New(1)}}, `optim: AdamW: LoadState: group 1: parameter 0, "bias": "step" has shape [1], want []`},
		{"half a step", adamw, []optim.State{step(1.5), avg, sq}, `"step" is 1.5, want a whole number from 0 to 16777216`},
		{"a step before the first", adamw, []optim.State{step(-1), avg, sq}, `"step" is -1, want`},
		{"a step beyond all", adamw, []optim.State{step(1e30), avg, sq}, `"step" is 1e+30, want`},
		{"a step that is no number", adamw, []optim.State{step(math.NaN()), avg, sq}, `"step" is NaN, want`},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := len(c.opt.State())
			if err := c.opt.LoadState(c.state); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %s", err, c.want)
			}
			if after := len(c.opt.State()); after != before {
				t.Errorf("%d tensors of state, before the error there were %d", after, before)
			}
		})
	}
}
