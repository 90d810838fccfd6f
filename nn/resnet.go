package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// ResNetConfig describes a residual network of basic blocks.
type ResNetConfig struct {
	Channels int    `json:"channels"` // of the images
	Width    int    `json:"width"`    // channels of the stem and of the first stage; each stage doubles them
	Blocks   [4]int `json:"blocks"`   // of each stage

	// Winograd computes the convolutions of 3×3 in less than half the time, with stride 2
	// in about two thirds, with a little more rounding: see tensor.ConvOpts.
	Winograd bool `json:"winograd"`

	// SmallImages is for images of up to 32 pixels: a stem of kernel 3 and stride 1
	// (Chen et al., 2020, appendix B.9). The other stem, ImageNet's, has kernel 7
	// and stride 2 and a max-pooling behind it: what follows has a sixteenth of the
	// pixels.
	SmallImages bool `json:"small_images"`
}

// DefaultResNet18 returns the configuration of ResNet-18 for images of the given
// size in pixels, the shorter side, with Winograd's algorithm.
func DefaultResNet18(channels, size int) ResNetConfig {
	return ResNetConfig{Channels: channels, Width: 64, Blocks: [4]int{2, 2, 2, 2}, Winograd: true, SmallImages: size <= 32}
}

// ResNet is an encoder for images: a residual network (He et al., "Deep Residual
// Learning for Image Recognition", CVPR 2016) without its last, classifying layer.
// The names of its state are those of torchvision's.
type ResNet struct {
	config ResNetConfig
	conv1  *Conv
	bn1    *BatchNorm
	stages [4]Sequential
	params []*autograd.Param
}

// NewResNet returns the network that c describes, with the initialisation of
// torchvision: the weights of convolutions from N(0, 2/(out·kernel²)). The error
// names the field that makes no sense.
func NewResNet(c ResNetConfig, r *rand.Rand) (*ResNet, error) {
	switch {
	case c.Channels < 1:
		return nil, fmt.Errorf("nn: ResNetConfig.Channels is %d; an image has one channel or more", c.Channels)
	case c.Width < 1:
		return nil, fmt.Errorf("nn: ResNetConfig.Width is %d; a stage has one channel or more", c.Width)
	}
	n := &ResNet{config: c, bn1: NewBatchNorm(c.Width)}
	if c.SmallImages {
		n.conv1 = c.newConv(c.Channels, c.Width, 3, 1, r)
	} else {
		n.conv1 = c.newConv(c.Channels, c.Width, 7, 2, r)
	}
	in, width := c.Width, c.Width
	for i, blocks := range c.Blocks {
		if blocks < 1 {
			return nil, fmt.Errorf("nn: ResNetConfig.Blocks[%d] is %d; a stage has one block or more", i, blocks)
		}
		for j := range blocks {
			stride := 1
			if i > 0 && j == 0 {
				stride = 2
			}
			n.stages[i] = append(n.stages[i], c.newBasicBlock(in, width, stride, r))
			in = width
		}
		width *= 2
	}
	for _, c := range n.Children() {
		n.params = append(n.params, c.Module.Params()...)
	}
	return n, nil
}

// newConv returns a convolution without bias that keeps the size of the
// image, but for its stride.
func (c *ResNetConfig) newConv(in, out, kernel, stride int, r *rand.Rand) *Conv {
	o := tensor.ConvOpts{Stride: every(stride), Padding: every(kernel / 2), Winograd: c.Winograd}
	conv := NewConv2d(in, out, kernel, false, o, r)
	_, fanOut := fans("NewResNet", conv.Weight)
	normal(conv.Weight, math.Sqrt(2/fanOut), r)
	return conv
}

// Forward returns the features [N, LatentSize] of images [N, Channels, H, W].
func (n *ResNet) Forward(x autograd.Var, mode Mode) autograd.Var {
	x = n.conv1.forwardBatchNormReLU(n.bn1, x, mode)
	if !n.config.SmallImages {
		x = autograd.MaxPool(x, tensor.PoolOpts{Kernel: every(3), Stride: every(2), Padding: every(1)})
	}
	for _, stage := range n.stages {
		x = stage.Forward(x, mode)
	}
	return flatten(autograd.AdaptiveAvgPool(x))
}

// Params returns the parameters in the order of the state.
func (n *ResNet) Params() []*autograd.Param { return n.params }

// Children returns conv1, bn1, layer1, layer2, layer3 and layer4.
func (n *ResNet) Children() []Child {
	children := []Child{{"conv1", n.conv1}, {"bn1", n.bn1}}
	for i, stage := range n.stages {
		children = append(children, Child{"layer" + strconv.Itoa(i+1), stage})
	}
	return children
}

// LatentSize returns the number of channels of the last stage, 512 for ResNet-18.
func (n *ResNet) LatentSize() int { return 8 * n.config.Width }

// Config returns the configuration that NewResNet was given.
func (n *ResNet) Config() ResNetConfig { return n.config }

// basicBlock is relu(x + bn2(conv2(relu(bn1(conv1(x)))))), where x goes through
// downsample when its shape changes.
type basicBlock struct {
	conv1      *Conv
	bn1        *BatchNorm
	conv2      *Conv
	bn2        *BatchNorm
	downsample Sequential // nil for none
}

func (c *ResNetConfig) newBasicBlock(in, out, stride int, r *rand.Rand) *basicBlock {
	b := &basicBlock{
		conv1: c.newConv(in, out, 3, stride, r), bn1: NewBatchNorm(out),
		conv2: c.newConv(out, out, 3, 1, r), bn2: NewBatchNorm(out),
	}
	if stride != 1 || in != out {
		b.downsample = Sequential{c.newConv(in, out, 1, stride, r), NewBatchNorm(out)}
	}
	return b
}

func (b *basicBlock) Forward(x autograd.Var, mode Mode) autograd.Var {
	y := b.conv1.forwardBatchNormReLU(b.bn1, x, mode)
	y = b.conv2.Forward(y, mode)
	return b.bn2.forwardAddReLU(y, b.downsample.Forward(x, mode), mode)
}

func (b *basicBlock) Params() (params []*autograd.Param) {
	for _, c := range b.Children() {
		params = append(params, c.Module.Params()...)
	}
	return params
}

func (b *basicBlock) Children() []Child {
	children := []Child{{"conv1", b.conv1}, {"bn1", b.bn1}, {"conv2", b.conv2}, {"bn2", b.bn2}}
	if b.downsample != nil {
		children = append(children, Child{"downsample", b.downsample})
	}
	return children
}
