package nn

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// Conv is a convolution over one, two or three spatial axes: PyTorch's Conv1d,
// Conv2d and Conv3d. For x of shape [N, in, ...] the result is [N, out, ...]; see
// autograd.Conv for the formula and the sizes.
type Conv struct {
	Weight  *autograd.Param // [out, in/groups, kernel...]
	Bias    *autograd.Param // [out]; nil for none
	Options tensor.ConvOpts
}

// NewConv1d returns a convolution of signals [N, in, L] with PyTorch's
// initialisation: weight and bias from U(−b, b), b = 1/√(in/groups·kernel). It
// panics with a *tensor.ShapeError when a size is less than 1 or the channels are
// not divisible by the groups.
func NewConv1d(in, out, kernel int, bias bool, o tensor.ConvOpts, r *rand.Rand) *Conv {
	return newConv("NewConv1d", in, out, bias, o, r, kernel)
}

// NewConv2d returns a convolution of images [N, in, H, W] with a square kernel;
// see NewConv1d.
func NewConv2d(in, out, kernel int, bias bool, o tensor.ConvOpts, r *rand.Rand) *Conv {
	return newConv("NewConv2d", in, out, bias, o, r, kernel, kernel)
}

// NewConv3d returns a convolution of volumes [N, in, D, H, W] with a cubic
// kernel; see NewConv1d.
func NewConv3d(in, out, kernel int, bias bool, o tensor.ConvOpts, r *rand.Rand) *Conv {
	return newConv("NewConv3d", in, out, bias, o, r, kernel, kernel, kernel)
}

func newConv(op string, in, out int, bias bool, o tensor.ConvOpts, r *rand.Rand, kernel ...int) *Conv {
	groups := max(o.Groups, 1)
	dims := append([]int{out, in / groups}, kernel...)
	w := tensor.New(dims...)
	switch {
	case w.Size() == 0:
		panic(&tensor.ShapeError{Package: "nn", Op: op, Message: "a weight [out in/groups kernel...] has no elements", Shapes: []tensor.Shape{w.Shape()}})
	case in%groups != 0 || out%groups != 0:
		panic(&tensor.ShapeError{Package: "nn", Op: op, Message: fmt.Sprintf("%d input and %d output channels are not both divisible by %d groups", in, out, groups)})
	}
	c := &Conv{Weight: autograd.NewParam("weight", w), Options: o}
	KaimingUniform(c.Weight, math.Sqrt(5), r)
	if bias {
		c.Bias = autograd.NewParam("bias", tensor.New(out))
		fanIn, _ := fans(op, c.Weight)
		uniform(c.Bias, 1/math.Sqrt(fanIn), r)
	}
	return c
}

// Forward returns the convolution of x with the weight, plus the bias.
func (c *Conv) Forward(x autograd.Var, _ Mode) autograd.Var {
	t := x.Tape()
	return autograd.Conv(x, t.Leaf(c.Weight), leaf(t, c.Bias), c.Options)
}

// forwardBatchNormReLU returns ReLU(b(c(x))).
func (c *Conv) forwardBatchNormReLU(b *BatchNorm, x autograd.Var, mode Mode) autograd.Var {
	t := x.Tape()
	scale, shift := b.affine(t)
	return autograd.ConvBatchNormReLU(x, t.Leaf(c.Weight), leaf(t, c.Bias), scale, shift, b.Stats, mode == Train, c.Options)
}

// Params returns the weight and, if there is one, the bias.
func (c *Conv) Params() []*autograd.Param { return present(c.Weight, c.Bias) }
