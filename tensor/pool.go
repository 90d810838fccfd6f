package tensor

// PoolOpts are the options of a pooling over one to three spatial axes. Element
// i of an array belongs to the i-th spatial axis; elements beyond the last axis
// are ignored.
type PoolOpts struct {
	Kernel  [3]int // length of a window
	Stride  [3]int // distance between neighbouring windows; 0 stands for Kernel
	Padding [3]int // at both ends, at most half of Kernel: −Inf to MaxPool, 0 to AvgPool
}

// PoolShape returns the shape of the pooling of x, [N C …]. An axis of length L
// becomes ⌊(L + 2·padding − kernel) / stride⌋ + 1. It panics with a *ShapeError
// that has the numbers when that is less than 1 or an option makes no sense.
func PoolShape(x Shape, o PoolOpts) Shape {
	p := newPooling("Pool", x, o)
	for i := range x.rank - 2 {
		x.dims[2+i] = p.y[axisPlace(i, x.rank-2)]
	}
	return x
}

// MaxPool writes the maximum of each window to y. A NaN in a window is its
// maximum.
func MaxPool(y, x *Tensor, o PoolOpts) { pool("MaxPool", maxPool, y, x, nil, o) }

// MaxPoolGrad writes the gradient of MaxPool to dx, from its input x and the
// gradient dy of its output: that of a window goes to its first maximum.
func MaxPoolGrad(dx, dy, x *Tensor, o PoolOpts) { pool("MaxPoolGrad", maxPoolGrad, dy, x, dx, o) }

// AvgPool writes the mean of each window to y. The zeros of the padding count,
// as is PyTorch's default. Sums accumulate in float64.
func AvgPool(y, x *Tensor, o PoolOpts) { pool("AvgPool", avgPool, y, x, nil, o) }

// AvgPoolGrad writes the gradient of AvgPool to dx, from that of its output.
func AvgPoolGrad(dx, dy *Tensor, o PoolOpts) { pool("AvgPoolGrad", avgPoolGrad, dy, dx, dx, o) }

// pool runs a kernel over the channels of all images.
func pool(op string, kernel *Kernel[pooling], y, x, dx *Tensor, o PoolOpts) {
	p := newPooling(op, x.shape, o)
	if want := PoolShape(x.shape, o); y.shape != want {
		panic(shapeErrorf(op, "x makes an output %v, not the one listed last", want).with(x.shape, y.shape))
	}
	p.xs, p.ys = x.data, y.data
	if dx == nil {
		checkApart(op, y, x)
	} else {
		if dx.shape != x.shape {
			panic(shapeErrorf(op, "the gradient, listed last, has not the shape of the input").with(x.shape, dx.shape))
		}
		checkApart(op, dx, y)
		if dx != x {
			checkApart(op, dx, x)
		}
		p.dx = dx.data
	}
	channels, plane := x.shape.dims[0]*x.shape.dims[1], volume(p.y)*volume(p.kernel)
	kernel.Run(channels, max(1, costlyGrain/plane), p)
}

// pooling is the geometry of a pooling, with axes as in convolution, and its
// arguments.
type pooling struct {
	x, y, kernel, stride, padding [3]int
	xs, ys, dx                    []float32
}

func newPooling(op string, x Shape, o PoolOpts) pooling {
	rank := x.rank - 2
	if rank < 1 || rank > 3 {
		panic(shapeErrorf(op, "expected [N C …] with one to three axes behind").with(x))
	}
	p := pooling{x: [3]int{1, 1, 1}, y: [3]int{1, 1, 1}, kernel: [3]int{1, 1, 1}, stride: [3]int{1, 1, 1}}
	for i := range rank {
		at := axisPlace(i, rank)
		p.x[at], p.kernel[at], p.stride[at], p.padding[at] = x.dims[2+i], o.Kernel[i], o.Stride[i], o.Padding[i]
		if p.stride[at] == 0 {
			p.stride[at] = p.kernel[at]
		}
		if 2*p.padding[at] > p.kernel[at] {
			panic(shapeErrorf(op, "on spatial axis %d the padding %d is more than half of the kernel %d: there are windows of padding alone", i, p.padding[at], p.kernel[at]).with(x))
		}
		p.y[at] = windows(op, i, p.x[at], p.kernel[at], p.stride[at], p.padding[at], 1, x)
	}
	return p
}

// window returns the part of the window at y that is in the input.
func (p *pooling) window(y [3]int) (lo, hi [3]int) {
	for i := range y {
		at := y[i]*p.stride[i] - p.padding[i]
		lo[i], hi[i] = max(at, 0), min(at+p.kernel[i], p.x[i])
	}
	return lo, hi
}

// next returns the position after y, the last axis changing fastest.
func (p *pooling) next(y [3]int) [3]int {
	for i := 2; i >= 0; i-- {
		if y[i]++; y[i] < p.y[i] {
			break
		}
		y[i] = 0
	}
	return y
}

var maxPool = NewKernel(func(lo, hi int, p *pooling) {
	for channel := lo; channel < hi; channel++ {
		x, y := p.channel(channel)
		var at [3]int
		for i := range y {
			y[i] = x[p.argMax(x, at)]
			at = p.next(at)
		}
	}
})

// channel returns a channel's part of x and y.
func (p *pooling) channel(i int) (x, y []float32) {
	nx, ny := volume(p.x), volume(p.y)
	return p.xs[i*nx:][:nx], p.ys[i*ny:][:ny]
}

// argMax returns where in a channel the first maximum of a window is.
func (p *pooling) argMax(x []float32, y [3]int) (at int) {
	lo, hi := p.window(y)
	at = (lo[0]*p.x[1]+lo[1])*p.x[2] + lo[2]
	largest := x[at]
	for i0 := lo[0]; i0 < hi[0]; i0++ {
		for i1 := lo[1]; i1 < hi[1]; i1++ {
			row := (i0*p.x[1] + i1) * p.x[2]
			for i := row + lo[2]; i < row+hi[2]; i++ {
				if v := x[i]; v > largest || v != v && largest == largest {
					largest, at = v, i
				}
			}
		}
	}
	return at
}

var maxPoolGrad = NewKernel(func(lo, hi int, p *pooling) {
	for channel := lo; channel < hi; channel++ {
		x, dy := p.channel(channel)
		dx := p.dx[channel*len(x):][:len(x)]
		clear(dx)
		var at [3]int
		for _, d := range dy {
			dx[p.argMax(x, at)] += d
			at = p.next(at)
		}
	}
})

var avgPool = NewKernel(func(first, last int, p *pooling) {
	size := float64(volume(p.kernel))
	for channel := first; channel < last; channel++ {
		x, y := p.channel(channel)
		var at [3]int
		for i := range y {
			lo, hi := p.window(at)
			sum := 0.0
			for i0 := lo[0]; i0 < hi[0]; i0++ {
				for i1 := lo[1]; i1 < hi[1]; i1++ {
					row := (i0*p.x[1] + i1) * p.x[2]
					for _, v := range x[row+lo[2] : row+hi[2]] {
						sum += float64(v)
					}
				}
			}
			y[i] = float32(sum / size)
			at = p.next(at)
		}
	}
})

var avgPoolGrad = NewKernel(func(first, last int, p *pooling) {
	scale := 1 / float32(volume(p.kernel))
	for channel := first; channel < last; channel++ {
		dx, dy := p.channel(channel)
		clear(dx)
		var at [3]int
		for _, d := range dy {
			d = float32(d * scale)
			lo, hi := p.window(at)
			for i0 := lo[0]; i0 < hi[0]; i0++ {
				for i1 := lo[1]; i1 < hi[1]; i1++ {
					row := dx[(i0*p.x[1]+i1)*p.x[2]:]
					for i := lo[2]; i < hi[2]; i++ {
						row[i] += d
					}
				}
			}
			at = p.next(at)
		}
	}
})
