package ssl_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/tensor"
)

func ExampleNTXent() {
	// Two samples, whose views agree and which are orthogonal to each other.
	z := tensor.FromSlice([]float32{1, 0, 0, 1}, 2, 2)
	tape := autograd.NewEval()
	loss := ssl.NTXent(tape.Const(z), tape.Const(z), 0.5)
	fmt.Printf("loss %.6f, orthogonal %.6f, chance %.6f\n", loss.Value().Item(), ssl.Orthogonal(2, 0.5), ssl.Chance(2))
	// Output: loss 0.239545, orthogonal 0.239545, chance 1.098612
}

func ExampleSimCLR() {
	encoder, err := nn.NewMLP(nn.DefaultMLP(12, 32, 16), rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		fmt.Println(err)
		return
	}
	config := ssl.DefaultConfig(encoder)
	config.LR = 1e-2
	config.Epochs, config.MaxEpochs = 5, 5
	var first, last ssl.Metrics
	config.OnEpoch = func(e ssl.Epoch) error {
		if e.Epoch == 0 {
			first = e.Train
		}
		last = e.Train
		return nil
	}
	model, err := ssl.New(config)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	pairs := clusters(8, 32, 12) // a Loader: noisy views of samples around ten centres
	if err := model.Fit(ctx, pairs, nil); err != nil {
		fmt.Println(err)
		return
	}
	features, err := model.Transform(ctx, pairs.single())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("learned:", last.Loss < 0.7*first.Loss)
	fmt.Println("features:", features.Shape())
	// Output:
	// learned: true
	// features: [256 16]
}

func ExampleConfig_Validate() {
	config := ssl.DefaultConfig(nil)
	config.HiddenDims = []int{64}
	config.Temperature = 0
	fmt.Println(config.Validate())
	// Output:
	// ssl: Config.Encoder is <nil>; expected a network
	// ssl: Config.Temperature is 0; expected a positive number, usually from 0.05 to 1
}

func ExampleBuild() {
	config := ssl.DefaultBuild(287)
	net, err := ssl.Build(config, rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		fmt.Println(err)
		return
	}
	z := net.Forward(autograd.NewEval().Const(tensor.New(4, 287)), nn.Eval)
	fmt.Println(z.Shape(), config.OutputSize(), nn.NumParams(net))
	// Output: [4 128] 128 239232
}

func ExampleAllGatherAndFlatten() {
	var wait sync.WaitGroup
	sums := make([]float32, 2)
	for _, w := range ssl.NewWorld(2) {
		wait.Go(func() {
			tape := autograd.NewEval()
			mine := tensor.FromSlice([]float32{float32(w.Rank() + 1)}, 1, 1)
			all := ssl.AllGatherAndFlatten(tape.Const(mine), w)
			sums[w.Rank()] = autograd.Sum(all).Value().Item()
		})
	}
	wait.Wait()
	fmt.Println(sums)
	// Output: [3 3]
}
