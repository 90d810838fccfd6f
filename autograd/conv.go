package autograd

import "github.com/seed-312a1f22/dyad/tensor"

// Conv returns the convolution of x with the weight w (cross-correlation, as in
// PyTorch's Conv1d, Conv2d and Conv3d), plus the bias b: x is [N C …] with one to
// three spatial axes, w is [out in …] with in = C/groups, b is [out] or the zero
// Var for none, and the result is [N out …]. For output channel o of group g and
// position p, summed over channels c and taps t of the kernel,
//
//	y[o, p] = b[o] + Σ x[g·in + c, p·stride + t·dilation − padding]·w[o, c, t]
//
// where x is 0 outside. An axis of length L becomes
// ⌊(L + 2·padding − dilation·(kernel − 1) − 1)/stride⌋ + 1.
//
//	dx[g·in + c, i] = Σ dy[o, p]·w[o, c, t] over all o of the group, p and t
//	                  with p·stride + t·dilation − padding = i
//	dw[o, c, t]     = Σ dy[o, p]·x[g·in + c, p·stride + t·dilation − padding]
//	db[o]           = Σ dy[o, p], the last two over all images and p.
func Conv(x, w, b Var, o tensor.ConvOpts) Var {
	if b.IsZero() {
		return Apply(conv{}, convAttr(o), x, w)
	}
	return Apply(conv{}, convAttr(o), x, w, b)
}

// convAttr returns o as an Attr: stride, padding and groups in Ints, dilation in
// Floats, for which there is no room left. Attr.conv reads it.
func convAttr(o tensor.ConvOpts) (a Attr) {
	for i := range 3 {
		a.Ints[i], a.Ints[3+i] = o.Stride[i], o.Padding[i]
		a.Floats[i] = float64(o.Dilation[i])
	}
	a.Ints[6], a.Ints[7] = o.Groups, flag(o.Winograd)
	return a
}

func (a *Attr) conv() (o tensor.ConvOpts) {
	for i := range 3 {
		o.Stride[i], o.Padding[i] = a.Ints[i], a.Ints[3+i]
		o.Dilation[i] = int(a.Floats[i])
	}
	o.Groups, o.Winograd = a.Ints[6], a.Ints[7] != 0
	return o
}

type conv struct{}

func (conv) Name() string { return "Conv" }

func (conv) OutShape(a Attr, in []tensor.Shape) tensor.Shape {
	y := tensor.ConvShape(in[0], in[1], a.conv())
	if len(in) == 3 && in[2] != tensor.MakeShape(y.Dim(1)) {
		panic(shapeError("Conv", "the bias is not [out] for w [out in …]", in[1], in[2]))
	}
	return y
}

func (conv) Forward(c *Ctx) {
	var bias *tensor.Tensor
	if c.NumIn() == 3 {
		bias = c.In(2)
	}
	tensor.Conv(c.Out(), c.In(0), c.In(1), bias, c.Attr().conv())
}

func (conv) Backward(c *Ctx) {
	o, dy := c.Attr().conv(), c.OutGrad()
	if dx, beta := c.GradBeta(0); dx != nil {
		tensor.ConvGradInput(dx, dy, c.In(1), beta, o)
	}
	if dw, beta := c.GradBeta(1); dw != nil {
		tensor.ConvGradWeight(dw, c.In(0), dy, beta, o)
	}
	if c.NumIn() == 3 {
		if db, beta := c.GradBeta(2); db != nil {
			_, flat := channelShapes(dy.Shape())
			tensor.SumTo(c.View(db, tensor.MakeShape(1, dy.Dim(1), 1)), c.View(dy, flat), beta)
		}
	}
}

// FLOPs counts the products of the sum in order, which Winograd's algorithm makes
// do with fewer of.
func (conv) FLOPs(c *Ctx, d Direction) int64 {
	w := c.In(1)
	return productFLOPs(c, d, w.Size()/w.Dim(0))
}
