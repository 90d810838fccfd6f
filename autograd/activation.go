package autograd

import "github.com/seed-312a1f22/dyad/tensor"

// Tanh returns the hyperbolic tangent elementwise.   dx = dy·(1 − y²).
func Tanh(x Var) Var { return Apply(tanh{}, Attr{}, x) }

type tanh struct{}

func (tanh) Name() string                                    { return "Tanh" }
func (tanh) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (tanh) Forward(c *Ctx)                                  { tensor.Tanh(c.Out(), c.In(0)) }
func (tanh) Backward(c *Ctx)                                 { tensor.TanhGrad(c.GradInPlace(0), c.OutGrad(), c.Out()) }

// Sigmoid returns σ(x) = 1/(1 + e⁻ˣ) elementwise.   dx = dy·y·(1 − y).
func Sigmoid(x Var) Var { return Apply(sigmoid{}, Attr{}, x) }

type sigmoid struct{}

func (sigmoid) Name() string                                    { return "Sigmoid" }
func (sigmoid) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (sigmoid) Forward(c *Ctx)                                  { tensor.Sigmoid(c.Out(), c.In(0)) }
func (sigmoid) Backward(c *Ctx)                                 { tensor.SigmoidGrad(c.GradInPlace(0), c.OutGrad(), c.Out()) }

// ReLU returns max(x, 0) elementwise.   dx = dy where y > 0, else 0; the
// subgradient at 0 is 0.
func ReLU(x Var) Var { return Apply(relu{}, Attr{}, x) }

type relu struct{}

func (relu) Name() string                                    { return "ReLU" }
func (relu) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (relu) Forward(c *Ctx)                                  { tensor.ReLU(c.Out(), c.In(0)) }
func (relu) Backward(c *Ctx)                                 { tensor.ReLUGrad(c.GradInPlace(0), c.OutGrad(), c.Out()) }

// LeakyReLU returns x where x > 0, else slope·x.   dx = dy where x > 0, else
// slope·dy. PyTorch's default slope is 0.01.
func LeakyReLU(x Var, slope float32) Var {
	return Apply(leakyReLU{}, Attr{Floats: [4]float64{float64(slope)}}, x)
}

type leakyReLU struct{}

func (leakyReLU) Name() string                                    { return "LeakyReLU" }
func (leakyReLU) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (leakyReLU) Forward(c *Ctx) {
	tensor.Map(c.Out(), c.In(0), leakyReLUValue, c.float(0), 0)
}
func (leakyReLU) Backward(c *Ctx) {
	tensor.Map2(c.GradInPlace(0), c.OutGrad(), c.In(0), leakyReLUGrad, c.float(0), 0)
}

func leakyReLUValue(x, slope, _ float32) float32 { return leakyReLUGrad(x, x, slope, 0) }

func leakyReLUGrad(dy, x, slope, _ float32) float32 {
	if x > 0 {
		return dy
	}
	return slope * dy
}

// GELU returns x·Φ(x) elementwise, where Φ is the distribution function of the
// standard normal distribution (Hendrycks and Gimpel, 2016; the exact form, not
// the one with tanh).   dx = dy·(Φ(x) + x·φ(x)), φ being the density.
func GELU(x Var) Var { return Apply(gelu{}, Attr{}, x) }

type gelu struct{}

func (gelu) Name() string                                    { return "GELU" }
func (gelu) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (gelu) Forward(c *Ctx)                                  { tensor.GELU(c.Out(), c.In(0)) }
func (gelu) Backward(c *Ctx)                                 { tensor.GELUGrad(c.Grad(0), c.OutGrad(), c.In(0)) }

// Softplus returns log(1 + eˣ) elementwise.   dx = dy·σ(x).
func Softplus(x Var) Var { return Apply(softplus{}, Attr{}, x) }

type softplus struct{}

func (softplus) Name() string                                    { return "Softplus" }
func (softplus) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (softplus) Forward(c *Ctx)                                  { tensor.Softplus(c.Out(), c.In(0)) }
func (softplus) Backward(c *Ctx)                                 { tensor.SoftplusGrad(c.Grad(0), c.OutGrad(), c.In(0)) }

// Clamp returns x limited to lo ≤ x ≤ hi elementwise.   dx = dy where
// lo ≤ x ≤ hi, else 0. Without a limit on one side, give it ∓Inf.
func Clamp(x Var, lo, hi float32) Var {
	return Apply(clamp{}, Attr{Floats: [4]float64{float64(lo), float64(hi)}}, x)
}

type clamp struct{}

func (clamp) Name() string                                    { return "Clamp" }
func (clamp) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (clamp) Forward(c *Ctx)                                  { tensor.Map(c.Out(), c.In(0), clampValue, c.float(0), c.float(1)) }
func (clamp) Backward(c *Ctx) {
	tensor.Map2(c.GradInPlace(0), c.OutGrad(), c.In(0), clampGrad, c.float(0), c.float(1))
}

func clampValue(x, lo, hi float32) float32 { return min(max(x, lo), hi) }

func clampGrad(dy, x, lo, hi float32) float32 {
	if x < lo || x > hi {
		return 0
	}
	return dy
}
