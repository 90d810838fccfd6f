package ssl_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/ssl"
)

// exampleConfig is a small encoder, trained for four epochs.
func exampleConfig() ssl.Config {
	encoder, err := nn.NewMLP(nn.DefaultMLP(12, 16, 8), rand.New(rand.NewPCG(1, 0)))
	check(err)
	config := ssl.DefaultConfig(encoder)
	config.HiddenDims = []int{8, 8}
	config.LR = 1e-2
	config.Epochs, config.MaxEpochs = 4, 4
	return config
}

// The paper's optimiser, with a learning rate that goes with the batch, here of 8·32
// pairs, of which 32 are in memory at a time, and with an average of the weights.
func ExampleConfig() {
	config := exampleConfig()
	config.Accumulate = 8
	config.Optimizer = func(groups ...*optim.Group) (optim.Optimizer, error) {
		return optim.NewLARS(optim.DefaultLARS(), groups...)
	}
	config.LR, config.WeightDecay = optim.SqrtScale(0.075, 8*32), 1e-6
	config.EMA = 0.9
	model, err := ssl.New(config)
	check(err)
	ctx, pairs := context.Background(), clusters(16, 32, 12)
	check(model.Fit(ctx, pairs, nil))
	check(model.EMA().With(func() error {
		features, err := model.Transform(ctx, pairs.single())
		fmt.Printf("learning rate %.1f, averaged features %v\n", config.LR, features.Shape())
		return err
	}))
	// Output: learning rate 1.2, averaged features [512 8]
}

// A callback measures, the next one writes what it measured.
func ExampleCallback() {
	var log bytes.Buffer // or a file
	config := exampleConfig()
	config.Epochs = 2
	config.Callbacks = []ssl.Callback{
		func(_ context.Context, model *ssl.SimCLR, e *ssl.Epoch) error {
			e.Record("parameters", float64(nn.NumParams(model)))
			return nil
		},
		ssl.LogJSON(&log),
	}
	model, err := ssl.New(config)
	check(err)
	check(model.Fit(context.Background(), clusters(4, 32, 12), nil))
	for lines := json.NewDecoder(&log); lines.More(); {
		var line map[string]float64
		check(lines.Decode(&line))
		fmt.Println(line["epoch"], line["parameters"], line["loss/train"] > 0)
	}
	// Output:
	// 1 488 true
	// 2 488 true
}

func ExampleEarlyStop() {
	config := exampleConfig()
	config.EarlyStop = ssl.EarlyStop{Patience: 1, MinImprovement: 100} // which no epoch achieves
	config.OnEpoch = func(e ssl.Epoch) error {
		fmt.Printf("epoch %d of %d\n", e.Epoch+1, e.Epochs)
		return nil
	}
	model, err := ssl.New(config)
	check(err)
	check(model.Fit(context.Background(), clusters(4, 32, 12), clusters(1, 32, 12)))
	// Output:
	// epoch 1 of 4
	// epoch 2 of 4
}

// A training that ends after two epochs goes on with the third.
func ExampleSimCLR_LoadState() {
	var saved []nn.Named
	train := func(end int) {
		config := exampleConfig()
		config.Callbacks = []ssl.Callback{func(_ context.Context, model *ssl.SimCLR, e *ssl.Epoch) error {
			fmt.Println("epoch", e.Epoch+1)
			saved = model.State() // a program writes it to a file
			if e.Epoch+1 == end {
				return ssl.ErrStop
			}
			return nil
		}}
		model, err := ssl.New(config)
		check(err)
		if saved != nil {
			check(model.LoadState(saved))
		}
		check(model.Fit(context.Background(), clusters(4, 32, 12), nil))
	}
	train(2)
	fmt.Println("interrupted")
	train(4)
	// Output:
	// epoch 1
	// epoch 2
	// interrupted
	// epoch 3
	// epoch 4
}
