package optim_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/tensor"
)

// Linear regression: from 64 noisy points, find the plane they were made from.
func Example() {
	r := rand.New(rand.NewPCG(1, 0))
	x, y := tensor.New(64, 2), tensor.New(64, 1)
	for i := range 64 {
		a, b := r.NormFloat64(), r.NormFloat64()
		x.Set(float32(a), i, 0)
		x.Set(float32(b), i, 1)
		y.Set(float32(2*a-3*b+0.5+0.01*r.NormFloat64()), i, 0)
	}

	weight := autograd.NewParam("weight", tensor.New(1, 2))
	bias := autograd.NewParam("bias", tensor.New(1))
	params := []*autograd.Param{weight, bias}
	opt, err := optim.NewAdamW(optim.DefaultAdamW(), optim.DecayGroups(params, 0.1, 1e-4)...)
	if err != nil {
		log.Fatal(err)
	}
	const steps = 200
	scheduler := optim.NewScheduler(opt, func(base float64) optim.Schedule {
		return optim.CosineAnnealingLR{Base: base, TMax: steps}
	})

	tape := autograd.NewTape()
	for range steps {
		tape.Reset()
		prediction := autograd.Linear(tape.Const(x), tape.Leaf(weight), tape.Leaf(bias))
		loss := autograd.MSE(prediction, tape.Const(y))
		opt.ZeroGrad()
		loss.Backward()
		optim.ClipGradNorm(params, 1)
		opt.Step()
		scheduler.Step()
	}
	fmt.Printf("y = %.1f·a %+.1f·b %+.1f\n", weight.Value().At(0, 0), weight.Value().At(0, 1), bias.Value().At(0))
	// Output: y = 2.0·a -3.0·b +0.5
}

// minimize takes steps down the parabola (w − 3)², from w = 0.
func minimize(opt optim.Optimizer, steps int) {
	tape := autograd.NewTape()
	w := opt.Groups()[0].Params[0]
	for range steps {
		tape.Reset()
		loss := autograd.Pow(autograd.AddScalar(tape.Leaf(w), -3), 2)
		opt.ZeroGrad()
		loss.Backward()
		opt.Step()
	}
}

func ExampleOptimizer() {
	for _, name := range []string{"AdamW", "SGD"} {
		w := autograd.NewParam("w", tensor.Scalar(0))
		group := &optim.Group{Params: []*autograd.Param{w}, LR: 0.1}
		var opt optim.Optimizer
		var err error
		if name == "SGD" {
			opt, err = optim.NewSGD(optim.DefaultSGD(), group)
		} else {
			opt, err = optim.NewAdamW(optim.DefaultAdamW(), group)
		}
		if err != nil {
			log.Fatal(err)
		}
		minimize(opt, 200)
		fmt.Printf("%s finds %.2f\n", name, w.Value().Item())
	}
	// Output:
	// AdamW finds 3.00
	// SGD finds 3.00
}

func ExampleAdamW() {
	w := autograd.NewParam("w", tensor.Scalar(0))
	opt, err := optim.NewAdamW(optim.DefaultAdamW(), optim.Groups([]*autograd.Param{w}, 0.1, 0.01)...)
	if err != nil {
		log.Fatal(err)
	}
	minimize(opt, 300)
	fmt.Printf("%d steps: w = %.1f\n", opt.StepCount(), w.Value().Item())
	// Output: 300 steps: w = 3.0
}

func ExampleAdamWConfig() {
	cfg := optim.DefaultAdamW()
	cfg.Beta2 = 1.5
	_, err := optim.NewAdamW(cfg)
	fmt.Println(err)
	// Output: optim: AdamW: Beta2 is 1.5, want a number from 0 to below 1
}

// The first step of Adam is as long as the learning rate, however long the
// gradient is.
func ExampleAdam() {
	w := autograd.NewParam("w", tensor.Scalar(0))
	opt, err := optim.NewAdam(optim.DefaultAdam(), optim.Groups([]*autograd.Param{w}, 0.1, 0)...)
	if err != nil {
		log.Fatal(err)
	}
	minimize(opt, 1)
	fmt.Printf("after 1 step: %.2f\n", w.Value().Item())
	minimize(opt, 300)
	fmt.Printf("after 301 steps: %.2f\n", w.Value().Item())
	// Output:
	// after 1 step: 0.10
	// after 301 steps: 3.00
}

func ExampleAdamConfig() {
	fmt.Printf("%+v\n", optim.DefaultAdam())
	// Output: {Beta1:0.9 Beta2:0.999 Eps:1e-08}
}

// A step of plain SGD is lr·gradient; momentum makes the next ones longer.
func ExampleSGD() {
	for _, cfg := range []optim.SGDConfig{{}, {Momentum: 0.9}} {
		w := autograd.NewParam("w", tensor.Scalar(0))
		opt, err := optim.NewSGD(cfg, optim.Groups([]*autograd.Param{w}, 0.01, 0)...)
		if err != nil {
			log.Fatal(err)
		}
		minimize(opt, 1)
		fmt.Printf("momentum %.1f: %.2f after 1 step, ", cfg.Momentum, w.Value().Item())
		minimize(opt, 9)
		fmt.Printf("%.2f after 10\n", w.Value().Item())
	}
	// Output:
	// momentum 0.0: 0.06 after 1 step, 0.55 after 10
	// momentum 0.9: 0.06 after 1 step, 2.08 after 10
}

func ExampleSGDConfig() {
	_, err := optim.NewSGD(optim.SGDConfig{Nesterov: true})
	fmt.Println(err)
	// Output: optim: SGD: Nesterov needs a Momentum above 0
}

// A body that was trained before learns slowly, its new head fast.
func ExampleGroup() {
	body := autograd.NewParam("body.weight", tensor.New(4, 4))
	head := autograd.NewParam("head.weight", tensor.New(2, 4))
	opt, err := optim.NewSGD(optim.SGDConfig{Momentum: 0.9},
		&optim.Group{Params: []*autograd.Param{body}, LR: 1e-3, WeightDecay: 1e-4},
		&optim.Group{Params: []*autograd.Param{head}, LR: 1e-1},
	)
	if err != nil {
		log.Fatal(err)
	}
	for _, g := range opt.Groups() {
		fmt.Println(g.Params[0].Name(), g.LR, g.WeightDecay)
	}
	// Output:
	// body.weight 0.001 0.0001
	// head.weight 0.1 0
}

func ExampleDecayGroups() {
	params := []*autograd.Param{
		autograd.NewParam("weight", tensor.New(2, 3)),
		autograd.NewParam("bias", tensor.New(2)),
	}
	for _, g := range optim.DecayGroups(params, 1e-3, 1e-2) {
		fmt.Println(g.Params[0].Name(), g.WeightDecay)
	}
	// Output:
	// weight 0.01
	// bias 0
}

// halving is a schedule of one's own.
type halving struct{ base float64 }

func (h halving) At(step int) float64 { return h.base / float64(int(1)<<step) }

func ExampleSchedule() {
	for _, s := range []optim.Schedule{optim.ConstantLR(0.8), halving{0.8}} {
		fmt.Println(s.At(0), s.At(1), s.At(2))
	}
	// Output:
	// 0.8 0.8 0.8
	// 0.8 0.4 0.2
}

func ExampleConstantLR() {
	fmt.Println(optim.ConstantLR(3e-4).At(1000))
	// Output: 0.0003
}

func ExampleCosineAnnealingLR() {
	s := optim.CosineAnnealingLR{Base: 1, EtaMin: 0.02, TMax: 4}
	for step := range 6 {
		fmt.Printf("%.3f ", s.At(step))
	}
	fmt.Println()
	// Output: 1.000 0.856 0.510 0.164 0.020 0.164
}

func ExampleWarmupCosine() {
	s := optim.WarmupCosine{Start: 1e-6, Base: 3e-4, Warmup: 3, Total: 10}
	for step := range 12 {
		fmt.Printf("%.6g\n", s.At(step))
	}
	// Output:
	// 1e-06
	// 0.0001505
	// 0.0003
	// 0.0003
	// 0.000285145
	// 0.000243523
	// 0.000183378
	// 0.000116622
	// 5.64765e-05
	// 1.48547e-05
	// 0
	// 0
}

func ExampleScheduler() {
	w := autograd.NewParam("w", tensor.Scalar(0))
	opt, err := optim.NewSGD(optim.DefaultSGD(), optim.Groups([]*autograd.Param{w}, 0.2, 0)...)
	if err != nil {
		log.Fatal(err)
	}
	scheduler := optim.NewScheduler(opt, func(base float64) optim.Schedule {
		return optim.CosineAnnealingLR{Base: base, TMax: 2}
	})
	for range 3 {
		fmt.Printf("%.1f ", opt.Groups()[0].LR)
		minimize(opt, 1)
		scheduler.Step()
	}
	fmt.Println()
	// Output: 0.2 0.1 0.0
}

func ExampleClipGradNorm() {
	w := autograd.NewParam("w", tensor.New(2))
	tape := autograd.NewTape()
	tape.Leaf(w).BackwardFrom(tensor.FromSlice([]float32{30, 40}))

	fmt.Printf("norm %.0f, ", optim.ClipGradNorm([]*autograd.Param{w}, 5))
	fmt.Printf("clipped to %.2f\n", w.Grad().Data())
	// Output: norm 50, clipped to [3.00 4.00]
}
