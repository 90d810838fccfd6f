package autograd

import (
	"slices"

	"github.com/seed-312a1f22/dyad/tensor"
)

// A reduction takes the axes to reduce, counted from the end when negative, all
// of them when none is given, and drops them from the shape.

func reducedShape(a *Attr, s tensor.Shape) tensor.Shape {
	var dims [tensor.MaxRank]int
	n := 0
	for i := range s.Rank() {
		if !slices.Contains(a.list(), i) {
			dims[n] = s.Dim(i)
			n++
		}
	}
	return tensor.MakeShape(dims[:n]...)
}

// kept returns y, the result or its gradient, in the shape in which it broadcasts
// against the input: the reduced axes have length 1.
func kept(c *Ctx, y *tensor.Tensor) *tensor.Tensor {
	s := c.In(0).Shape()
	for _, axis := range c.Attr().list() {
		s = s.With(axis, 1)
	}
	return c.View(y, s)
}

// Sum returns the sum over the given axes.   dx = dy, repeated along them.
func Sum(x Var, axes ...int) Var {
	return Apply(sum{}, axesAttr("Sum", x.Shape(), axes), x)
}

type sum struct{}

func (sum) Name() string                                    { return "Sum" }
func (sum) OutShape(a Attr, in []tensor.Shape) tensor.Shape { return reducedShape(&a, in[0]) }
func (sum) Forward(c *Ctx)                                  { tensor.Sum(c.Out(), c.In(0), c.Attr().list()...) }
func (sum) Backward(c *Ctx)                                 { tensor.BroadcastTo(c.Grad(0), kept(c, c.OutGrad())) }

// Mean returns the mean over the given axes.   dx = dy/n, repeated along them,
// n being the number of elements that one result is the mean of.
func Mean(x Var, axes ...int) Var {
	return Apply(mean{}, axesAttr("Mean", x.Shape(), axes), x)
}

type mean struct{}

func (mean) Name() string                                    { return "Mean" }
func (mean) OutShape(a Attr, in []tensor.Shape) tensor.Shape { return reducedShape(&a, in[0]) }
func (mean) Forward(c *Ctx)                                  { tensor.Mean(c.Out(), c.In(0), c.Attr().list()...) }
func (mean) Backward(c *Ctx) {
	dy := c.Scratch(c.Out().Shape())
	tensor.Scale(dy, c.OutGrad(), float32(float64(dy.Size())/float64(c.In(0).Size())))
	tensor.BroadcastTo(c.Grad(0), kept(c, dy))
}

// Max returns the largest element over the given axes; NaN when one of them is.
// dx = dy where x is the largest, 0 elsewhere; where several are equally large,
// they share dy evenly, as in PyTorch's amax.
func Max(x Var, axes ...int) Var {
	return Apply(maximum{}, axesAttr("Max", x.Shape(), axes), x)
}

type maximum struct{}

func (maximum) Name() string                                    { return "Max" }
func (maximum) OutShape(a Attr, in []tensor.Shape) tensor.Shape { return reducedShape(&a, in[0]) }
func (maximum) Forward(c *Ctx)                                  { tensor.Max(c.Out(), c.In(0), c.Attr().list()...) }
func (maximum) Backward(c *Ctx) {
	dx, share := c.Grad(0), kept(c, c.Scratch(c.Out().Shape()))
	tensor.BroadcastTo(dx, kept(c, c.Out()))
	tensor.Map2(dx, dx, c.In(0), equal, 0, 0)
	tensor.SumTo(share, dx, 0)
	tensor.Div(share, kept(c, c.OutGrad()), share)
	tensor.Mul(dx, dx, share)
}

func equal(x, y, _, _ float32) float32 {
	if x == y {
		return 1
	}
	return 0
}

// LogSumExp returns log Σ eˣ over the last axis, which it drops; it does not
// overflow.   dx = dy·softmax(x).
func LogSumExp(x Var) Var {
	return Apply(logSumExp{}, axesAttr("LogSumExp", x.Shape(), lastAxis), x)
}

var lastAxis = []int{-1}

type logSumExp struct{}

func (logSumExp) Name() string                                    { return "LogSumExp" }
func (logSumExp) OutShape(a Attr, in []tensor.Shape) tensor.Shape { return reducedShape(&a, in[0]) }
func (logSumExp) Forward(c *Ctx)                                  { tensor.LogSumExp(c.Out(), c.In(0)) }
func (logSumExp) Backward(c *Ctx) {
	// Not by eˣ⁻ʸ, which has the rounding of a large y.
	tensor.Softmax(c.Grad(0), c.In(0))
	tensor.Mul(c.Grad(0), c.Grad(0), kept(c, c.OutGrad()))
}
