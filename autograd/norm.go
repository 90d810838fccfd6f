package autograd

import "github.com/seed-312a1f22/dyad/tensor"

// Normalize divides each row, along the last axis, by its Euclidean norm, or by
// eps where the norm is smaller: y = x/max(‖x‖₂, eps).
// dx = (dy − y·Σ dy·y)/‖x‖₂, and dy/eps where ‖x‖₂ < eps.
func Normalize(x Var, eps float64) Var {
	return Apply(normalize{}, Attr{Floats: [4]float64{eps}}, x)
}

type normalize struct{}

func (normalize) Name() string { return "Normalize" }
func (normalize) OutShape(_ Attr, in []tensor.Shape) tensor.Shape {
	if in[0].Rank() == 0 {
		panic(shapeError("Normalize", "a scalar has no rows", in[0]))
	}
	return in[0]
}
func (normalize) Forward(c *Ctx) {
	tensor.NormalizeForward(c.Out(), c.Saved(0, rowsOf(c)), c.In(0), c.Attr().Floats[0])
}
func (normalize) Backward(c *Ctx) {
	tensor.NormalizeBackward(c.Grad(0), c.OutGrad(), c.Out(), c.Saved(0, rowsOf(c)), c.Attr().Floats[0])
}

// rowsOf returns the shape of one number for each row of the first input.
func rowsOf(c *Ctx) tensor.Shape {
	rows, _, _ := c.In(0).Shape().Split(-1)
	return tensor.MakeShape(rows)
}

// LayerNorm normalises each row, along the last axis, by its own mean and biased
// variance (Ba, Kiros and Hinton, 2016):
//
//	y = x̂·gamma + beta,   x̂ = (x − mean)/√(variance + eps)
//
// gamma and beta have the length of a row; two zero Vars stand for 1 and 0.
// PyTorch's default eps is 1e-5. With g = dy·gamma and means over a row,
//
//	dx = (g − mean(g) − x̂·mean(g·x̂))/√(variance + eps)
//	dgamma = Σ dy·x̂, dbeta = Σ dy over the rows.
func LayerNorm(x, gamma, beta Var, eps float64) Var {
	return applyAffine(layerNorm{}, Attr{Floats: [4]float64{eps}}, x, gamma, beta)
}

// applyAffine runs op on x and the factor and offset that follow normalisation,
// unless they are zero Vars.
func applyAffine(op Op, a Attr, x, gamma, beta Var) Var {
	if gamma.IsZero() && beta.IsZero() {
		return Apply(op, a, x)
	}
	return Apply(op, a, x, gamma, beta)
}

// affine returns gamma and beta, which are inputs i and i+1, or nil where these are
// not there. One more may follow.
func affine(c *Ctx, i int) (gamma, beta *tensor.Tensor) {
	if c.NumIn() < i+2 {
		return nil, nil
	}
	return c.In(i), c.In(i + 1)
}

// affineGrad returns the gradients to write, nil for those not wanted.
func affineGrad(c *Ctx, i int) (dgamma, dbeta *tensor.Tensor) {
	if c.NumIn() < i+2 {
		return nil, nil
	}
	return c.Grad(i), c.Grad(i + 1)
}

// checkAffine panics unless gamma and beta have shape [n].
func checkAffine(op string, in []tensor.Shape, n int) {
	for _, s := range in[1:] {
		if s != tensor.MakeShape(n) {
			panic(shapeError(op, "gamma or beta does not have one element for each channel of", in[0], s))
		}
	}
}

type layerNorm struct{}

func (layerNorm) Name() string { return "LayerNorm" }
func (layerNorm) OutShape(_ Attr, in []tensor.Shape) tensor.Shape {
	if in[0].Rank() == 0 {
		panic(shapeError("LayerNorm", "a scalar has no rows", in[0]))
	}
	checkAffine("LayerNorm", in, in[0].Dim(-1))
	return in[0]
}
func (layerNorm) Forward(c *Ctx) {
	gamma, beta := affine(c, 1)
	mean, invStd := c.Saved(0, rowsOf(c)), c.Saved(1, rowsOf(c))
	tensor.LayerNormForward(c.Out(), c.In(0), gamma, beta, mean, invStd, c.Attr().Floats[0])
}
func (layerNorm) Backward(c *Ctx) {
	gamma, _ := affine(c, 1)
	dgamma, dbeta := affineGrad(c, 1)
	mean, invStd := c.Saved(0, rowsOf(c)), c.Saved(1, rowsOf(c))
	tensor.LayerNormBackward(c.Grad(0), dgamma, dbeta, c.OutGrad(), c.In(0), gamma, mean, invStd)
}
