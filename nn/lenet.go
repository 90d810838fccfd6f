package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/tensor"
)

// LeNetConfig describes a LeNet.
type LeNetConfig struct {
	Channels   int `json:"channels"`    // of the images
	Height     int `json:"height"`      // of the images, in pixels
	Width      int `json:"width"`       // of the images, in pixels
	LatentSize int `json:"latent_size"` // width of the last layer
}

// DefaultLeNet returns the configuration for images of the given size with nidl's
// 32 features.
func DefaultLeNet(channels, height, width int) LeNetConfig {
	return LeNetConfig{channels, height, width, 32}
}

// LeNet is an encoder for small images after LeNet-5 (LeCun et al., "Gradient-
// Based Learning Applied to Document Recognition", 1998), with ReLU: two
// convolutions, each followed by pooling to half the size, and three Linear layers.
type LeNet struct {
	Sequential
	config LeNetConfig
}

// NewLeNet returns
//
//	Conv2d(Channels, 6, 5, padding 2), ReLU, AvgPool2d(2),
//	Conv2d(6, 16, 5), ReLU, AvgPool2d(2), Flatten,
//	Linear(16·h·w, 120), ReLU, Linear(120, 84), ReLU, Linear(84, LatentSize)
//
// for images [N, Channels, Height, Width]; h·w is 25 for MNIST's 28×28. The error
// names the field that makes no sense.
func NewLeNet(c LeNetConfig, r *rand.Rand) (*LeNet, error) {
	// Halved, less the border of the second kernel, halved again.
	h, w := (c.Height/2-4)/2, (c.Width/2-4)/2
	switch {
	case c.Channels < 1:
		return nil, fmt.Errorf("nn: LeNetConfig.Channels is %d; an image has one channel or more", c.Channels)
	case h < 1 || w < 1:
		return nil, fmt.Errorf("nn: LeNetConfig.Height and Width are %d×%d; an image has 12×12 pixels or more", c.Height, c.Width)
	case c.LatentSize < 1:
		return nil, fmt.Errorf("nn: LeNetConfig.LatentSize is %d; it is 1 or more", c.LatentSize)
	}
	return &LeNet{config: c, Sequential: Sequential{
		NewConv2d(c.Channels, 6, 5, true, tensor.ConvOpts{Padding: every(2)}, r), ReLU(), AvgPool(2, 2, 0),
		NewConv2d(6, 16, 5, true, tensor.ConvOpts{}, r), ReLU(), AvgPool(2, 2, 0), Flatten(),
		NewLinear(16*h*w, 120, true, r), ReLU(),
		NewLinear(120, 84, true, r), ReLU(),
		NewLinear(84, c.LatentSize, true, r),
	}}, nil
}

// LatentSize returns the width of the last layer.
func (l *LeNet) LatentSize() int { return l.config.LatentSize }

// Config returns the configuration that NewLeNet was given.
func (l *LeNet) Config() LeNetConfig { return l.config }
