package nn

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/seed-312a1f22/dyad/autograd"
)

// MLPConfig describes a multilayer perceptron.
type MLPConfig struct {
	In           int    `json:"in"`            // width of the input
	Widths       []int  `json:"widths"`        // width of each layer; at least one
	Bias         bool   `json:"bias"`          // of the Linear layers
	BatchNorm    bool   `json:"batch_norm"`    // behind each Linear layer, before the activation
	Activation   string `json:"activation"`    // of each layer, a name of Activations; "" for none
	ActivateLast bool   `json:"activate_last"` // the last layer has BatchNorm and activation too
}

// activations are those that a configuration, which may be in a file, names.
var activations = map[string]func() Module{
	"relu":       ReLU,
	"leaky_relu": func() Module { return LeakyReLU(0.01) },
	"gelu":       GELU,
	"tanh":       Tanh,
	"sigmoid":    Sigmoid,
	"softplus":   Softplus,
}

// Activations returns the names that an activation has in a configuration,
// sorted: PyTorch's, in lower case. "leaky_relu" is that of slope 0.01.
func Activations() []string { return slices.Sorted(maps.Keys(activations)) }

// DefaultMLP returns the configuration of a plain MLP: biases, no BatchNorm, ReLU
// behind every layer but the last.
func DefaultMLP(in int, widths ...int) MLPConfig {
	return MLPConfig{In: in, Widths: widths, Bias: true, Activation: "relu"}
}

// MLP is a multilayer perceptron: Linear, BatchNorm if asked for, activation,
// and again. An input of more than two axes is flattened to [N, In].
type MLP struct {
	Sequential
	config MLPConfig
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
	activation, known := activations[c.Activation]
	if !known && c.Activation != "" {
		return nil, fmt.Errorf("nn: MLPConfig.Activation is %q; it is empty or one of %s", c.Activation, strings.Join(Activations(), ", "))
	}
	last := len(c.Widths) - 1
	c.Widths = slices.Clone(c.Widths)
	m := &MLP{config: c}
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
		if activation != nil {
			m.Sequential = append(m.Sequential, activation())
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
func (m *MLP) LatentSize() int { return m.config.Widths[len(m.config.Widths)-1] }

// Config returns the configuration that NewMLP was given.
func (m *MLP) Config() MLPConfig { return m.config }
