package autograd

import (
	"math"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Pow returns xᵖ elementwise for a constant p.   dx = dy·p·xᵖ⁻¹, and 0 for p = 0.
func Pow(x Var, p float32) Var { return Apply(pow{}, Attr{Floats: [4]float64{float64(p)}}, x) }

type pow struct{}

func (pow) Name() string                                    { return "Pow" }
func (pow) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (pow) Forward(c *Ctx)                                  { tensor.Map(c.Out(), c.In(0), powValue, c.float(0), 0) }
func (pow) Backward(c *Ctx) {
	tensor.Map2(c.GradInPlace(0), c.OutGrad(), c.In(0), powGrad, c.float(0), 0)
}

func powValue(x, p, _ float32) float32 { return float32(math.Pow(float64(x), float64(p))) }

func powGrad(dy, x, p, _ float32) float32 {
	if p == 0 {
		return 0 // also at x = 0, where p·xᵖ⁻¹ would be 0·∞
	}
	return float32(float64(dy) * float64(p) * math.Pow(float64(x), float64(p)-1))
}

// Exp returns eˣ elementwise.   dx = dy·y.
func Exp(x Var) Var { return Apply(exp{}, Attr{}, x) }

type exp struct{}

func (exp) Name() string                                    { return "Exp" }
func (exp) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (exp) Forward(c *Ctx)                                  { tensor.Exp(c.Out(), c.In(0)) }
func (exp) Backward(c *Ctx)                                 { tensor.Mul(c.GradInPlace(0), c.OutGrad(), c.Out()) }

// Log returns the natural logarithm elementwise.   dx = dy/x.
func Log(x Var) Var { return Apply(log{}, Attr{}, x) }

type log struct{}

func (log) Name() string                                    { return "Log" }
func (log) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (log) Forward(c *Ctx)                                  { tensor.Log(c.Out(), c.In(0)) }
func (log) Backward(c *Ctx)                                 { tensor.Div(c.GradInPlace(0), c.OutGrad(), c.In(0)) }

// Sqrt returns √x elementwise.   dx = dy/(2y).
func Sqrt(x Var) Var { return Apply(sqrt{}, Attr{}, x) }

type sqrt struct{}

func (sqrt) Name() string                                    { return "Sqrt" }
func (sqrt) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (sqrt) Forward(c *Ctx)                                  { tensor.Sqrt(c.Out(), c.In(0)) }
func (sqrt) Backward(c *Ctx) {
	dx := c.GradInPlace(0)
	tensor.Div(dx, c.OutGrad(), c.Out())
	tensor.Scale(dx, dx, 0.5)
}
