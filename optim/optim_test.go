package optim_test

import (
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/tensor"
)

// setGrad makes g the gradient of p, by way of a backward pass that has nothing
// else to do.
func setGrad(tape *autograd.Tape, p *autograd.Param, g *tensor.Tensor) {
	p.ZeroGrad()
	tape.Reset()
	tape.Leaf(p).BackwardFrom(g)
}

// optimizers are the optimisers in all their modes, for what holds of each.
var optimizers = []struct {
	name string
	make func(groups ...*optim.Group) (optim.Optimizer, error)
}{
	{"AdamW", func(g ...*optim.Group) (optim.Optimizer, error) { return optim.NewAdamW(optim.DefaultAdamW(), g...) }},
	{"Adam", func(g ...*optim.Group) (optim.Optimizer, error) { return optim.NewAdam(optim.DefaultAdam(), g...) }},
	{"SGD", func(g ...*optim.Group) (optim.Optimizer, error) { return optim.NewSGD(optim.DefaultSGD(), g...) }},
	{"SGD momentum", func(g ...*optim.Group) (optim.Optimizer, error) {
		return optim.NewSGD(optim.SGDConfig{Momentum: 0.9}, g...)
	}},
	{"SGD Nesterov", func(g ...*optim.Group) (optim.Optimizer, error) {
		return optim.NewSGD(optim.SGDConfig{Momentum: 0.9, Nesterov: true}, g...)
	}},
	// At trust coefficient 1, it moves a parameter as fast as the others do.
	{"LARS", func(g ...*optim.Group) (optim.Optimizer, error) {
		return optim.NewLARS(optim.LARSConfig{Momentum: 0.9, TrustCoefficient: 1}, g...)
	}},
	{"LARS Nesterov", func(g ...*optim.Group) (optim.Optimizer, error) {
		return optim.NewLARS(optim.LARSConfig{Momentum: 0.9, Nesterov: true, TrustCoefficient: 1}, g...)
	}},
}

func forEachOptimizer(t *testing.T, test func(t *testing.T, create func(groups ...*optim.Group) optim.Optimizer)) {
	for _, o := range optimizers {
		t.Run(o.name, func(t *testing.T) {
			test(t, func(groups ...*optim.Group) optim.Optimizer {
				opt, err := o.make(groups...)
				if err != nil {
					t.Fatal(err)
				}
				return opt
			})
		})
	}
}

func TestStepCount(t *testing.T) {
	forEachOptimizer(t, func(t *testing.T, create func(...*optim.Group) optim.Optimizer) {
		p := autograd.NewParam("w", tensor.Scalar(1))
		opt := create(optim.Groups([]*autograd.Param{p}, 0.1, 0)...).(interface {
			Step()
			StepCount() int
		})
		for want := range 3 {
			if got := opt.StepCount(); got != want {
				t.Errorf("after %d steps: StepCount() = %d", want, got)
			}
			opt.Step()
		}
	})
}

func TestStepSkipsParametersWithoutGradient(t *testing.T) {
	forEachOptimizer(t, func(t *testing.T, create func(...*optim.Group) optim.Optimizer) {
		tape, one := autograd.NewTape(), tensor.Scalar(1)
		used := autograd.NewParam("used", tensor.Scalar(1))
		unused := autograd.NewParam("unused", tensor.Scalar(1))
		opt := create(optim.Groups([]*autograd.Param{unused, used}, 0.1, 0.1)...)

		loss := tape.Leaf(unused)
		opt.Step() // no gradients at all
		loss.Backward()
		opt.ZeroGrad()
		for _, p := range []*autograd.Param{used, unused} {
			if p.Grad() != nil {
				t.Errorf("%s has a gradient after ZeroGrad", p.Name())
			}
		}
		setGrad(tape, used, one)
		opt.Step()
		if got := unused.Value().Item(); got != 1 {
			t.Errorf("the parameter without gradient went from 1 to %v", got)
		}
		first := used.Value().Item()
		if first >= 1 {
			t.Errorf("the parameter with gradient 1 went from 1 to %v", first)
		}

		// The late one takes its first step now, as if it were new.
		opt.ZeroGrad()
		setGrad(tape, unused, one)
		opt.Step()
		if got := unused.Value().Item(); got != first {
			t.Errorf("first step of the late parameter: %v, want %v", got, first)
		}
		if got := used.Value().Item(); got != first {
			t.Errorf("the early parameter went from %v to %v without a gradient", first, got)
		}
	})
}

func TestStepMarksParametersAsChanged(t *testing.T) {
	forEachOptimizer(t, func(t *testing.T, create func(...*optim.Group) optim.Optimizer) {
		tape := autograd.NewTape()
		p := autograd.NewParam("w", tensor.Scalar(1))
		opt := create(optim.Groups([]*autograd.Param{p}, 0.1, 0)...)
		loss := tape.Leaf(p)
		loss.Backward()
		opt.Step()
		defer func() {
			if _, ok := recover().(*autograd.ChangedError); !ok {
				t.Error("a Backward after Step did not panic with a *autograd.ChangedError")
			}
		}()
		loss.Backward()
	})
}

func TestGroupsMayChangeBetweenSteps(t *testing.T) {
	forEachOptimizer(t, func(t *testing.T, create func(...*optim.Group) optim.Optimizer) {
		tape, one := autograd.NewTape(), tensor.Scalar(1)
		head := autograd.NewParam("head", tensor.Scalar(1))
		body := autograd.NewParam("body", tensor.Scalar(1))
		opt := create(optim.Groups([]*autograd.Param{head}, 0.1, 0)...)
		g := opt.Groups()[0]

		g.LR = 0
		setGrad(tape, head, one)
		opt.Step()
		if got := head.Value().Item(); got != 1 {
			t.Errorf("with learning rate 0, Step went from 1 to %v", got)
		}
		g.LR = 0.1
		g.Params = append(g.Params, body) // unfreeze
		setGrad(tape, body, one)
		opt.Step()
		if got := body.Value().Item(); got >= 1 {
			t.Errorf("the parameter added to the group went from 1 to %v", got)
		}
		opt.ZeroGrad()
		if body.Grad() != nil {
			t.Error("the parameter added to the group has a gradient after ZeroGrad")
		}
	})
}

func TestDecayGroups(t *testing.T) {
	var params []*autograd.Param
	for name, dims := range map[string][]int{"matrix": {2, 3}, "kernel": {4, 3, 2, 2}, "bias": {3}, "scale": {}} {
		params = append(params, autograd.NewParam(name, tensor.New(dims...)))
	}
	groups := optim.DecayGroups(params, 0.5, 0.25)
	if len(groups) != 2 {
		t.Fatalf("%d groups, want 2", len(groups))
	}
	for i, want := range []struct {
		names  []string
		decay  float64
		exempt bool
	}{{[]string{"kernel", "matrix"}, 0.25, false}, {[]string{"bias", "scale"}, 0, true}} {
		var names []string
		for _, p := range groups[i].Params {
			names = append(names, p.Name())
		}
		slices.Sort(names)
		if !slices.Equal(names, want.names) || groups[i].WeightDecay != want.decay || groups[i].LR != 0.5 {
			t.Errorf("group %d: %v with decay %v, rate %v; want %v with decay %v, rate 0.5", i, names, groups[i].WeightDecay, groups[i].LR, want.names, want.decay)
		}
		if groups[i].NoAdaptation != want.exempt {
			t.Errorf("group %d: NoAdaptation is %v, want %v", i, groups[i].NoAdaptation, want.exempt)
		}
	}
}
