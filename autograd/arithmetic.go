package autograd

import "github.com/seed-312a1f22/dyad/tensor"

// The operations on two tensors broadcast by NumPy's rule. The adjoint of
// broadcasting is summation: an input's gradient is the result's, summed over
// the axes along which the input was repeated.

// unreduced returns where to compute the gradient of an input before that sum:
// grad itself when nothing was repeated.
func unreduced(c *Ctx, grad *tensor.Tensor) *tensor.Tensor {
	if s := c.Out().Shape(); s != grad.Shape() {
		return c.Scratch(s)
	}
	return grad
}

// reduce writes that sum of full to grad.
func reduce(grad, full *tensor.Tensor) {
	switch {
	case grad == full:
	case grad.Shape() == full.Shape():
		tensor.Copy(grad, full)
	default:
		tensor.SumTo(grad, full, 0)
	}
}

func broadcastShape(op string, in []tensor.Shape) tensor.Shape {
	s, ok := tensor.BroadcastShapes(in[0], in[1])
	if !ok {
		panic(shapeError(op, "shapes do not broadcast", in[0], in[1]))
	}
	return s
}

// Add returns a + b, broadcasting.   da = dy, db = dy.
func Add(a, b Var) Var { return Apply(add{}, Attr{}, a, b) }

type add struct{}

func (add) Name() string                                    { return "Add" }
func (add) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return broadcastShape("Add", in) }
func (add) Forward(c *Ctx)                                  { tensor.Add(c.Out(), c.In(0), c.In(1)) }
func (add) Backward(c *Ctx) {
	for i := range 2 {
		if grad := c.Grad(i); grad != nil {
			reduce(grad, c.OutGrad())
		}
	}
}

// Sub returns a − b, broadcasting.   da = dy, db = −dy.
func Sub(a, b Var) Var { return Apply(sub{}, Attr{}, a, b) }

type sub struct{}

func (sub) Name() string                                    { return "Sub" }
func (sub) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return broadcastShape("Sub", in) }
func (sub) Forward(c *Ctx)                                  { tensor.Sub(c.Out(), c.In(0), c.In(1)) }
func (sub) Backward(c *Ctx) {
	if da := c.Grad(0); da != nil {
		reduce(da, c.OutGrad())
	}
	if db := c.Grad(1); db != nil {
		reduce(db, c.OutGrad())
		tensor.Neg(db, db)
	}
}

// Mul returns a·b elementwise, broadcasting.   da = dy·b, db = dy·a.
func Mul(a, b Var) Var { return Apply(mul{}, Attr{}, a, b) }

type mul struct{}

func (mul) Name() string                                    { return "Mul" }
func (mul) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return broadcastShape("Mul", in) }
func (mul) Forward(c *Ctx)                                  { tensor.Mul(c.Out(), c.In(0), c.In(1)) }
func (mul) Backward(c *Ctx) {
	for i := range 2 {
		if grad := c.Grad(i); grad != nil {
			full := unreduced(c, grad)
			tensor.Mul(full, c.OutGrad(), c.In(1-i))
			reduce(grad, full)
		}
	}
}

// Div returns a/b elementwise, broadcasting.   da = dy/b, db = −dy·y/b.
func Div(a, b Var) Var { return Apply(div{}, Attr{}, a, b) }

type div struct{}

func (div) Name() string                                    { return "Div" }
func (div) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return broadcastShape("Div", in) }
func (div) Forward(c *Ctx)                                  { tensor.Div(c.Out(), c.In(0), c.In(1)) }
func (div) Backward(c *Ctx) {
	if da := c.Grad(0); da != nil {
		full := unreduced(c, da)
		tensor.Div(full, c.OutGrad(), c.In(1))
		reduce(da, full)
	}
	if db := c.Grad(1); db != nil {
		full := unreduced(c, db)
		tensor.Mul(full, c.OutGrad(), c.Out())
		tensor.Div(full, full, c.In(1))
		reduce(db, full)
		tensor.Neg(db, db)
	}
}

// Neg returns −x.   dx = −dy.
func Neg(x Var) Var { return Apply(neg{}, Attr{}, x) }

type neg struct{}

func (neg) Name() string                                    { return "Neg" }
func (neg) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (neg) Forward(c *Ctx)                                  { tensor.Neg(c.Out(), c.In(0)) }
func (neg) Backward(c *Ctx)                                 { tensor.Neg(c.GradInPlace(0), c.OutGrad()) }

// Scale returns a·x for a constant a.   dx = a·dy.
func Scale(x Var, a float32) Var { return Apply(scale{}, Attr{Floats: [4]float64{float64(a)}}, x) }

type scale struct{}

func (scale) Name() string                                    { return "Scale" }
func (scale) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (scale) Forward(c *Ctx)                                  { tensor.Scale(c.Out(), c.In(0), c.float(0)) }
func (scale) Backward(c *Ctx)                                 { tensor.Scale(c.GradInPlace(0), c.OutGrad(), c.float(0)) }

// AddScalar returns x + a for a constant a.   dx = dy.
func AddScalar(x Var, a float32) Var {
	return Apply(addScalar{}, Attr{Floats: [4]float64{float64(a)}}, x)
}

type addScalar struct{}

func (addScalar) Name() string                                    { return "AddScalar" }
func (addScalar) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (addScalar) Forward(c *Ctx)                                  { tensor.AddScalar(c.Out(), c.In(0), c.float(0)) }
func (addScalar) Backward(c *Ctx)                                 { tensor.Copy(c.GradInPlace(0), c.OutGrad()) }
