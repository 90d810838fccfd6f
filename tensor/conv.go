package tensor

// Convolution (more exactly cross-correlation, as everywhere in deep learning)
// over one, two or three spatial axes, with the layouts of PyTorch: x is
// [N C …], the weight [out in …] with in = C/groups channels, y [N out …]. For
// each image, output channel o of group g, and output position p,
//
//	y[o, p] = Σ x[g·in + c, p·stride + t·dilation − padding]·w[o, c, t]
//
// summed over the channels c of the group and the taps t of the kernel, x being
// zero outside. It is a product of the weight, a matrix of out rows, with a
// matrix that has a row for each (c, t) and a column for each position: the
// patches. That matrix is the input many times over and is never written out as
// a whole: convindirect.go tells how its elements are found where they lie, and
// convpass.go how blocks of it are made.

// ConvOpts are the options of a convolution. Element i of an array belongs to
// the i-th spatial axis; elements beyond the last axis are ignored. The zero
// value asks for a stride and dilation of 1, no padding and one group.
type ConvOpts struct {
	Stride   [3]int // distance between neighbouring outputs; 0 stands for 1
	Padding  [3]int // zeros before the first and behind the last element
	Dilation [3]int // distance between the taps of the kernel; 0 stands for 1
	Groups   int    // parts of the channels that do not see each other; 0 stands for 1

	// Winograd allows the algorithm of that name where it is faster: for images with a
	// kernel of 3×3, dilation 1 and 16 channels or more on both sides.
	//
	// With stride 1 it is F(4×4, 3×3), for a padding of at most 2 and a result on which
	// tiles of 4×4 take no more multiplications: whole tiles take a quarter. The errors are
	// up to six times those of the sum in order. Against float64, for 16 to 512 channels,
	// the root mean square of the error is 4e-7 to 1.3e-6 of the result's instead of 1e-7
	// to 4e-7, and the largest error 8e-7 to 1.7e-6 of the largest element instead of 2e-7
	// to 1.1e-6, for both gradients alike.
	//
	// With stride 2 it is F(4, 2) and F(3, 2) on even and odd pixels, for channels in
	// multiples of 8 and a result of 3, 4 or at least 6 rows and columns: at most 5.5
	// multiplications instead of 9. The root mean square of the error is 2e-7 to 5e-7,
	// hardly more than that of the sum in order, the largest up to 2.5e-6.
	//
	// A NaN or an Inf spreads over its tile.
	Winograd bool
}

// ConvShape returns the shape of the convolution of x with the weight w. An axis
// of length L becomes
//
//	⌊(L + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1.
//
// It panics with a *ShapeError that has the numbers when the kernel is larger
// than the padded input, when the channels do not fit the groups, or when an
// option makes no sense.
func ConvShape(x, w Shape, o ConvOpts) Shape {
	c := newConvolution("Conv", x, w, o)
	y := x
	y.dims[1] = c.groups * c.out
	for i := range x.rank - 2 {
		y.dims[2+i] = c.y[axisPlace(i, x.rank-2)]
	}
	return y
}

// Conv writes the convolution of x with the weight w to y. bias, with one
// element for each output channel, is added; nil for none.
func Conv(y, x, w, bias *Tensor, o ConvOpts) {
	c := newConvolution("Conv", x.shape, w.shape, o)
	c.check("Conv", x.shape, w.shape, y.shape, o)
	checkApart("Conv", y, x)
	checkApart("Conv", y, w)
	var b []float32
	if bias != nil {
		if bias.shape != MakeShape(c.groups*c.out) {
			panic(shapeErrorf("Conv", "the bias, listed last, needs shape [%d]", c.groups*c.out).with(x.shape, w.shape, bias.shape))
		}
		checkApart("Conv", y, bias)
		b = bias.data
	}
	if len(y.data) == 0 {
		return
	}
	pass := c.forward()
	if c.depthwise() {
		k := c.depthwiseArgs(&pass, x.data, w.data, y.data)
		k.bias = b
		depthwiseForward.Run(c.n*c.groups, c.depthwiseGrain(), k)
		return
	}
	if c.winograd(&o) {
		c.winogradProduct(false, y.data, x.data, w.data, b, 0)
		return
	}
	if c.winogradStride(&o, false) {
		c.strideProduct(false, y.data, x.data, w.data, b, 0)
		return
	}
	if c.kernelPlane > 1 && c.indirect(c.out, c.yPlane) {
		c.indirectProduct(false, y.data, x.data, w.data, b, 0)
		return
	}
	c.product(&pass, y.data, x.data, w.data, b, 0)
}

// ConvGradInput writes beta·dx + the gradient of Conv with respect to x, from
// that of its output, to dx. With beta 0 the former dx is not read.
func ConvGradInput(dx, dy, w *Tensor, beta float32, o ConvOpts) {
	c := newConvolution("ConvGradInput", dx.shape, w.shape, o)
	c.check("ConvGradInput", dx.shape, w.shape, dy.shape, o)
	checkApart("ConvGradInput", dx, dy)
	checkApart("ConvGradInput", dx, w)
	if len(dx.data) == 0 {
		return
	}
	if c.winograd(&o) {
		c.winogradProduct(true, dx.data, dy.data, w.data, nil, beta)
		return
	}
	if c.winogradStride(&o, true) {
		c.strideProduct(true, dx.data, dy.data, w.data, nil, beta)
		return
	}
	if c.kernelPlane > 1 && c.indirect(c.in, c.xPlane) {
		c.indirectProduct(true, dx.data, dy.data, w.data, nil, beta)
		return
	}
	if !c.depthwise() {
		c.inputGrad(dx.data, dy.data, w.data, beta)
		return
	}
	for i := range volume(c.stride) {
		if pass := c.backward(c.phase(i)); volume(pass.positions) > 0 {
			k := c.depthwiseArgs(&pass, dx.data, w.data, dy.data)
			k.beta = beta
			depthwiseGradInput.Run(c.n*c.groups, c.depthwiseGrain(), k)
		}
	}
}

// ConvGradWeight writes beta·dw + the gradient of Conv with respect to its
// weight, from that of its output, to dw. With beta 0 the former dw is not read.
func ConvGradWeight(dw, x, dy *Tensor, beta float32, o ConvOpts) {
	c := newConvolution("ConvGradWeight", x.shape, dw.shape, o)
	c.check("ConvGradWeight", x.shape, dw.shape, dy.shape, o)
	checkApart("ConvGradWeight", dw, x)
	checkApart("ConvGradWeight", dw, dy)
	pass := c.forward()
	switch {
	case len(dw.data) == 0:
	case c.depthwise():
		k := c.depthwiseArgs(&pass, x.data, dw.data, dy.data)
		k.beta = beta
		depthwiseGradWeight.Run(c.groups, 1, k)
	case c.winograd(&o):
		c.winogradWeightGrad(dw.data, x.data, dy.data, beta)
	case c.winogradStride(&o, false):
		c.strideWeight(dw.data, x.data, dy.data, beta)
	case c.indirect(c.out, c.yPlane):
		c.indirectWeight(dw.data, x.data, dy.data, beta)
	default:
		c.weightGrad(&pass, dw.data, x.data, dy.data, beta)
	}
}

// convolution is the geometry of a call. Its three axes are those of a volume;
// those that an image or a signal lacks have length 1. The first axis and the
// last are the last ones to be missing: see axisPlace.
type convolution struct {
	n, groups                   int
	in, out                     int // channels of a group
	x, k, y                     [3]int
	stride, padding, dilation   [3]int
	xPlane, yPlane, kernelPlane int // elements of x, y and w for a channel
}

// axisPlace returns which of the three axes the i-th of rank is.
func axisPlace(i, rank int) int {
	if i == rank-1 {
		return 2
	}
	return i
}

// newConvolution checks the options and the shapes of x and w.
func newConvolution(op string, x, w Shape, o ConvOpts) convolution {
	rank := x.rank - 2
	if rank < 1 || rank > 3 || w.rank != x.rank {
		panic(shapeErrorf(op, "expected x [N C …] and a weight [out in …], with the same one to three axes behind").with(x, w))
	}
	groups := max(o.Groups, 1)
	channels, out := x.dims[1], w.dims[0]
	switch {
	case channels < 1 || out < 1:
		panic(shapeErrorf(op, "%d input and %d output channels; both are at least 1", channels, out).with(x, w))
	case o.Groups < 0:
		panic(shapeErrorf(op, "%d groups", o.Groups).with(x, w))
	case channels%groups != 0:
		panic(shapeErrorf(op, "%d input channels are not divisible by %d groups", channels, groups).with(x, w))
	case out%groups != 0:
		panic(shapeErrorf(op, "%d output channels are not divisible by %d groups", out, groups).with(x, w))
	case w.dims[1] != channels/groups:
		panic(shapeErrorf(op, "%d input channels in %d groups need a weight [out %d …]", channels, groups, channels/groups).with(x, w))
	}
	c := convolution{n: x.dims[0], groups: groups, in: channels / groups, out: out / groups}
	for i := range c.x {
		c.x[i], c.k[i], c.y[i], c.stride[i], c.dilation[i] = 1, 1, 1, 1, 1
	}
	for i := range rank {
		at := axisPlace(i, rank)
		c.x[at], c.k[at] = x.dims[2+i], w.dims[2+i]
		c.padding[at] = o.Padding[i]
		c.stride[at] = oneIfZero(o.Stride[i])
		c.dilation[at] = oneIfZero(o.Dilation[i])
		c.y[at] = windows(op, i, c.x[at], c.k[at], c.stride[at], c.padding[at], c.dilation[at], x, w)
	}
	c.xPlane, c.yPlane, c.kernelPlane = volume(c.x), volume(c.y), volume(c.k)
	return c
}

func oneIfZero(v int) int {
	if v == 0 {
		return 1
	}
	return v
}

func volume(d [3]int) int { return d[0] * d[1] * d[2] }

// windows returns how many positions a kernel has along spatial axis i, and
// panics when it has none.
func windows(op string, i, length, kernel, stride, padding, dilation int, shapes ...Shape) int {
	reach := dilation*(kernel-1) + 1
	switch {
	case kernel < 1 || stride < 1 || dilation < 1 || padding < 0:
		panic(shapeErrorf(op, "spatial axis %d has kernel %d, stride %d, dilation %d, padding %d; they are at least 1, 1, 1 and 0", i, kernel, stride, dilation, padding).with(shapes...))
	case reach > length+2*padding:
		panic(shapeErrorf(op, "the output has no elements: on spatial axis %d a kernel of %d with dilation %d reaches over %d elements, the input with padding has %d+2·%d", i, kernel, dilation, reach, length, padding).with(shapes...))
	}
	return (length+2*padding-reach)/stride + 1
}

// check panics unless y is the shape of the convolution.
func (c *convolution) check(op string, x, w, y Shape, o ConvOpts) {
	if want := ConvShape(x, w, o); y != want {
		panic(shapeErrorf(op, "x and w make an output %v, not the one listed last", want).with(x, w, y))
	}
}
