package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/tensor"
)

// newEncoder returns the encoder that the options ask for, for samples of the
// given shape.
func newEncoder(o *options, sample tensor.Shape, r *rand.Rand) (ssl.Encoder, error) {
	a, err := ssl.DefaultArchitecture(o.encoder, sample)
	if err != nil {
		return nil, err
	}
	if c, ok := a.Config.(nn.MLPConfig); ok && o.widths != nil {
		c.Widths = o.widths
		a.Config = c
	}
	return a.New(r)
}

// describe names an encoder: its kind, or the widths that make an mlp.
func (o *options) describe(encoder ssl.Encoder) string {
	mlp, ok := encoder.(*nn.MLP)
	if !ok {
		return o.encoder
	}
	return fmt.Sprintf("%d-%s", mlp.Config().In, join(mlp.Config().Widths))
}
