package autograd

import "github.com/seed-312a1f22/dyad/tensor"

// BatchNormState is what a batch normalisation keeps between calls: running
// averages of each channel's mean and variance, for evaluation.
type BatchNormState struct {
	RunningMean, RunningVar *tensor.Tensor // [C]; 0 and 1 at the start

	// Momentum is the weight of a new batch in the running statistics: 0.1 in
	// PyTorch. Eps is added to the variance: 1e-5 in PyTorch.
	Momentum, Eps float64
}

// BatchNorm normalises each channel, along axis 1 of [N C], [N C L], [N C H W]…,
// over all other axes (Ioffe and Szegedy, 2015):
//
//	y = x̂·gamma + beta,   x̂ = (x − mean)/√(variance + eps)
//
// gamma and beta are [C]; two zero Vars stand for 1 and 0.
//
// In training, mean and variance are the batch's own, the variance biased (a
// mean over the M = N·H·W values). They are also averaged into s, with the
// unbiased variance (times M/(M − 1)), as in PyTorch:
//
//	running = (1 − momentum)·running + momentum·batch
//
// It panics with a *tensor.ShapeError when M is 1. In evaluation they are the
// running ones, which do not change. With means over a channel,
//
//	dx = gamma·(dy − mean(dy) − x̂·mean(dy·x̂))/√(variance + eps)   in training
//	dx = gamma·dy/√(variance + eps)                               in evaluation
//	dgamma = Σ dy·x̂, dbeta = Σ dy.
func BatchNorm(x, gamma, beta Var, s *BatchNormState, train bool) Var {
	return applyAffine(batchNorm{}, Attr{Ints: [8]int{flag(train)}, State: s}, x, gamma, beta)
}

// BatchNormReLU is ReLU(BatchNorm(x, gamma, beta, s, train)), with the same bits,
// in fewer sweeps over memory. In dx, dgamma and dbeta, dy counts as 0 where the
// result is not positive.
func BatchNormReLU(x, gamma, beta Var, s *BatchNormState, train bool) Var {
	return applyAffine(batchNormReLU{}, Attr{Ints: [8]int{flag(train)}, State: s}, x, gamma, beta)
}

// BatchNormAddReLU is AddReLU(BatchNorm(x, gamma, beta, s, train), residual), with the
// same bits: the end of a residual block, which keeps one result instead of two.
// With g = dy where the result is positive, else 0, dresidual is g, and dx, dgamma and
// dbeta are BatchNorm's, given g. The residual has the shape of x.
func BatchNormAddReLU(x, gamma, beta, residual Var, s *BatchNormState, train bool) Var {
	a := Attr{Ints: [8]int{flag(train)}, State: s}
	if gamma.IsZero() && beta.IsZero() {
		return Apply(batchNormAddReLU{}, a, x, residual)
	}
	return Apply(batchNormAddReLU{}, a, x, gamma, beta, residual)
}

type batchNorm struct{}

func (batchNorm) Name() string { return "BatchNorm" }
func (batchNorm) OutShape(a Attr, in []tensor.Shape) tensor.Shape {
	return batchNormShape("BatchNorm", a.State.(*BatchNormState), in, a.Ints[0] != 0)
}
func (batchNorm) Forward(c *Ctx)  { batchNormForward(c, false) }
func (batchNorm) Backward(c *Ctx) { batchNormBackward(c, c.OutGrad(), false) }

type batchNormReLU struct{}

func (batchNormReLU) Name() string { return "BatchNormReLU" }
func (batchNormReLU) OutShape(a Attr, in []tensor.Shape) tensor.Shape {
	return batchNormShape("BatchNormReLU", a.State.(*BatchNormState), in, a.Ints[0] != 0)
}
func (batchNormReLU) Forward(c *Ctx)  { batchNormForward(c, true) }
func (batchNormReLU) Backward(c *Ctx) { batchNormBackward(c, c.OutGrad(), true) }

type batchNormAddReLU struct{}

func (batchNormAddReLU) Name() string { return "BatchNormAddReLU" }
func (batchNormAddReLU) OutShape(a Attr, in []tensor.Shape) tensor.Shape {
	last := len(in) - 1
	if in[last] != in[0] {
		panic(shapeError("BatchNormAddReLU", "shapes differ", in[0], in[last]))
	}
	return batchNormShape("BatchNormAddReLU", a.State.(*BatchNormState), in[:last], a.Ints[0] != 0)
}
func (batchNormAddReLU) Forward(c *Ctx) {
	batchNormForward(c, false)
	tensor.AddReLU(c.Out(), c.Out(), c.In(c.NumIn()-1))
}
func (batchNormAddReLU) Backward(c *Ctx) {
	g := c.Grad(c.NumIn() - 1)
	if g == nil {
		g = c.Scratch(c.Out().Shape())
	}
	tensor.ReLUGrad(g, c.OutGrad(), c.Out())
	batchNormBackward(c, g, false)
}

// batchNormShape checks x, of which in is the shape, and those of gamma and beta, if any.
func batchNormShape(op string, s *BatchNormState, in []tensor.Shape, train bool) tensor.Shape {
	x := in[0]
	if x.Rank() < 2 {
		panic(shapeError(op, "expected the channels at axis 1 of", x))
	}
	channels := x.Dim(1)
	checkAffine(op, in, channels)
	for _, t := range [...]*tensor.Tensor{s.RunningMean, s.RunningVar} {
		if t.Shape() != tensor.MakeShape(channels) {
			panic(shapeError(op, "the running statistics do not have one element for each channel of", x, t.Shape()))
		}
	}
	if train && x.Size() <= channels {
		panic(shapeError(op, "expected more than 1 value per channel when training, got", x))
	}
	return x
}

func batchNormForward(c *Ctx, relu bool) {
	s, x := c.Attr().State.(*BatchNormState), c.In(0)
	channels := s.RunningMean.Shape()
	mean, invStd := c.Saved(0, channels), c.Saved(1, channels)
	gamma, beta := affine(c, 1)
	if !c.flag(0) {
		s.running(mean, invStd)
		tensor.BatchNormApply(c.Out(), x, gamma, beta, mean, invStd, relu)
		return
	}
	variance := c.Scratch(channels)
	tensor.BatchNormForward(c.Out(), x, gamma, beta, mean, variance, invStd, s.Eps, relu)
	s.update(mean, variance, x)
}

// running writes the running statistics, which may change before Backward.
func (s *BatchNormState) running(mean, invStd *tensor.Tensor) {
	tensor.Copy(mean, s.RunningMean)
	tensor.InvStd(invStd, s.RunningVar, s.Eps)
}

// update averages the statistics of x into the running ones.
func (s *BatchNormState) update(mean, variance, x *tensor.Tensor) {
	m := float64(x.Size() / x.Dim(1))
	for i := range mean.Data() {
		average(&s.RunningMean.Data()[i], float64(mean.Data()[i]), s.Momentum)
		average(&s.RunningVar.Data()[i], m/(m-1)*float64(variance.Data()[i]), s.Momentum)
	}
}

// average rounds both products, so that no compiler fuses one with the sum.
func average(running *float32, v, momentum float64) {
	*running = float32(float64((1-momentum)*float64(*running)) + float64(momentum*v))
}

// batchNormBackward writes the gradients but that of a residual, given that of the
// normalised x, or with relu of its positive part.
func batchNormBackward(c *Ctx, dy *tensor.Tensor, relu bool) {
	channels := c.Attr().State.(*BatchNormState).RunningMean.Shape()
	mean, invStd := c.Saved(0, channels), c.Saved(1, channels)
	gamma, beta := affine(c, 1)
	dgamma, dbeta := affineGrad(c, 1)
	tensor.BatchNormBackward(c.GradInPlace(0), dgamma, dbeta, dy, c.In(0), gamma, beta, mean, invStd, c.flag(0), relu)
}
