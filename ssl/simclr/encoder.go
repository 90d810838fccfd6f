package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/tensor"
)

// encoderKinds says what -encoder may be.
const encoderKinds = "mlp, lenet, cnn or resnet18"

// encoders make each kind of encoder for samples of the given shape, or return an
// error that says which shapes fit.
var encoders = map[string]func(o *options, sample tensor.Shape, r *rand.Rand) (ssl.Encoder, error){
	"mlp": func(o *options, sample tensor.Shape, r *rand.Rand) (ssl.Encoder, error) {
		c := nn.DefaultMLP(sample.Size(), o.mlpWidths()...)
		c.BatchNorm, c.ActivateLast = true, true
		return nn.NewMLP(c, r)
	},
	"lenet": func(_ *options, sample tensor.Shape, r *rand.Rand) (ssl.Encoder, error) {
		const latentSize = 32 // nidl's
		if err := checkImage(sample); err != nil {
			return nil, err
		}
		return nn.NewLeNet(sample.Dim(0), sample.Dim(1), sample.Dim(2), latentSize, r)
	},
	"cnn": func(_ *options, sample tensor.Shape, r *rand.Rand) (ssl.Encoder, error) {
		if err := checkImage(sample); err != nil {
			return nil, err
		}
		return nn.NewCNN(nn.DefaultCNN(sample.Dim(0)), r)
	},
	"resnet18": func(_ *options, sample tensor.Shape, r *rand.Rand) (ssl.Encoder, error) {
		if err := checkImage(sample); err != nil {
			return nil, err
		}
		return nn.NewResNet(nn.DefaultResNet18(sample.Dim(0), min(sample.Dim(1), sample.Dim(2))), r)
	},
}

func checkImage(sample tensor.Shape) error {
	if sample.Rank() != 3 {
		return fmt.Errorf("it takes images of shape [channels height width], not samples of shape %v", sample)
	}
	return nil
}

// mlpWidths returns the widths of the mlp's layers.
func (o *options) mlpWidths() []int {
	if o.widths == nil {
		return []int{512, 256}
	}
	return o.widths
}

// describe names the encoder: its kind, or the widths that make an mlp.
func (o *options) describe(sample tensor.Shape) string {
	if o.encoder != "mlp" {
		return o.encoder
	}
	return fmt.Sprintf("%d-%s", sample.Size(), join(o.mlpWidths()))
}
