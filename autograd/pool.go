package autograd

import "github.com/seed-312a1f22/dyad/tensor"

// MaxPool returns the maximum of each window of x, [N C …] with one to three
// spatial axes. An axis of length L becomes ⌊(L + 2·padding − kernel)/stride⌋ + 1.
// dx is, for each window, dy at its first maximum.
func MaxPool(x Var, o tensor.PoolOpts) Var { return Apply(maxPool{}, poolAttr(o), x) }

// AvgPool returns the mean of each window of x, of which the padding counts as
// zeros, as in PyTorch; for the rest see MaxPool. dx is, for each window, dy over
// the window's size at every element.
func AvgPool(x Var, o tensor.PoolOpts) Var { return Apply(avgPool{}, poolAttr(o), x) }

// poolAttr returns o as an Attr: kernel and stride in Ints, padding in Floats.
// Attr.pool reads it.
func poolAttr(o tensor.PoolOpts) (a Attr) {
	for i := range 3 {
		a.Ints[i], a.Ints[3+i] = o.Kernel[i], o.Stride[i]
		a.Floats[i] = float64(o.Padding[i])
	}
	return a
}

func (a *Attr) pool() (o tensor.PoolOpts) {
	for i := range 3 {
		o.Kernel[i], o.Stride[i] = a.Ints[i], a.Ints[3+i]
		o.Padding[i] = int(a.Floats[i])
	}
	return o
}

type maxPool struct{}

func (maxPool) Name() string { return "MaxPool" }
func (maxPool) OutShape(a Attr, in []tensor.Shape) tensor.Shape {
	return tensor.PoolShape(in[0], a.pool())
}
func (maxPool) Forward(c *Ctx) { tensor.MaxPool(c.Out(), c.In(0), c.Attr().pool()) }
func (maxPool) Backward(c *Ctx) {
	tensor.MaxPoolGrad(c.Grad(0), c.OutGrad(), c.In(0), c.Attr().pool())
}

type avgPool struct{}

func (avgPool) Name() string { return "AvgPool" }
func (avgPool) OutShape(a Attr, in []tensor.Shape) tensor.Shape {
	return tensor.PoolShape(in[0], a.pool())
}
func (avgPool) Forward(c *Ctx) { tensor.AvgPool(c.Out(), c.In(0), c.Attr().pool()) }
func (avgPool) Backward(c *Ctx) {
	tensor.AvgPoolGrad(c.Grad(0), c.OutGrad(), c.Attr().pool())
}

// AdaptiveAvgPool returns the mean over all spatial axes of x, [N C …], which
// keep the length 1: PyTorch's AdaptiveAvgPool of output size 1, the global
// average that ends most convolutional networks.   dx = dy over the number of
// elements of a channel.
func AdaptiveAvgPool(x Var) Var {
	// As a list, the axes are those of [N C elements].
	return Apply(adaptiveAvgPool{}, Attr{Ints: [8]int{1, 2}}, x)
}

type adaptiveAvgPool struct{}

func (adaptiveAvgPool) Name() string { return "AdaptiveAvgPool" }
func (adaptiveAvgPool) OutShape(_ Attr, in []tensor.Shape) tensor.Shape {
	s := in[0]
	if s.Rank() < 3 {
		panic(shapeError("AdaptiveAvgPool", "expected [N C …] with one axis behind or more", s))
	}
	for i := 2; i < s.Rank(); i++ {
		s = s.With(i, 1)
	}
	return s
}
func (adaptiveAvgPool) Forward(c *Ctx) {
	channels, flat := channelShapes(c.In(0).Shape())
	tensor.Mean(c.View(c.Out(), channels), c.View(c.In(0), flat), c.Attr().list()...)
}
func (adaptiveAvgPool) Backward(c *Ctx) {
	channels, flat := channelShapes(c.In(0).Shape())
	dy := c.Scratch(channels)
	tensor.Scale(dy, c.View(c.OutGrad(), channels), 1/float32(flat.Dim(2)))
	tensor.BroadcastTo(c.View(c.Grad(0), flat), dy)
}

// channelShapes returns [N C 1], and [N C elements] for x of shape s.
func channelShapes(s tensor.Shape) (channels, flat tensor.Shape) {
	n, c, elements := s.Split(1)
	return tensor.MakeShape(n, c, 1), tensor.MakeShape(n, c, elements)
}
