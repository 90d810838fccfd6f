package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/tensor"
)

// newEncoder returns the encoder that the options ask for, untrained, for samples
// of the given shape: the same one each time.
func (o *trainOptions) newEncoder(sample tensor.Shape) (ssl.Encoder, error) {
	a, err := ssl.DefaultArchitecture(o.encoder, sample)
	if err == nil {
		if c, ok := a.Config.(nn.MLPConfig); ok && o.widths != nil {
			c.Widths = o.widths
			a.Config = c
		}
		var encoder ssl.Encoder
		if encoder, err = untrained(a, o.seed); err == nil {
			err = takes(encoder, sample)
		}
		if err == nil {
			return encoder, nil
		}
	}
	return nil, fmt.Errorf("-encoder %s: %w", o.encoder, err)
}

// untrained returns an encoder with the weights that training with a seed begins
// with.
func untrained(a ssl.Architecture, seed uint64) (ssl.Encoder, error) {
	// The second word sets the encoder's stream apart from the head's.
	return a.New(rand.New(rand.NewPCG(seed, 0x656e636f646572))) // "encoder"
}

// takes returns an error when an encoder cannot work on samples of a shape: when
// they are too small for it, or its file is of other origin.
func takes(encoder ssl.Encoder, sample tensor.Shape) (err error) {
	defer func() {
		switch wrong := recover().(type) {
		case nil:
		case *tensor.ShapeError:
			err = fmt.Errorf("the encoder does not take samples of shape %v: %w", sample, wrong)
		default:
			panic(wrong)
		}
	}()
	one := tensor.New(append([]int{1}, sample.Dims()...)...)
	encoder.Forward(autograd.NewEval().Const(one), nn.Eval)
	return nil
}

// describe names an encoder: its kind, or the widths that make an mlp.
func describe(encoder ssl.Encoder) string {
	if mlp, ok := encoder.(*nn.MLP); ok {
		all := widths(mlp.Config().Widths)
		return fmt.Sprintf("%d-%s", mlp.Config().In, all.join("-"))
	}
	a, err := ssl.ArchitectureOf(encoder)
	if err != nil {
		return fmt.Sprintf("%T", encoder)
	}
	return a.Name
}
