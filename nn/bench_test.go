package nn_test

import (
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
)

// BenchmarkLayers runs layers forward and backward on a warm tape.
func BenchmarkLayers(b *testing.B) {
	for _, c := range []struct {
		name  string
		m     nn.Module
		shape []int
	}{
		{"BatchNorm+ReLU/512x512", nn.Sequential{nn.NewBatchNorm(512), nn.ReLU()}, []int{512, 512}},
		{"BatchNorm, ReLU by itself/512x512", nn.Sequential{nn.NewBatchNorm(512), plain{nn.ReLU()}}, []int{512, 512}},
		{"LayerNorm/256x256", nn.NewLayerNorm(256), []int{256, 256}},
		{"Softmax/256x256", nn.Func(autograd.Softmax), []int{256, 256}},
		{"Softmax/512x512", nn.Func(autograd.Softmax), []int{512, 512}},
		{"Tanh/512x512", nn.Tanh(), []int{512, 512}},
		{"Sigmoid/512x512", nn.Sigmoid(), []int{512, 512}},
		{"GELU/512x512", nn.GELU(), []int{512, 512}},
		{"Softplus/512x512", nn.Softplus(), []int{512, 512}},
	} {
		b.Run(c.name, func(b *testing.B) {
			x, dy := autograd.NewParam("x", normal(1, c.shape...)), normal(2, c.shape...)
			tape := autograd.NewTape()
			for b.Loop() {
				tape.Reset()
				x.ZeroGrad()
				for _, p := range c.m.Params() {
					p.ZeroGrad()
				}
				c.m.Forward(tape.Leaf(x), nn.Train).BackwardFrom(dy)
			}
		})
	}
}
