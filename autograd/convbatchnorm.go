package autograd

import "github.com/seed-312a1f22/dyad/tensor"

// ConvBatchNormReLU is BatchNormReLU(Conv(x, w, b, o), gamma, beta, s, train). Where x
// needs no gradient and the patches are small (tensor.ConvBatchNormFits), as in the
// first layer of an encoder, and there is no b, it is one operation, which never writes
// the convolution's result, and whose gradients take one sweep: three times less
// memory traffic. Its statistics are those of the patches, by another order of sums, so
// that the last bits differ.
func ConvBatchNormReLU(x, w, b, gamma, beta Var, s *BatchNormState, train bool, o tensor.ConvOpts) Var {
	if !b.IsZero() || x.node().needsGrad || !tensor.ConvBatchNormFits(x.Shape(), w.Shape(), o) {
		return BatchNormReLU(Conv(x, w, b, o), gamma, beta, s, train)
	}
	a := convAttr(o)
	a.Floats[3], a.State = float64(flag(train)), s
	if gamma.IsZero() && beta.IsZero() {
		return Apply(convBatchNormReLU{}, a, x, w)
	}
	return Apply(convBatchNormReLU{}, a, x, w, gamma, beta)
}

type convBatchNormReLU struct{}

func (convBatchNormReLU) Name() string { return "ConvBatchNormReLU" }

func (convBatchNormReLU) OutShape(a Attr, in []tensor.Shape) tensor.Shape {
	in[1] = tensor.ConvShape(in[0], in[1], a.conv())
	return batchNormShape("ConvBatchNormReLU", a.State.(*BatchNormState), in[1:], a.Floats[3] != 0)
}

func (convBatchNormReLU) Forward(c *Ctx) {
	a, x, w := c.Attr(), c.In(0), c.In(1)
	s := a.State.(*BatchNormState)
	channels := s.RunningMean.Shape()
	mean, invStd := c.Saved(0, channels), c.Saved(1, channels)
	gamma, beta := affine(c, 2)
	if a.Floats[3] == 0 {
		s.running(mean, invStd)
		tensor.ConvBatchNormApply(c.Out(), x, w, gamma, beta, mean, invStd, a.conv())
		return
	}
	variance := c.Scratch(channels)
	tensor.ConvBatchNormForward(c.Out(), x, w, gamma, beta, mean, variance, invStd, patchMoments(c), s.Eps, a.conv())
	s.update(mean, variance, c.Out())
}

func (convBatchNormReLU) Backward(c *Ctx) {
	a := c.Attr()
	channels := a.State.(*BatchNormState).RunningMean.Shape()
	gamma, _ := affine(c, 2)
	dgamma, dbeta := affineGrad(c, 2)
	train := a.Floats[3] != 0
	var moments *tensor.Tensor
	if train {
		moments = patchMoments(c)
	}
	tensor.ConvBatchNormBackward(c.Grad(1), dgamma, dbeta, c.OutGrad(), c.Out(), c.In(0), c.In(1), gamma, c.Saved(0, channels), c.Saved(1, channels), moments, train, a.conv())
}

// patchMoments returns the mean and the covariance of the patches.
func patchMoments(c *Ctx) *tensor.Tensor {
	w := c.In(1)
	k := w.Size() / w.Dim(0)
	return c.Saved(2, tensor.MakeShape(k+1, k))
}

// FLOPs counts the convolution's.
func (convBatchNormReLU) FLOPs(c *Ctx, d Direction) int64 {
	w := c.In(1)
	return productFLOPs(c, d, w.Size()/w.Dim(0))
}
