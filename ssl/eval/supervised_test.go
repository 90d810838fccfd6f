package eval_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/ssl/eval"
	"github.com/seed-312a1f22/dyad/tensor"
)

func ExampleSupervisedConfig() {
	cfg := eval.DefaultSupervisedConfig()
	cfg.View = data.DigitsView()
	cfg.Epochs = 0
	fmt.Println(cfg.Validate())
	// Output: eval: SupervisedConfig.Epochs is 0, want 1 or more
}

func ExampleSupervisedResult() {
	digits, err := data.NewDigits(240, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	train, test, err := data.Split(digits, 0.75)
	if err != nil {
		fmt.Println(err)
		return
	}
	encoder, err := nn.NewMLP(nn.DefaultMLP(28*28, 32, 16), rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		fmt.Println(err)
		return
	}
	cfg := eval.DefaultSupervisedConfig()
	cfg.Epochs, cfg.Batch, cfg.LR = 20, 30, 1e-2
	result, err := eval.Supervised(context.Background(), encoder, train.(data.Labeled), test.(data.Labeled), cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("learned the digits:", result.Loss < 0.5, result.Accuracy > 0.5)
	// Output: learned the digits: true true
}

// clouds returns blobs as a data set of n samples to train and m to test with.
func clouds(t *testing.T, n, m int) (train, test data.Labeled) {
	t.Helper()
	x, labels := blobs(91, n+m, 12, 4, 2)
	set := func(lo, hi int) data.Labeled {
		memory, err := data.NewMemory(x.Slice(lo, hi).Data(), tensor.MakeShape(12))
		if err != nil {
			t.Fatal(err)
		}
		labeled, err := data.WithLabels(memory, labels[lo:hi], 4)
		if err != nil {
			t.Fatal(err)
		}
		return labeled
	}
	return set(0, n), set(n, n+m)
}

// newEncoder returns a small one for the samples of clouds.
func newEncoder(t *testing.T) ssl.Encoder {
	t.Helper()
	c := nn.DefaultMLP(12, 24, 16)
	c.BatchNorm, c.ActivateLast = true, true
	encoder, err := nn.NewMLP(c, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	return encoder
}

func TestSupervised(t *testing.T) {
	train, test := clouds(t, 600, 200)
	encoder := newEncoder(t)
	cfg := eval.DefaultSupervisedConfig()
	cfg.Epochs, cfg.Batch, cfg.LR, cfg.View = 8, 64, 1e-2, data.Noise{Std: 0.1}
	var losses []float64
	cfg.OnEpoch = func(epoch int, loss float64) {
		if epoch != len(losses) {
			t.Errorf("epoch %d was reported as %d", len(losses), epoch)
		}
		losses = append(losses, loss)
	}
	result, err := eval.Supervised(t.Context(), encoder, train, test, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if result.Accuracy < 0.95 {
		t.Errorf("accuracy %v on clouds that lie apart", result.Accuracy)
	}
	if len(losses) != cfg.Epochs || losses[0] > 2*math.Log(4) || result.Loss != losses[cfg.Epochs-1] || result.Loss > losses[0]/4 {
		t.Errorf("losses %.3v, the last of which is %.3v", losses, result.Loss)
	}

	// The encoder has been trained, and serves the probe.
	features := func(set data.Labeled) *tensor.Tensor {
		single, err := data.NewLoader(set, data.LoaderConfig{Batch: 100, Views: []data.View{data.Identity{}}})
		if err != nil {
			t.Fatal(err)
		}
		x, err := ssl.Features(t.Context(), encoder, single)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	labels, _ := data.Labels(train)
	testLabels, _ := data.Labels(test)
	probe, err := eval.FitLinearProbe(features(train), labels, eval.DefaultProbeConfig())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := probe.Accuracy(features(test), testLabels); err != nil || got < 0.95 {
		t.Errorf("the probe's accuracy on its features is %v (%v)", got, err)
	}
}

func TestSupervisedAtAnyGOMAXPROCS(t *testing.T) {
	train, test := clouds(t, 400, 100)
	cfg := eval.DefaultSupervisedConfig()
	cfg.Epochs, cfg.Batch, cfg.View = 2, 50, data.Noise{Std: 0.1}
	atProcs(t, "a supervised run", func() string {
		encoder := newEncoder(t)
		result, err := eval.Supervised(t.Context(), encoder, train, test, cfg)
		return fmt.Sprint(result, err, encoder.Params()[0].Value().Data())
	})
	first := newEncoder(t)
	a, _ := eval.Supervised(t.Context(), first, train, test, cfg)
	cfg.Seed = 1
	b, _ := eval.Supervised(t.Context(), newEncoder(t), train, test, cfg)
	if a == b {
		t.Errorf("another seed gives the same result, %v", a)
	}
}

func TestSupervisedErrors(t *testing.T) {
	train, test := clouds(t, 100, 20)
	with := func(f func(*eval.SupervisedConfig)) eval.SupervisedConfig {
		c := eval.DefaultSupervisedConfig()
		c.Batch = 20
		f(&c)
		return c
	}
	unchanged := with(func(*eval.SupervisedConfig) {})
	relabel := func(label, classes int) data.Labeled {
		set, err := data.WithLabels(test, slices.Repeat([]int{label}, test.Len()), classes)
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	tests := []struct {
		name        string
		train, test data.Labeled
		cfg         eval.SupervisedConfig
		want        string
	}{
		{"no epochs", train, test, with(func(c *eval.SupervisedConfig) { c.Epochs = 0 }), "eval: SupervisedConfig.Epochs is 0, want"},
		{"batch of one", train, test, with(func(c *eval.SupervisedConfig) { c.Batch = 1 }), "eval: SupervisedConfig.Batch is 1, want"},
		{"rate 0", train, test, with(func(c *eval.SupervisedConfig) { c.LR = 0 }), "eval: SupervisedConfig.LR is 0, want"},
		{"rate NaN", train, test, with(func(c *eval.SupervisedConfig) { c.LR = math.NaN() }), "eval: SupervisedConfig.LR is NaN, want"},
		{"negative decay", train, test, with(func(c *eval.SupervisedConfig) { c.WeightDecay = -1 }), "eval: SupervisedConfig.WeightDecay is -1, want"},
		{"large batch", train, test, with(func(c *eval.SupervisedConfig) { c.Batch = 101 }), "data: NewLoader: Batch is 101, larger than the dataset of 100 samples"},
		{"view that does not fit", train, test, with(func(c *eval.SupervisedConfig) { c.View = data.DigitsView() }), "data: "},
		{"one class", relabel(0, 1), test, unchanged, "eval: supervised: the training set has 1 classes, want 2 or more"},
		{"unknown class", train, relabel(4, 5), unchanged, "eval: supervised: label 4 of row 0 is outside the classes 0 to 3"},
		{"overflow", train, test, with(func(c *eval.SupervisedConfig) { c.LR = 1e30 }), "epoch 1: eval: supervised: the loss of step 2 is "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := eval.Supervised(t.Context(), newEncoder(t), test.train, test.test, test.cfg)
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("error %v, want one about %q", err, test.want)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cfg := with(func(c *eval.SupervisedConfig) {
		c.OnEpoch = func(epoch int, _ float64) {
			if epoch == 1 {
				cancel()
			} else if epoch > 1 {
				t.Errorf("epoch %d of a context that is done", epoch)
			}
		}
	})
	if _, err := eval.Supervised(ctx, newEncoder(t), train, test, cfg); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v of a context that is done", err)
	}
}
