package autograd

import (
	"fmt"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Softmax returns eˣ/Σeˣ over the last axis; it does not overflow.
// dx = y·(dy − Σ dy·y).
func Softmax(x Var) Var { return Apply(softmax{}, Attr{}, x) }

type softmax struct{}

func (softmax) Name() string                                    { return "Softmax" }
func (softmax) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (softmax) Forward(c *Ctx)                                  { tensor.Softmax(c.Out(), c.In(0)) }
func (softmax) Backward(c *Ctx)                                 { tensor.SoftmaxGrad(c.Grad(0), c.OutGrad(), c.Out()) }

// LogSoftmax returns x − log Σeˣ over the last axis: the logarithm of Softmax,
// also where that is 0 in float32.   dx = dy − eʸ·Σdy.
func LogSoftmax(x Var) Var { return Apply(logSoftmax{}, Attr{}, x) }

type logSoftmax struct{}

func (logSoftmax) Name() string                                    { return "LogSoftmax" }
func (logSoftmax) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (logSoftmax) Forward(c *Ctx)                                  { tensor.LogSoftmax(c.Out(), c.In(0)) }
func (logSoftmax) Backward(c *Ctx)                                 { tensor.LogSoftmaxGrad(c.Grad(0), c.OutGrad(), c.Out()) }

// CrossEntropy returns the mean over the rows of −log softmax(logits)[i, labels[i]]
// for logits [N C] and N labels from 0 to C−1: a scalar.
// dx = dy·(softmax(logits) − onehot(labels))/N.
//
// It keeps labels, which must not change before Backward.
func CrossEntropy(logits Var, labels []int) Var {
	return Apply(crossEntropy{}, Attr{Index: labels}, logits)
}

type crossEntropy struct{}

func (crossEntropy) Name() string { return "CrossEntropy" }
func (crossEntropy) OutShape(a Attr, in []tensor.Shape) tensor.Shape {
	x := in[0]
	if x.Rank() != 2 || x.Dim(0) != len(a.Index) {
		panic(shapeError("CrossEntropy", fmt.Sprintf("expected logits [N C] for N = %d labels, got", len(a.Index)), x))
	}
	for i, label := range a.Index {
		if label < 0 || label >= x.Dim(1) {
			panic(shapeError("CrossEntropy", fmt.Sprintf("labels[%d] = %d is no class of logits", i, label), x))
		}
	}
	return tensor.Shape{}
}
func (crossEntropy) Forward(c *Ctx) {
	x := c.In(0)
	logp := c.Saved(0, x.Shape())
	tensor.LogSoftmax(logp, x)
	sum := 0.0
	for i, label := range c.Attr().Index {
		sum -= float64(logp.Data()[i*x.Dim(1)+label])
	}
	c.Out().Data()[0] = float32(sum / float64(x.Dim(0)))
}
func (crossEntropy) Backward(c *Ctx) {
	dx := c.Grad(0)
	tensor.Exp(dx, c.Saved(0, dx.Shape()))
	for i, label := range c.Attr().Index {
		dx.Data()[i*dx.Dim(1)+label]--
	}
	tensor.Scale(dx, dx, c.OutGrad().Item()/float32(dx.Dim(0)))
}

// MSE returns the mean of (x − y)² over all elements: a scalar. The shapes are
// equal.   dx = dy·2(x − y)/n for n elements, and the gradient of y is −dx.
func MSE(x, y Var) Var { return Apply(mse{}, Attr{}, x, y) }

type mse struct{}

func (mse) Name() string { return "MSE" }
func (mse) OutShape(_ Attr, in []tensor.Shape) tensor.Shape {
	if in[0] != in[1] {
		panic(shapeError("MSE", "shapes differ", in[0], in[1]))
	}
	return tensor.Shape{}
}
func (mse) Forward(c *Ctx) {
	d := c.Saved(0, c.In(0).Shape())
	tensor.Sub(d, c.In(0), c.In(1))
	c.Out().Data()[0] = float32(tensor.SumSquares(d) / float64(d.Size()))
}
func (mse) Backward(c *Ctx) {
	d := c.Saved(0, c.In(0).Shape())
	a := 2 * c.OutGrad().Item() / float32(d.Size())
	for i := range 2 {
		if grad := c.Grad(i); grad != nil {
			tensor.Scale(grad, d, a)
		}
		a = -a
	}
}
