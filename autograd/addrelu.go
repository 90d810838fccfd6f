package autograd

import "github.com/seed-312a1f22/dyad/tensor"

// AddReLU returns max(a + b, 0), the end of a residual block, for a and b of the
// same shape.   da = db = dy where y > 0, else 0.
func AddReLU(a, b Var) Var { return Apply(addReLU{}, Attr{}, a, b) }

type addReLU struct{}

func (addReLU) Name() string { return "AddReLU" }
func (addReLU) OutShape(_ Attr, in []tensor.Shape) tensor.Shape {
	if in[0] != in[1] {
		panic(shapeError("AddReLU", "shapes differ", in[0], in[1]))
	}
	return in[0]
}
func (addReLU) Forward(c *Ctx) { tensor.AddReLU(c.Out(), c.In(0), c.In(1)) }
func (addReLU) Backward(c *Ctx) {
	if da := c.Grad(0); da != nil {
		tensor.ReLUGrad(da, c.OutGrad(), c.Out())
	}
	if db := c.GradInPlace(1); db != nil {
		tensor.ReLUGrad(db, c.OutGrad(), c.Out())
	}
}
