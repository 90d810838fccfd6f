package ssl_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/ssl/data"
)

// Example is the program of README.md, which TestReadme holds to be the same.
func Example() {
	images, err := data.NewDigits(1024, 1) // or data.OpenMNIST(dir), or your own data.Dataset
	check(err)
	pairs, err := data.NewLoader(images, data.DefaultLoaderConfig(data.DigitsView()))
	check(err)
	singles, err := data.NewLoader(images, data.LoaderConfig{Batch: 256, Views: []data.View{data.Identity{}}})
	check(err)

	config := nn.DefaultMLP(28*28, 128, 64)
	config.BatchNorm, config.ActivateLast = true, true
	encoder, err := nn.NewMLP(config, rand.New(rand.NewPCG(1, 2)))
	check(err)

	simclr := ssl.DefaultConfig(encoder)
	simclr.LR, simclr.Epochs, simclr.MaxEpochs = 1e-3, 3, 3
	simclr.OnEpoch = func(e ssl.Epoch) error {
		fmt.Printf("epoch %d: better than chance: %v\n", e.Epoch+1, e.Train.Loss < e.Train.Chance)
		return nil
	}
	model, err := ssl.New(simclr)
	check(err)
	check(model.Fit(context.Background(), pairs, nil))
	features, err := model.Transform(context.Background(), singles)
	check(err)
	fmt.Println("features:", features.Shape())
	// Output:
	// epoch 1: better than chance: true
	// epoch 2: better than chance: true
	// epoch 3: better than chance: true
	// features: [1024 64]
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("readme_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(source), "func Example() {\n")
	body, _, _ = strings.Cut(body, "\t// Output:")
	for line := range strings.Lines(body) {
		line = strings.TrimPrefix(line, "\t")
		if !strings.Contains(string(readme), line) {
			t.Errorf("README.md does not have this line of Example:\n%s", line)
		}
	}
}
