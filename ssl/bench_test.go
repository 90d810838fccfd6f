package ssl_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// BenchmarkFit trains an encoder of the command's size for an epoch, on batches
// that are ready and on those of a loader, which makes their views meanwhile.
func BenchmarkFit(b *testing.B) {
	digits, err := data.NewDigits(4096, 1)
	check(err)
	loader, err := data.NewLoader(digits, data.DefaultLoaderConfig(data.MNISTView()))
	check(err)
	var ready batches
	for batch, err := range loader.Batches(context.Background(), 0) {
		check(err)
		ready = append(ready, []*tensor.Tensor{batch[0].Clone(), batch[1].Clone()})
	}
	for _, c := range []struct {
		name string
		from ssl.Loader
	}{{"ready", ready}, {"loader", loader}} {
		b.Run(c.name, func(b *testing.B) {
			encoder := nn.DefaultMLP(28*28, 512, 256)
			encoder.BatchNorm, encoder.ActivateLast = true, true
			net, err := nn.NewMLP(encoder, rand.New(rand.NewPCG(1, 2)))
			check(err)
			config := ssl.DefaultConfig(net)
			config.Epochs = 1
			model, err := ssl.New(config)
			check(err)
			for b.Loop() {
				check(model.Fit(context.Background(), c.from, nil))
			}
			b.ReportMetric(float64(b.N*digits.Len())/b.Elapsed().Seconds(), "images/s")
		})
	}
}

// BenchmarkLosses is a step forward and backward of each loss on 2048 rows, which
// are as many samples in two views or fewer in more.
func BenchmarkLosses(b *testing.B) {
	const rows, d = 2048, 128
	r := rand.New(rand.NewPCG(1, 1))
	for _, loss := range losses {
		for _, views := range []int{2, 4, 8} {
			b.Run(fmt.Sprintf("%v/V=%d", loss, views), func(b *testing.B) {
				n := rows / views
				step := lossStep(loss, randomLabels(r, n, 10), 0.1, similarViews(r, views, n, d)...)
				for b.Loop() {
					step()
				}
			})
		}
	}
}
