package autograd

import "github.com/seed-312a1f22/dyad/tensor"

// ZeroPad puts zeros around x, [N C …]: lo[i] before and hi[i] behind it along
// spatial axis i, of which there are one to three.   dx = the part of dy that x
// became.
func ZeroPad(x Var, lo, hi [3]int) Var {
	return Apply(zeroPad{}, Attr{Ints: [8]int{lo[0], lo[1], lo[2], hi[0], hi[1], hi[2]}}, x)
}

type zeroPad struct{}

func (a *Attr) pads() (lo, hi [3]int) { return [3]int(a.Ints[:3]), [3]int(a.Ints[3:6]) }

func (zeroPad) Name() string { return "ZeroPad" }
func (zeroPad) OutShape(a Attr, in []tensor.Shape) tensor.Shape {
	lo, hi := a.pads()
	return tensor.ZeroPadShape(in[0], lo, hi)
}
func (zeroPad) Forward(c *Ctx) {
	lo, hi := c.Attr().pads()
	tensor.ZeroPad(c.Out(), c.In(0), lo, hi)
}
func (zeroPad) Backward(c *Ctx) {
	lo, hi := c.Attr().pads()
	tensor.ZeroPadGrad(c.Grad(0), c.OutGrad(), lo, hi)
}
