package eval

import (
	"context"
	"fmt"

	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/tensor"
)

// Labeled is a data set to evaluate an encoder on.
type Labeled struct {
	Data   ssl.Loader // batches of one view, as for ssl.Features
	Labels []int      // of all samples, in the order of Data
}

// KNNEvery returns a callback for ssl.Config that records as "knn", after every so
// many epochs and after the last one, the share of test that the nearest
// neighbours in train classify rightly by the encoder's features. With epochs 0 it
// is after the last one only.
func KNNEvery(epochs int, train, test Labeled, cfg KNNConfig) ssl.Callback {
	return every(epochs, "knn", train, test, func(a, b *tensor.Tensor) (float64, error) {
		return KNNAccuracy(a, train.Labels, b, test.Labels, cfg)
	})
}

// ProbeEvery is KNNEvery with a linear probe fitted to train, and records "probe".
func ProbeEvery(epochs int, train, test Labeled, cfg ProbeConfig) ssl.Callback {
	return every(epochs, "probe", train, test, func(a, b *tensor.Tensor) (float64, error) {
		p, err := FitLinearProbe(a, train.Labels, cfg)
		if err != nil {
			return 0, err
		}
		return p.Accuracy(b, test.Labels)
	})
}

// MetricsEvery returns a callback that records how the features of data lie in
// space, without labels: what Measure says of them, under the names that
// Measurements.Log has. It is called when KNNEvery is, and takes long where Measure
// does: some hundreds of samples will do.
func MetricsEvery(epochs int, data ssl.Loader) ssl.Callback {
	return func(ctx context.Context, model *ssl.SimCLR, e *ssl.Epoch) error {
		if !due(epochs, e) {
			return nil
		}
		x, err := ssl.Features(ctx, model.Encoder, data)
		if err != nil {
			return fmt.Errorf("eval: metrics after epoch %d: %w", e.Epoch+1, err)
		}
		Measure(x, nil).Log(e.Record)
		return nil
	}
}

// due reports whether a callback that measures every so many epochs does so now.
func due(epochs int, e *ssl.Epoch) bool {
	n := e.Epoch + 1
	return n == e.Epochs || epochs > 0 && n%epochs == 0
}

// every returns a callback that records what measure makes of the features.
func every(epochs int, name string, train, test Labeled, measure func(train, test *tensor.Tensor) (float64, error)) ssl.Callback {
	return func(ctx context.Context, model *ssl.SimCLR, e *ssl.Epoch) error {
		if !due(epochs, e) {
			return nil
		}
		a, err := ssl.Features(ctx, model.Encoder, train.Data)
		if err != nil {
			return fmt.Errorf("eval: %s after epoch %d: training features: %w", name, e.Epoch+1, err)
		}
		b, err := ssl.Features(ctx, model.Encoder, test.Data)
		if err != nil {
			return fmt.Errorf("eval: %s after epoch %d: test features: %w", name, e.Epoch+1, err)
		}
		value, err := measure(a, b)
		if err != nil {
			return fmt.Errorf("eval: %s after epoch %d: %w", name, e.Epoch+1, err)
		}
		e.Record(name, value)
		return nil
	}
}
