package nn

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/seed-312a1f22/dyad/tensor"
)

// CNNConfig describes a plain convolutional network.
type CNNConfig struct {
	Rank     int   `json:"rank"`     // spatial axes: 1 for signals, 2 for images, 3 for volumes
	Channels int   `json:"channels"` // of the input
	Widths   []int `json:"widths"`   // channels of each layer; at least one

	// Winograd computes the layers for images but the first in four fifths of the time or
	// less, with a little more rounding: see tensor.ConvOpts.
	Winograd bool `json:"winograd"`
}

// DefaultCNN returns the configuration of a small network for images, with
// layers of 32, 64 and 128 channels, by Winograd's algorithm.
func DefaultCNN(channels int) CNNConfig {
	return CNNConfig{Rank: 2, Channels: channels, Widths: []int{32, 64, 128}, Winograd: true}
}

// DefaultCNN3d returns the configuration of a small network for volumes, such as
// those of a scanner, with layers of 16, 32 and 64 channels.
func DefaultCNN3d(channels int) CNNConfig {
	return CNNConfig{Rank: 3, Channels: channels, Widths: []int{16, 32, 64}}
}

// CNN is an encoder of layers of a convolution (kernel 3, padding 1, no bias),
// BatchNorm and ReLU, with the mean over all positions at the end. The first
// layer has stride 1, the others halve each spatial axis.
type CNN struct {
	Sequential
	config CNNConfig
}

// NewCNN returns the network that c describes, or an error that names the field
// that makes no sense.
func NewCNN(c CNNConfig, r *rand.Rand) (*CNN, error) {
	newConv := map[int]func(in, out, kernel int, bias bool, o tensor.ConvOpts, r *rand.Rand) *Conv{
		1: NewConv1d, 2: NewConv2d, 3: NewConv3d,
	}[c.Rank]
	switch {
	case newConv == nil:
		return nil, fmt.Errorf("nn: CNNConfig.Rank is %d; it is 1, 2 or 3", c.Rank)
	case c.Channels < 1:
		return nil, fmt.Errorf("nn: CNNConfig.Channels is %d; an input has one channel or more", c.Channels)
	case len(c.Widths) == 0:
		return nil, fmt.Errorf("nn: CNNConfig.Widths is empty; a network has one layer or more")
	}
	c.Widths = slices.Clone(c.Widths)
	n := &CNN{config: c}
	in, stride := c.Channels, 1
	for i, width := range c.Widths {
		if width < 1 {
			return nil, fmt.Errorf("nn: CNNConfig.Widths[%d] is %d; a layer has one channel or more", i, width)
		}
		o := tensor.ConvOpts{Stride: every(stride), Padding: every(1), Winograd: c.Winograd}
		n.Sequential = append(n.Sequential, Sequential{newConv(in, width, 3, false, o, r), NewBatchNorm(width), ReLU()})
		in, stride = width, 2
	}
	n.Sequential = append(n.Sequential, AdaptiveAvgPool(), Flatten())
	return n, nil
}

// LatentSize returns the number of channels of the last layer.
func (n *CNN) LatentSize() int { return n.config.Widths[len(n.config.Widths)-1] }

// Config returns the configuration that NewCNN was given.
func (n *CNN) Config() CNNConfig { return n.config }
