package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/tensor"
)

// LeNet is an encoder for small images after LeNet-5 (LeCun et al., "Gradient-
// Based Learning Applied to Document Recognition", 1998), with ReLU: two
// convolutions, each followed by pooling to half the size, and three Linear layers.
type LeNet struct {
	Sequential
	latentSize int
}

// NewLeNet returns
//
//	Conv2d(channels, 6, 5, padding 2), ReLU, AvgPool2d(2),
//	Conv2d(6, 16, 5), ReLU, AvgPool2d(2), Flatten,
//	Linear(16·h·w, 120), ReLU, Linear(120, 84), ReLU, Linear(84, latentSize)
//
// for images [N, channels, height, width]; h·w is 25 for MNIST's 28×28. The error
// names the size that is too small.
func NewLeNet(channels, height, width, latentSize int, r *rand.Rand) (*LeNet, error) {
	if channels < 1 || latentSize < 1 {
		return nil, fmt.Errorf("nn: LeNet: %d channels and %d features; both are 1 or more", channels, latentSize)
	}
	// Halved, less the border of the second kernel, halved again.
	h, w := (height/2-4)/2, (width/2-4)/2
	if h < 1 || w < 1 {
		return nil, fmt.Errorf("nn: LeNet: images of %d×%d pixels; they need 12×12 or more", height, width)
	}
	return &LeNet{latentSize: latentSize, Sequential: Sequential{
		NewConv2d(channels, 6, 5, true, tensor.ConvOpts{Padding: every(2)}, r), ReLU(), AvgPool(2, 2, 0),
		NewConv2d(6, 16, 5, true, tensor.ConvOpts{}, r), ReLU(), AvgPool(2, 2, 0), Flatten(),
		NewLinear(16*h*w, 120, true, r), ReLU(),
		NewLinear(120, 84, true, r), ReLU(),
		NewLinear(84, latentSize, true, r),
	}}, nil
}

// LatentSize returns the width of the last layer.
func (l *LeNet) LatentSize() int { return l.latentSize }
