package optim_test

import (
	"math"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/tensor"
)

// TestConfigurationErrors holds that a wrong configuration is an error whose text
// names the optimiser, the field, the value and what was expected.
func TestConfigurationErrors(t *testing.T) {
	w := autograd.NewParam("weight", tensor.New(2, 2))
	b := autograd.NewParam("bias", tensor.New(2))
	group := func(lr, decay float64, params ...*autograd.Param) []*optim.Group {
		return optim.Groups(params, lr, decay)
	}
	good := group(0.1, 0.1, w, b)

	adamw := func(beta1, beta2, eps float64, groups []*optim.Group) func() (optim.Optimizer, error) {
		return func() (optim.Optimizer, error) {
			return optim.NewAdamW(optim.AdamWConfig{Beta1: beta1, Beta2: beta2, Eps: eps}, groups...)
		}
	}
	adam := func(beta1, beta2, eps float64, groups []*optim.Group) func() (optim.Optimizer, error) {
		return func() (optim.Optimizer, error) {
			return optim.NewAdam(optim.AdamConfig{Beta1: beta1, Beta2: beta2, Eps: eps}, groups...)
		}
	}
	sgd := func(momentum float64, nesterov bool, groups []*optim.Group) func() (optim.Optimizer, error) {
		return func() (optim.Optimizer, error) {
			return optim.NewSGD(optim.SGDConfig{Momentum: momentum, Nesterov: nesterov}, groups...)
		}
	}
	lars := func(momentum, trust float64, nesterov bool, groups []*optim.Group) func() (optim.Optimizer, error) {
		return func() (optim.Optimizer, error) {
			return optim.NewLARS(optim.LARSConfig{Momentum: momentum, Nesterov: nesterov, TrustCoefficient: trust}, groups...)
		}
	}
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name string
		make func() (optim.Optimizer, error)
		want string // "" for no error
	}{
		{"AdamW, good", adamw(0.9, 0.999, 1e-8, good), ""},
		{"AdamW, zeros", adamw(0, 0, 0, group(0, 0, w)), ""},
		{"Adam, good", adam(0.9, 0.999, 1e-8, good), ""},
		{"SGD, good", sgd(0.9, true, good), ""},
		{"SGD, zeros", sgd(0, false, group(0, 0, w)), ""},
		{"LARS, good", lars(0.9, 0.001, true, good), ""},
		{"LARS, no momentum", lars(0, 0.001, false, good), ""},
		{"one empty group", sgd(0, false, optim.DecayGroups([]*autograd.Param{w}, 0.1, 0)), ""},

		{"Beta1 is 1", adamw(1, 0.999, 1e-8, good), "optim: AdamW: Beta1 is 1, want a number from 0 to below 1"},
		{"Beta1 is negative", adamw(-0.1, 0.999, 1e-8, good), "optim: AdamW: Beta1 is -0.1, want a number from 0 to below 1"},
		{"Beta2 is NaN", adam(0.9, nan, 1e-8, good), "optim: Adam: Beta2 is NaN, want a number from 0 to below 1"},
		{"Beta2 is above 1", adam(0.9, 1.5, 1e-8, good), "optim: Adam: Beta2 is 1.5, want a number from 0 to below 1"},
		{"Eps is negative", adam(0.9, 0.999, -1e-8, good), "optim: Adam: Eps is -1e-08, want a finite number ≥ 0"},
		{"Eps is NaN", adamw(0.9, 0.999, nan, good), "optim: AdamW: Eps is NaN, want a finite number ≥ 0"},
		{"Momentum is negative", sgd(-1, false, good), "optim: SGD: Momentum is -1, want a finite number ≥ 0"},
		{"Momentum is infinite", sgd(inf, false, good), "optim: SGD: Momentum is +Inf, want a finite number ≥ 0"},
		{"Nesterov without momentum", sgd(0, true, good), "optim: SGD: Nesterov needs a Momentum above 0"},
		{"LARS, Momentum is negative", lars(-1, 0.001, false, good), "optim: LARS: Momentum is -1, want a finite number ≥ 0"},
		{"LARS, Nesterov without momentum", lars(0, 0.001, true, good), "optim: LARS: Nesterov needs a Momentum above 0"},
		{"TrustCoefficient is 0", lars(0.9, 0, false, good), "optim: LARS: TrustCoefficient is 0, want a finite number above 0"},
		{"TrustCoefficient is NaN", lars(0.9, nan, false, good), "optim: LARS: TrustCoefficient is NaN, want a finite number above 0"},
		{"TrustCoefficient is infinite", lars(0.9, inf, false, good), "optim: LARS: TrustCoefficient is +Inf, want a finite number above 0"},
		{"LARS, no groups", lars(0.9, 0.001, false, nil), "optim: LARS: there are no parameters in 0 groups, want at least one"},
		{"LR is NaN", sgd(0, false, group(nan, 0, w)), "optim: SGD: group 0: LR is NaN, want a finite number ≥ 0"},
		{"LR is negative", adamw(0.9, 0.999, 1e-8, group(-1, 0, w)), "optim: AdamW: group 0: LR is -1, want a finite number ≥ 0"},
		{"LR of the second group", sgd(0, false, append(group(1, 0, w), group(inf, 0, b)...)), "optim: SGD: group 1: LR is +Inf, want a finite number ≥ 0"},
		{"WeightDecay is negative", adam(0.9, 0.999, 1e-8, group(1, -0.5, w)), "optim: Adam: group 0: WeightDecay is -0.5, want a finite number ≥ 0"},
		{"WeightDecay is NaN", adamw(0.9, 0.999, 1e-8, group(1, nan, w)), "optim: AdamW: group 0: WeightDecay is NaN, want a finite number ≥ 0"},
		{"a parameter twice in a group", sgd(0, false, group(1, 0, w, b, w)), `optim: SGD: group 0: parameter 2, "weight", is already parameter 0 of group 0`},
		{"a parameter in two groups", adam(0.9, 0.999, 1e-8, append(group(1, 0, w, b), group(1, 0, b)...)), `optim: Adam: group 1: parameter 0, "bias", is already parameter 1 of group 0`},
		{"no groups", adamw(0.9, 0.999, 1e-8, nil), "optim: AdamW: there are no parameters in 0 groups, want at least one"},
		{"no parameters", sgd(0, false, group(1, 0)), "optim: SGD: there are no parameters in 1 groups, want at least one"},
		{"a nil group", sgd(0, false, append(group(1, 0, w), nil)), "optim: SGD: group 1 is nil"},
		{"a nil parameter", sgd(0, false, group(1, 0, w, nil)), "optim: SGD: group 0: parameter 1 is nil"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.make()
			switch {
			case err == nil && c.want != "":
				t.Errorf("no error, want %q", c.want)
			case err != nil && err.Error() != c.want:
				t.Errorf("error %q, want %q", err, c.want)
			}
		})
	}
}
