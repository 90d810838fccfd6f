package nn_test

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/tensor"
)

// The exclusive or, which no single layer can compute, learned by plain gradient
// descent.
func Example() {
	x := tensor.FromSlice([]float32{0, 0, 0, 1, 1, 0, 1, 1}, 4, 2)
	labels := []int{0, 1, 1, 0}

	r := rand.New(rand.NewPCG(1, 0))
	net := nn.Sequential{nn.NewLinear(2, 8, true, r), nn.Tanh(), nn.NewLinear(8, 2, true, r)}

	const steps, learningRate = 500, 0.5
	tape := autograd.NewTape()
	for step := range steps + 1 {
		tape.Reset()
		loss := autograd.CrossEntropy(net.Forward(tape.Const(x), nn.Train), labels)
		if step == 0 || step == steps {
			fmt.Printf("step %3d: loss below 0.01: %v\n", step, loss.Value().Item() < 0.01)
		}
		for _, p := range net.Params() {
			p.ZeroGrad()
		}
		loss.Backward()
		for _, p := range net.Params() {
			tensor.Axpy(p.Mutate(), -learningRate, p.Grad())
		}
	}

	predicted := make([]int, 4)
	tensor.ArgMax(predicted, net.Forward(autograd.NewEval().Const(x), nn.Eval).Value(), 1)
	fmt.Println(predicted)
	// Output:
	// step   0: loss below 0.01: false
	// step 500: loss below 0.01: true
	// [0 1 1 0]
}

func ExampleMode() {
	d := nn.NewDropout(0.5, rand.New(rand.NewPCG(1, 0)))
	tape := autograd.NewEval()
	x := tape.Const(tensor.FromSlice([]float32{1, 2, 3, 4, 5, 6}, 6))

	zeros := 0
	for _, v := range d.Forward(x, nn.Train).Value().Data() {
		if v == 0 {
			zeros++
		}
	}
	fmt.Println(nn.Train, "drops some:", zeros > 0)
	fmt.Println(nn.Eval, "drops none:", d.Forward(x, nn.Eval).Value().Data())
	// Output:
	// Train drops some: true
	// Eval drops none: [1 2 3 4 5 6]
}

func ExampleLinear() {
	l := nn.NewLinear(3, 2, true, rand.New(rand.NewPCG(1, 0)))
	copy(l.Weight.Mutate().Data(), []float32{1, 0, 0, 0, 1, 1})
	copy(l.Bias.Mutate().Data(), []float32{10, 20})

	x := autograd.NewEval().Const(tensor.FromSlice([]float32{1, 2, 3}, 1, 3))
	fmt.Println(l.Forward(x, nn.Eval).Value().Data())
	// Output: [11 25]
}

func ExampleBatchNorm() {
	b := nn.NewBatchNorm(2)
	b.Stats.Eps = 0
	b.Stats.Momentum = 0.5
	x := autograd.NewEval().Const(tensor.FromSlice([]float32{
		1, 10,
		3, 10,
		1, 14,
		3, 14,
	}, 4, 2))
	fmt.Println(b.Forward(x, nn.Train).Value().Data())
	fmt.Println("running mean", b.Stats.RunningMean.Data())
	// Output:
	// [-1 -1 1 -1 -1 1 1 1]
	// running mean [1 6]
}

func ExampleLayerNorm() {
	l := nn.NewLayerNorm(4)
	l.Eps = 0
	x := autograd.NewEval().Const(tensor.FromSlice([]float32{
		1, 3, 1, 3,
		100, 100, 104, 104,
	}, 2, 4))
	fmt.Println(l.Forward(x, nn.Train).Value().Data())
	// Output: [-1 1 -1 1 -1 -1 1 1]
}

func ExampleDropout() {
	d := nn.NewDropout(0.75, rand.New(rand.NewPCG(1, 0)))
	x := tensor.New(10_000)
	tensor.Fill(x, 1)
	y := d.Forward(autograd.NewEval().Const(x), nn.Train).Value().Data()
	fmt.Println("a value becomes", slices.Min(y), "or", slices.Max(y))

	var sum float64
	for _, v := range y {
		sum += float64(v)
	}
	fmt.Printf("the mean stays %.1f\n", sum/10_000)
	// Output:
	// a value becomes 0 or 4
	// the mean stays 1.0
}

func ExampleFunc() {
	square := nn.Func(func(x autograd.Var) autograd.Var { return autograd.Mul(x, x) })
	net := nn.Sequential{nn.ReLU(), square}

	x := autograd.NewEval().Const(tensor.FromSlice([]float32{-2, -1, 1, 2}, 4))
	fmt.Println(net.Forward(x, nn.Eval).Value().Data())
	// Output: [0 0 1 4]
}

func ExampleFlatten() {
	r := rand.New(rand.NewPCG(1, 0))
	net := nn.Sequential{nn.Flatten(), nn.NewLinear(28*28, 10, true, r)}

	images := autograd.NewEval().Const(tensor.New(32, 1, 28, 28))
	fmt.Println(net.Forward(images, nn.Eval).Shape())
	// Output: [32 10]
}

func ExampleSequential() {
	r := rand.New(rand.NewPCG(1, 0))
	net := nn.Sequential{
		nn.NewLinear(784, 512, true, r),
		nn.NewBatchNorm(512),
		nn.ReLU(),
		nn.NewLinear(512, 10, true, r),
	}
	for _, s := range nn.State(net) {
		fmt.Println(s.Name, s.Tensor.Shape())
	}
	// Output:
	// 0.weight [512 784]
	// 0.bias [512]
	// 1.weight [512]
	// 1.bias [512]
	// 1.running_mean [512]
	// 1.running_var [512]
	// 3.weight [10 512]
	// 3.bias [10]
}

func ExampleMLP() {
	r := rand.New(rand.NewPCG(1, 0))
	encoder, err := nn.NewMLP(nn.DefaultMLP(784, 512, 256), r)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("latent size", encoder.LatentSize())
	fmt.Println("parameters", nn.NumParams(encoder))

	images := autograd.NewEval().Const(tensor.New(32, 28, 28))
	fmt.Println("features", encoder.Forward(images, nn.Eval).Shape())
	// Output:
	// latent size 256
	// parameters 533248
	// features [32 256]
}

func ExampleMLPConfig() {
	r := rand.New(rand.NewPCG(1, 0))
	c := nn.DefaultMLP(784, 512, 256)
	c.BatchNorm = true
	c.Activation = "gelu"
	net, err := nn.NewMLP(c, r)
	fmt.Println(len(net.Sequential), "modules, error", err)

	c.Widths[1] = 0
	_, err = nn.NewMLP(c, r)
	fmt.Println(err)
	// Output:
	// 4 modules, error <nil>
	// nn: MLPConfig.Widths[1] is 0; a layer has a width of 1 or more
}

func ExampleNamed() {
	for _, s := range nn.State(nn.NewBatchNorm(2)) {
		fmt.Println(s.Name, s.Tensor.Data())
	}
	// Output:
	// weight [1 1]
	// bias [0 0]
	// running_mean [0 0]
	// running_var [1 1]
}

func ExampleChild() {
	net := nn.Sequential{nn.NewLayerNorm(2), nn.Tanh()}
	for _, c := range net.Children() {
		fmt.Printf("%s: %T with %d values to learn\n", c.Name, c.Module, nn.NumParams(c.Module))
	}
	// Output:
	// 0: *nn.LayerNorm with 4 values to learn
	// 1: nn.Func with 0 values to learn
}

func ExampleLoadState() {
	pretrained := nn.NewLinear(2, 1, true, rand.New(rand.NewPCG(1, 0)))
	l := nn.NewLinear(2, 1, true, rand.New(rand.NewPCG(2, 0)))

	_, err := nn.LoadState(l, nn.State(pretrained), nn.LoadConfig{})
	fmt.Println(err)
	fmt.Println(slices.Equal(l.Weight.Value().Data(), pretrained.Weight.Value().Data()))

	_, err = nn.LoadState(l, []nn.Named{{Name: "weight", Tensor: tensor.New(1, 3)}}, nn.LoadConfig{})
	fmt.Println(err)
	// Output:
	// <nil>
	// true
	// nn: LoadState: "bias" is missing; "weight" has shape [1 3] instead of [1 2]
}

// The encoder out of a checkpoint of a whole model.
func ExampleLoadConfig() {
	checkpoint := []nn.Named{
		{Name: "module.encoder.weight", Tensor: tensor.FromSlice([]float32{3, 4}, 1, 2)},
		{Name: "module.encoder.bias", Tensor: tensor.FromSlice([]float32{5}, 1)},
		{Name: "module.head.weight", Tensor: tensor.New(8, 1)},
	}
	l := nn.NewLinear(2, 1, true, rand.New(rand.NewPCG(1, 0)))
	_, err := nn.LoadState(l, checkpoint, nn.LoadConfig{Prefix: "module.encoder."})
	fmt.Println(l.Weight.Value().Data(), l.Bias.Value().Data(), err)
	// Output: [3 4] [5] <nil>
}

// A pretrained network under a new last layer of another width.
func ExampleDifferences() {
	r := rand.New(rand.NewPCG(1, 0))
	pretrained := nn.Sequential{nn.NewLinear(4, 8, true, r), nn.ReLU(), nn.NewLinear(8, 1000, true, r)}
	net := nn.Sequential{nn.NewLinear(4, 8, true, r), nn.ReLU(), nn.NewLinear(8, 10, false, r)}
	d, err := nn.LoadState(net, nn.State(pretrained), nn.LoadConfig{Lenient: true})
	fmt.Println(d, err)
	fmt.Println(d.Empty(), d.Missing, d.Unexpected)
	for _, m := range d.Misshaped {
		fmt.Println(m.Name, m.Got, m.Want)
	}
	// Output:
	// "2.bias" is unexpected; "2.weight" has shape [1000 8] instead of [10 8] <nil>
	// false [] [2.bias]
	// 2.weight [1000 8] [10 8]
}

func ExampleMisshape() {
	fmt.Println(nn.Differences{Misshaped: []nn.Misshape{
		{Name: "weight", Got: tensor.MakeShape(3, 2), Want: tensor.MakeShape(2, 3)},
	}})
	// Output: "weight" has shape [3 2] instead of [2 3]
}

func ExampleKaimingNormal() {
	r := rand.New(rand.NewPCG(1, 0))
	l := nn.NewLinear(784, 512, true, r)
	nn.KaimingNormal(l.Weight, 0, r)
	nn.Constant(l.Bias, 0)

	w := l.Weight.Value()
	fmt.Printf("variance %.4f, 2/784 = %.4f\n", tensor.SumSquares(w)/float64(w.Size()), 2./784)
	// Output: variance 0.0026, 2/784 = 0.0026
}
