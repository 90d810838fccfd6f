package optim_test

import (
	"fmt"
	"log"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/tensor"
)

// The first step is lr·η of the parameter's length, however long the gradient is;
// biases, which DecayGroups exempts, take that of SGD.
func ExampleLARS() {
	weight := autograd.NewParam("weight", tensor.FromSlice([]float32{3, 4}, 1, 2))
	bias := autograd.NewParam("bias", tensor.FromSlice([]float32{1}))
	rate := optim.LinearScale(0.3, 4096)
	opt, err := optim.NewLARS(optim.DefaultLARS(), optim.DecayGroups([]*autograd.Param{weight, bias}, rate, 0)...)
	if err != nil {
		log.Fatal(err)
	}
	tape := autograd.NewTape()
	tape.Leaf(weight).BackwardFrom(tensor.FromSlice([]float32{0, 1000}, 1, 2))
	tape.Leaf(bias).BackwardFrom(tensor.FromSlice([]float32{0.01}))
	opt.Step()
	fmt.Printf("learning rate %.1f: weight %.3f, bias %.3f\n", rate, weight.Value().Data(), bias.Value().Data())
	// Output: learning rate 4.8: weight [3.000 3.976], bias [0.952]
}

func ExampleLARSConfig() {
	config := optim.DefaultLARS()
	fmt.Printf("%+v\n", config)
	config.TrustCoefficient = -1
	_, err := optim.NewLARS(config)
	fmt.Println(err)
	// Output:
	// {Momentum:0.9 Nesterov:false TrustCoefficient:0.001}
	// optim: LARS: TrustCoefficient is -1, want a finite number above 0
}

func ExampleSqrtScale() {
	for _, batch := range []int{256, 1024, 4096} {
		fmt.Printf("%d: %.1f linear, %.1f root\n", batch, optim.LinearScale(0.3, batch), optim.SqrtScale(0.075, batch))
	}
	// Output:
	// 256: 0.3 linear, 1.2 root
	// 1024: 1.2 linear, 2.4 root
	// 4096: 4.8 linear, 4.8 root
}

// What an optimiser remembers goes from one to another, and the steps go on as if
// there had been no break.
func ExampleState() {
	w := autograd.NewParam("w", tensor.Scalar(0))
	newAdamW := func() *optim.AdamW {
		opt, err := optim.NewAdamW(optim.DefaultAdamW(), optim.Groups([]*autograd.Param{w}, 0.1, 0)...)
		if err != nil {
			log.Fatal(err)
		}
		return opt
	}
	first := newAdamW()
	minimize(first, 150)
	for _, s := range first.State() {
		fmt.Println(s.Param.Name(), s.Name, s.Tensor.Shape())
	}
	second := newAdamW()
	if err := second.LoadState(first.State()); err != nil {
		log.Fatal(err)
	}
	minimize(second, 150)
	fmt.Printf("w = %.2f\n", w.Value().Item())
	// Output:
	// w step []
	// w exp_avg []
	// w exp_avg_sq []
	// w = 3.00
}
