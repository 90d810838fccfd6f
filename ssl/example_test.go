package ssl_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/ssl/data"
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

// Three views of each of two samples.
func ExampleNTXentViews() {
	z := tensor.FromSlice([]float32{1, 0, 0, 1}, 2, 2)
	tape := autograd.NewEval()
	x := tape.Const(z)
	loss := ssl.NTXentViews(0.5, x, x, x)
	fmt.Printf("loss %.6f, orthogonal %.6f\n", loss.Value().Item(), ssl.NTXentLoss.Orthogonal(2, 3, 0.5, nil))
	// Output: loss 0.340753, orthogonal 0.340753
}

func ExampleDCL() {
	z := tensor.FromSlice([]float32{1, 0, 0, 1}, 2, 2)
	tape := autograd.NewEval()
	loss := ssl.DCL(0.5, tape.Const(z), tape.Const(z))
	fmt.Printf("loss %.6f: ln 2 − 2\n", loss.Value().Item())
	// Output: loss -1.306853: ln 2 − 2
}

// The views of the first sample agree, those of the second are orthogonal, so that
// this pair counts more.
func ExampleDCLW() {
	z1 := tensor.FromSlice([]float32{1, 0, 0, 1}, 2, 2)
	z2 := tensor.FromSlice([]float32{1, 0, 1, 0}, 2, 2)
	tape := autograd.NewEval()
	a, b := tape.Const(z1), tape.Const(z2)
	fmt.Printf("DCL %.4f, DCLW %.4f\n", ssl.DCL(0.5, a, b).Value().Item(), ssl.DCLW(0.5, 0.5, a, b).Value().Item())
	// Output: DCL 0.9100, DCLW 1.6716
}

// Three samples in one view: the first and the last one are of one class, the
// other one has no positive.
func ExampleSupCon() {
	z := tensor.FromSlice([]float32{1, 0, 0, 1, 1, 0}, 3, 2)
	tape := autograd.NewEval()
	loss := ssl.SupCon([]int{7, 2, 7}, 0.5, tape.Const(z))
	fmt.Printf("loss %.6f: ln(1+exp(−2))\n", loss.Value().Item())
	// Output: loss 0.126928: ln(1+exp(−2))
}

func ExampleLoss() {
	for _, loss := range []ssl.Loss{ssl.NTXentLoss, ssl.DCLLoss, ssl.DCLWLoss, ssl.SupConLoss} {
		fmt.Printf("%-6v  chance %.3f  orthogonal %.3f\n", loss, loss.Chance(256, 2), loss.Orthogonal(256, 2, 0.5, nil))
	}
	// Output:
	// ntxent  chance 6.236  orthogonal 4.249
	// dcl     chance 6.234  orthogonal 4.234
	// dclw    chance 6.234  orthogonal 4.234
	// supcon  chance 6.236  orthogonal 4.249
}

// A loader of ssl/data, of a dataset with labels, trains with SupCon, here on three
// views of each sample.
func ExampleLabeledLoader() {
	digits, err := data.NewDigits(512, 1) // with labels
	check(err)
	view := data.DigitsView()
	loaderConfig := data.DefaultLoaderConfig(view)
	loaderConfig.Batch, loaderConfig.Views = 64, []data.View{view, view, view}
	loader, err := data.NewLoader(digits, loaderConfig)
	check(err)
	var _ ssl.LabeledLoader = loader

	encoder, err := nn.NewMLP(nn.DefaultMLP(28*28, 64, 32), rand.New(rand.NewPCG(1, 0)))
	check(err)
	config := ssl.DefaultConfig(encoder)
	config.Loss, config.LR, config.Epochs = ssl.SupConLoss, 1e-3, 2
	config.OnEpoch = func(e ssl.Epoch) error {
		fmt.Printf("epoch %d: better than chance: %v\n", e.Epoch+1, e.Train.Loss < e.Train.Chance)
		return nil
	}
	model, err := ssl.New(config)
	check(err)
	check(model.Fit(context.Background(), loader, nil))
	// Output:
	// epoch 1: better than chance: true
	// epoch 2: better than chance: true
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

func ExampleSaveEncoder() {
	dir, err := os.MkdirTemp("", "")
	check(err)
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "encoder.safetensors")

	encoder, err := nn.NewMLP(nn.DefaultMLP(12, 32, 16), rand.New(rand.NewPCG(1, 0)))
	check(err)
	check(ssl.SaveEncoder(path, encoder, map[string]string{"epochs": "10"}))

	again, metadata, err := ssl.OpenEncoder(path)
	check(err)
	fmt.Println(again.LatentSize(), "features after", metadata["epochs"], "epochs")
	fmt.Println(slices.Equal(again.Params()[0].Value().Data(), encoder.Params()[0].Value().Data()))
	// Output:
	// 16 features after 10 epochs
	// true
}

// A smaller variant of an encoder that fits the samples.
func ExampleArchitecture() {
	volume := tensor.MakeShape(1, 12, 14, 12)
	a, err := ssl.DefaultArchitecture("cnn", volume)
	check(err)
	config := a.Config.(nn.CNNConfig)
	config.Widths = []int{8, 16}
	a.Config = config

	text, err := json.Marshal(a)
	check(err)
	fmt.Println(string(text))
	encoder, err := a.New(rand.New(rand.NewPCG(1, 0)))
	check(err)
	fmt.Println(encoder.LatentSize())
	// Output:
	// {"architecture":"cnn","config":{"rank":3,"channels":1,"widths":[8,16],"winograd":false}}
	// 16
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
