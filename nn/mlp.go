package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/autograd"
)

// MLPConfig describes a multilayer perceptron.
type MLPConfig struct {
	In           int           // width of the input
	Widths       []int         // width of each layer; at least one
	Bias         bool          // of the Linear layers
	BatchNorm    bool          // behind each Linear layer, before the activation
	Activation   func() Module // makes the activation of each layer; nil for none
	ActivateLast bool          // the last layer has BatchNorm and activation too
}

// DefaultMLP returns the configuration of a plain MLP: biases, no BatchNorm, ReLU
// behind every layer but the last.
func DefaultMLP(in int, widths ...int) MLPConfig {
	return MLPConfig{In: in, Widths: widths, Bias: true, Activation: ReLU}
}

// MLP is a multilayer perceptron: Linear, BatchNorm if asked for, activation,
// and again. An input of more than two axes is flattened to [N, In].
type MLP struct {
	Sequential
	latentSize int
}

// NewMLP returns the network that c describes, or an error that names the field
// that makes no sense.
func NewMLP(c MLPConfig, r *rand.Rand) (*MLP, error) {
	if c.In < 1 {
		return nil, fmt.Errorf("nn: MLPConfig.In is %d; an input has a width of 1 or more", c.In)
	}
	if len(c.Widths) == 0 {
		return nil, fmt.Errorf("nn: MLPConfig.Widths is empty; a network has one layer or more")
	}
	for i, width := range c.Widths {
		if width < 1 {
			return nil, fmt.Errorf("nn: MLPConfig.Widths[%d] is %d; a layer has a width of 1 or more", i, width)
		}
	}
	last := len(c.Widths) - 1
	m := &MLP{latentSize: c.Widths[last]}
	in := c.In
	for i, width := range c.Widths {
		m.Sequential = append(m.Sequential, NewLinear(in, width, c.Bias, r))
		in = width
		if i == last && !c.ActivateLast {
			break
		}
		if c.BatchNorm {
			m.Sequential = append(m.Sequential, NewBatchNorm(width))
		}
		if c.Activation != nil {
			m.Sequential = append(m.Sequential, c.Activation())
		}
	}
	return m, nil
}

// Forward applies the layers to x, flattened to [N, In]. It panics with a
// *tensor.ShapeError when that is not x's width.
func (m *MLP) Forward(x autograd.Var, mode Mode) autograd.Var {
	return m.Sequential.Forward(flatten(x), mode)
}

// LatentSize returns the width of the last layer.
func (m *MLP) LatentSize() int { return m.latentSize }
