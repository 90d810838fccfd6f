package eval_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/ssl/eval"
	"github.com/seed-312a1f22/dyad/tensor"
)

// batch is a Loader of one batch.
type batch []*tensor.Tensor

func (b batch) Len() int { return 1 }

func (b batch) Batches(ctx context.Context, _ int) iter.Seq2[[]*tensor.Tensor, error] {
	return func(yield func([]*tensor.Tensor, error) bool) { yield(b, ctx.Err()) }
}

// labeled returns n vectors of two classes, around (3, 0, …) and (−3, 0, …).
func labeled(seed uint64, n int) eval.Labeled {
	r := rand.New(rand.NewPCG(seed, 0))
	x, labels := tensor.New(n, 4), make([]int, n)
	tensor.Normal(x, r, 0, 1)
	for i := range labels {
		labels[i] = i % 2
		x.Set(x.At(i, 0)+float32(6*labels[i]-3), i, 0)
	}
	return eval.Labeled{Data: batch{x}, Labels: labels}
}

// newConfig returns a small training with the given callbacks.
func newConfig(epochs int, callbacks ...ssl.Callback) ssl.Config {
	encoder, err := nn.NewMLP(nn.DefaultMLP(4, 8), rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		panic(err)
	}
	config := ssl.DefaultConfig(encoder)
	config.HiddenDims = []int{8}
	config.Epochs, config.Callbacks = epochs, callbacks
	return config
}

// fit trains a little.
func fit(ctx context.Context, config ssl.Config) error {
	model, err := ssl.New(config)
	if err != nil {
		return err
	}
	x := labeled(1, 16).Data.(batch)[0]
	return model.Fit(ctx, batch{x, x}, nil)
}

func ExampleLabeled() {
	train, test := labeled(1, 100), labeled(2, 50)
	config := newConfig(2,
		eval.KNNEvery(1, train, test, eval.DefaultKNNConfig()),
		eval.ProbeEvery(2, train, test, eval.DefaultProbeConfig()))
	config.OnEpoch = func(e ssl.Epoch) error {
		e.Log(func(name string, value float64) {
			if name == "knn" || name == "probe" {
				fmt.Printf("epoch %d: %s better than 0.9: %v\n", e.Epoch+1, name, value > 0.9)
			}
		})
		return nil
	}
	if err := fit(context.Background(), config); err != nil {
		fmt.Println(err)
	}
	// Output:
	// epoch 1: knn better than 0.9: true
	// epoch 2: knn better than 0.9: true
	// epoch 2: probe better than 0.9: true
}

// TestEvery holds after which epochs the callbacks record, and what: the accuracy
// on the features that the encoder has then.
func TestEvery(t *testing.T) {
	train, test := labeled(1, 100), labeled(2, 50)
	for _, c := range []struct {
		every, epochs int
		want          []int
	}{{1, 3, []int{1, 2, 3}}, {2, 5, []int{2, 4, 5}}, {0, 4, []int{4}}, {9, 2, []int{2}}} {
		var epochs []int
		check := func(ctx context.Context, model *ssl.SimCLR, e *ssl.Epoch) error {
			got := make(map[string]float64)
			e.Log(func(name string, value float64) { got[name] = value })
			knn, ok := got["knn"]
			if !ok {
				return nil
			}
			epochs = append(epochs, e.Epoch+1)
			a, err := ssl.Features(ctx, model.Encoder, train.Data)
			if err != nil {
				return err
			}
			b, err := ssl.Features(ctx, model.Encoder, test.Data)
			if err != nil {
				return err
			}
			want, err := eval.KNNAccuracy(a, train.Labels, b, test.Labels, eval.DefaultKNNConfig())
			if knn != want {
				t.Errorf("epoch %d: knn is %v, want %v", e.Epoch+1, knn, want)
			}
			return err
		}
		if err := fit(t.Context(), newConfig(c.epochs, eval.KNNEvery(c.every, train, test, eval.DefaultKNNConfig()), check)); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(epochs, c.want) {
			t.Errorf("every %d of %d epochs: recorded after %v, want %v", c.every, c.epochs, epochs, c.want)
		}
	}
}

// TestMetricsEvery holds that the metrics are those of the features.
func TestMetricsEvery(t *testing.T) {
	set := labeled(1, 40).Data
	calls := 0
	check := func(ctx context.Context, model *ssl.SimCLR, e *ssl.Epoch) error {
		x, err := ssl.Features(ctx, model.Encoder, set)
		if err != nil {
			return err
		}
		want := map[string]float64{
			"uniformity": eval.Uniformity(x), "spread": eval.EmbeddingStd(x), "rank": eval.RankMe(x), "participation_ratio": eval.ParticipationRatio(x),
		}
		e.Log(func(name string, got float64) {
			if w, ours := want[name]; ours {
				calls++
				if got != w || e.Epoch != 2 {
					t.Errorf("epoch %d: %s is %v, want %v after the last epoch", e.Epoch+1, name, got, w)
				}
			}
		})
		return nil
	}
	if err := fit(t.Context(), newConfig(3, eval.MetricsEvery(0, set), check)); err != nil {
		t.Fatal(err)
	}
	if calls != 4 {
		t.Errorf("%d metrics, want 4", calls)
	}
}

func TestEveryErrors(t *testing.T) {
	good, pair := labeled(1, 20), labeled(2, 20)
	pair.Data = append(pair.Data.(batch), pair.Data.(batch)...)
	unlabeled := eval.Labeled{Data: good.Data, Labels: good.Labels[1:]}
	knn, probe := eval.DefaultKNNConfig(), eval.DefaultProbeConfig()
	for _, c := range []struct {
		name     string
		callback ssl.Callback
		want     string
	}{
		{"pairs to train on", eval.KNNEvery(1, pair, good, knn), "eval: knn after epoch 1: training features: ssl: a batch to transform has one view"},
		{"pairs to test on", eval.ProbeEvery(1, good, pair, probe), "eval: probe after epoch 1: test features: ssl: a batch to transform has one view"},
		{"pairs to measure", eval.MetricsEvery(1, pair.Data), "eval: metrics after epoch 1: ssl: a batch to transform has one view"},
		{"labels missing", eval.KNNEvery(1, unlabeled, good, knn), "eval: knn after epoch 1: eval: kNN"},
		{"a label missing for the probe", eval.ProbeEvery(1, unlabeled, good, probe), "eval: probe after epoch 1: eval: "},
		{"a configuration", eval.KNNEvery(1, good, good, eval.KNNConfig{}), "eval: KNNConfig.K is 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := fit(t.Context(), newConfig(1, c.callback)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v does not say %q", err, c.want)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	stop := func(context.Context, *ssl.SimCLR, *ssl.Epoch) error { cancel(); return nil }
	if err := fit(ctx, newConfig(2, stop, eval.KNNEvery(1, good, good, knn))); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: error %v", err)
	}
}
