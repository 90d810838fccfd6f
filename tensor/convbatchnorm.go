package tensor

import (
	"math"

	"github.com/seed-312a1f22/dyad/asm"
)

// The first layer of an encoder: a convolution with small patches, the batch
// normalisation behind it and a ReLU, where nobody wants the gradient of x. Its
// result is far larger than x, and to read and write such results takes longer than
// to compute them. So the convolution's own is never written: a small matrix says
// all that is to be known of it. With p the patch at a position, of K elements,
// and y[o] = w[o]·p,
//
//	mean(y[o]) = w[o]·mean(p),   variance(y[o]) = w[o]·cov(p)·w[o]
//
// over all positions of all images. One sweep over x gives the right sides, and a
// second one the result, by a weight that does the normalisation as well:
//
//	max(0, scale·w[o]·(p − mean(p)) + beta),   scale = gamma·invStd
//
// Backward, with g = dy where the result is positive, else 0, one sweep over both
// gives Σ g and G[o] = Σ g[o]·(p − mean(p)), from which follow
//
//	dbeta = Σ g,   dgamma = invStd·w·G,   dw = scale·(G − invStd²·(w·G)·cov(p)·w)
//
// the latter since dy of the convolution is scale·(g − mean(g) − x̂·mean(g·x̂)).

// maxPatch is the largest K that this is done for. The covariance takes K/2
// multiplications for each element of a patch, as many as K/2 more channels would.
const maxPatch = 32

// A block is as many positions, of one image, as keep its patches, and the gradient of
// channelBlock channels, in a second-level cache.
const (
	positionBlock = 1024
	channelBlock  = 32
	sumColumns    = 256 // after so many positions a sum in float32 goes to one in float64
)

// ConvBatchNormFits reports whether ConvBatchNormForward takes a convolution of x with
// the weight w: one group, patches of 2 to 32 elements, a kernel of more than one. It
// panics like ConvShape.
func ConvBatchNormFits(x, w Shape, o ConvOpts) bool {
	c := newConvolution("Conv", x, w, o)
	return c.groups == 1 && c.kernelPlane > 1 && c.in*c.kernelPlane <= maxPatch
}

// ConvBatchNormForward writes to y what Conv, BatchNormForward and ReLU would make of
// x one after the other, and the statistics of the convolution's result, which is
// not kept, to mean, variance and invStd. moments, of shape [K+1 K] for a weight of shape
// [out …] with K elements for each output channel, receives the mean of the patches
// and, in K rows, their biased covariance, for ConvBatchNormBackward. gamma and beta
// may be nil, for 1 and 0. Sums accumulate in float64, those of products over up to 1024
// positions of an image in float32.
//
// It panics with a *ShapeError where ConvBatchNormFits says no.
func ConvBatchNormForward(y, x, w, gamma, beta, mean, variance, invStd, moments *Tensor, eps float64, o ConvOpts) {
	const op = "ConvBatchNormForward"
	k := newConvBatchNorm(op, y, x, w, gamma, beta, mean, invStd, o)
	checkChannels(op, y, variance)
	k.centreBy(op, w, moments)
	if len(y.data) == 0 {
		panic(shapeErrorf(op, "no elements to take statistics of").with(y.shape))
	}
	sums := doubleBuffers.take()
	k.takeSums(sums, k.depth*(k.depth+1))
	patchSums.Run(k.ranges, 1, k)
	total, m := k.total(), float64(k.n*k.yPlane)
	for i := range total {
		total[i] /= m
	}
	means, products := total[:k.depth], total[k.depth:]
	for i, mi := range means {
		moments.data[i] = float32(mi)
		for j, mj := range means[:i+1] {
			covariance := products[i*k.depth+j] - float64(mi*mj)
			products[i*k.depth+j], products[j*k.depth+i] = covariance, covariance
			moments.data[(1+i)*k.depth+j], moments.data[(1+j)*k.depth+i] = float32(covariance), float32(covariance)
		}
	}
	for c := range k.out {
		var mu, v float64
		row := w.data[c*k.depth:][:k.depth]
		for i, wi := range row {
			mu += float64(float64(wi) * means[i])
			for j, wj := range row {
				v += float64(float64(wi) * float64(wj) * products[i*k.depth+j])
			}
		}
		if v < 0 { // by rounding alone; NaN stays
			v = 0
		}
		mean.data[c], variance.data[c], invStd.data[c] = float32(mu), float32(v), float32(1/math.Sqrt(v+eps))
	}
	doubleBuffers.put(sums)
	k.apply(w.data)
}

// ConvBatchNormApply is ConvBatchNormForward with given statistics, as
// BatchNormApply takes them.
func ConvBatchNormApply(y, x, w, gamma, beta, mean, invStd *Tensor, o ConvOpts) {
	k := newConvBatchNorm("ConvBatchNormApply", y, x, w, gamma, beta, mean, invStd, o)
	k.mean = mean.data
	k.apply(w.data)
}

// ConvBatchNormBackward writes the gradients of ConvBatchNormForward, or with train
// false of ConvBatchNormApply, which has no moments, from that of its result y. Any
// of dw, dgamma and dbeta may be nil: not wanted.
func ConvBatchNormBackward(dw, dgamma, dbeta, dy, y, x, w, gamma, mean, invStd, moments *Tensor, train bool, o ConvOpts) {
	const op = "ConvBatchNormBackward"
	k := newConvBatchNorm(op, y, x, w, gamma, nil, mean, invStd, o)
	checkElementwise(op, dy, y)
	k.dy = dy.data
	if train {
		k.centreBy(op, w, moments)
	}
	if dw != nil {
		checkElementwise(op, dw, w)
		checkApart(op, dw, w)
	}
	for _, t := range [...]*Tensor{dgamma, dbeta} {
		if t != nil {
			checkChannels(op, y, t)
		}
	}
	sums := doubleBuffers.take()
	k.takeSums(sums, k.out*(k.depth+1))
	maskedSums.Run(k.ranges, 1, k)
	total := k.total()
	for c := range k.out {
		row := w.data[c*k.depth:][:k.depth]
		first := c / channelBlock * channelBlock
		rows := min(channelBlock, k.out-first)
		g := total[first*k.depth+c:] // every rows elements, Σ g behind G
		sum := g[k.depth*rows]
		dot, std := 0.0, float64(invStd.data[c]) // of w with G
		for i, wi := range row {
			dot += float64(float64(wi) * g[i*rows])
		}
		if dbeta != nil {
			dbeta.data[c] = float32(sum)
		}
		if dgamma != nil {
			centred := dot
			if !train {
				centred -= float64(sum * float64(mean.data[c]))
			}
			dgamma.data[c] = float32(std * centred)
		}
		if dw == nil {
			continue
		}
		scale, slope := std*float64(factor(k.gamma, c, 1)), float64(std*std)*dot
		for i := range row {
			v := g[i*rows]
			if train {
				projected := 0.0
				for j, wj := range row {
					projected += float64(float64(wj) * float64(moments.data[(1+i)*k.depth+j]))
				}
				v -= float64(slope * projected)
			}
			dw.data[c*k.depth+i] = float32(scale * v)
		}
	}
	doubleBuffers.put(sums)
}

type convBatchNormArgs struct {
	convolution
	pass    pass
	cutting cutting // into parts of one image
	depth   int     // elements of a patch

	x, y, dy                  []float32
	gamma, beta, mean, invStd []float32 // mean is what is subtracted of the products,
	centre                    []float32 // and centre of the patches; one of them is nil
	weight                    []float32 // [out depth+1]: scaled, and what is added

	ranges int       // of the parts
	sums   []float64 // of each range, size elements
	size   int
	need   scratchSize
}

func newConvBatchNorm(op string, y, x, w, gamma, beta, mean, invStd *Tensor, o ConvOpts) convBatchNormArgs {
	c := newConvolution(op, x.shape, w.shape, o)
	c.check(op, x.shape, w.shape, y.shape, o)
	if !ConvBatchNormFits(x.shape, w.shape, o) {
		panic(shapeErrorf(op, "needs one group and patches of at most %d elements, with a kernel of more than one", maxPatch).with(x.shape, w.shape))
	}
	checkApart(op, y, x)
	checkApart(op, y, w)
	n := newBatchNorm(op, nil, y, gamma, beta, mean, invStd)
	k := convBatchNormArgs{
		convolution: c, pass: c.forward(), depth: c.in * c.kernelPlane, x: x.data, y: y.data,
		gamma: n.gamma, beta: n.beta, invStd: n.invStd,
	}
	k.cutting = k.pass.cut(c.n, c.in, wantedChunks)
	k.cutting.images, k.cutting.parts = 1, c.n*k.cutting.slabs
	k.ranges = max(1, min(4*wantedChunks, k.cutting.parts))
	slab := k.pass.slab(0, k.cutting.lines)
	k.need.grid = c.in * slab.grid.plane()
	k.need.patches = (k.depth + 1) * positionBlock
	k.need.product = channelBlock * (positionBlock + k.depth + 1)
	reserveScratch(k.ranges, &k.need)
	return k
}

// centreBy subtracts the mean of the patches from each.
func (k *convBatchNormArgs) centreBy(op string, w, moments *Tensor) {
	if moments.shape != MakeShape(k.depth+1, k.depth) {
		panic(shapeErrorf(op, "the moments, listed last, need shape [%d %d]", k.depth+1, k.depth).with(w.shape, moments.shape))
	}
	k.centre = moments.data[:k.depth]
}

// doubleBuffer is memory for sums.
type doubleBuffer struct{ data []float64 }

var doubleBuffers = freeList[doubleBuffer]{new: func() *doubleBuffer { return new(doubleBuffer) }}

// takeSums makes room for size sums of each range.
func (k *convBatchNormArgs) takeSums(b *doubleBuffer, size int) {
	if len(b.data) < k.ranges*size {
		b.data = make([]float64, k.ranges*size)
	}
	k.size, k.sums = size, b.data[:k.ranges*size]
	clear(k.sums)
}

// total adds up the sums of all ranges, in order, to those of the first.
func (k *convBatchNormArgs) total() []float64 {
	total := k.sums[:k.size]
	for r := 1; r < k.ranges; r++ {
		for i, v := range k.sums[r*k.size:][:k.size] {
			total[i] += v
		}
	}
	return total
}

// part returns the pass of a part, the grid of its image, and where its positions
// begin in channel 0 of the result.
func (k *convBatchNormArgs) part(s *convScratch, i int) (p pass, g gridView, at int) {
	image, _, p := k.cutting.part(&k.pass, i, k.n)
	g = p.view(s, k.x[image*k.in*k.xPlane:], 0, k.in, 1)
	return p, g, image*k.out*k.yPlane + p.first[0]*k.convolution.y[1]*k.convolution.y[2]
}

// patchSums adds up the patches and the products of their elements, those of row i
// with rows up to i. Products are of what is left without a row's mean over the block, m,
// in float32, and the rest in float64:
//
//	Σ x·y = Σ (x − m)(y − n) + n·Σ x + m·Σ y − columns·m·n
var patchSums = NewKernel(func(lo, hi int, k *convBatchNormArgs) {
	s := takeScratch(&k.need)
	for r := lo; r < hi; r++ {
		sum := k.sums[r*k.size:][:k.size]
		for i := r * k.cutting.parts / k.ranges; i < (r+1)*k.cutting.parts/k.ranges; i++ {
			p, g, _ := k.part(s, i)
			for b := p.firstBlock(1, positionBlock); b.columns > 0; b = p.nextBlock(b) {
				patches, ld := p.patches(s, &g, &b)
				var means, sums [maxPatch]float64
				for i := range k.depth {
					row := patches[i*ld:][:b.columns]
					sums[i] = asm.Sum(row)
					mean := float32(sums[i] / float64(b.columns))
					means[i] = float64(mean)
					asm.AddScalar(row, row, -mean)
					sum[i] += sums[i]
					for j := range i + 1 {
						rest := float64(means[j]*sums[i]) + float64(means[i]*sums[j]) - float64(float64(b.columns)*means[i]*means[j])
						sum[k.depth*(1+i)+j] += float64(asm.Dot(row, patches[j*ld:][:b.columns])) + rest
					}
				}
			}
		}
	}
	convScratches.put(s)
})

// apply writes the result.
func (k *convBatchNormArgs) apply(w []float32) {
	weight := floatBuffers.take()
	weight.data = atLeast(weight.data, k.out*(k.depth+1))
	k.weight = weight.data
	for c := range k.out {
		scale := float64(k.invStd[c]) * float64(factor(k.gamma, c, 1))
		row := k.weight[c*(k.depth+1):][:k.depth+1]
		for i, v := range w[c*k.depth:][:k.depth] {
			row[i] = float32(scale * float64(v))
		}
		row[k.depth] = float32(float64(factor(k.beta, c, 0)) - float64(scale*float64(factor(k.mean, c, 0))))
	}
	convBatchNorm.Run(k.cutting.parts, max(1, ceilDiv(k.cutting.parts, 4*wantedChunks)), *k)
	floatBuffers.put(weight)
}

// stream reports whether y is written past the caches: see batchNormArgs.stream.
func (k *convBatchNormArgs) stream() bool { return len(k.y) >= streamElements }

var convBatchNorm = NewKernel(func(lo, hi int, k *convBatchNormArgs) {
	s := takeScratch(&k.need)
	relu := asm.BatchNorm{Stream: true}
	for i := range relu.Scale {
		relu.Scale[i] = 1
	}
	for i := lo; i < hi; i++ {
		p, g, at := k.part(s, i)
		for b := p.firstBlock(1, positionBlock); b.columns > 0; b = p.nextBlock(b) {
			patches, ld := k.patches(s, &p, &g, &b)
			for first := 0; first < k.out; first += channelBlock {
				rows := min(channelBlock, k.out-first)
				weight, y := k.weight[first*(k.depth+1):], k.y[at+b.at+first*k.yPlane:]
				if !k.stream() {
					asm.Gemm(s.workspace, false, false, rows, b.columns, k.depth+1, weight, k.depth+1, patches, ld, 0, y, k.yPlane, asm.Epilogue{ReLU: true})
					continue
				}
				asm.Gemm(s.workspace, false, false, rows, b.columns, k.depth+1, weight, k.depth+1, patches, ld, 0, s.product, ld, asm.Epilogue{})
				whole := b.columns / asm.StripWidth
				for c := range rows {
					line, from := y[c*k.yPlane:], s.product[c*ld:]
					relu.Normalize(line, from, whole, asm.StripWidth, asm.StripWidth, true)
					done := whole * asm.StripWidth
					relu.Normalize(line[done:], from[done:], 1, b.columns-done, asm.StripWidth, true)
				}
			}
		}
	}
	if k.stream() {
		asm.StoreFence()
	}
	convScratches.put(s)
})

// patches returns those of a block, centred, and a row of ones behind them.
func (k *convBatchNormArgs) patches(s *convScratch, p *pass, g *gridView, b *block) (rows []float32, ld int) {
	rows, ld = p.patches(s, g, b)
	for i, v := range k.centre {
		row := rows[i*ld:][:b.columns]
		asm.AddScalar(row, row, -v)
	}
	ones := rows[k.depth*ld:][:b.columns]
	for j := range ones {
		ones[j] = 1
	}
	return rows, ld
}

// maskedSums adds up, for each block of channels, the products of the patches, and of
// the ones behind them, with g: [depth+1 rows].
var maskedSums = NewKernel(func(lo, hi int, k *convBatchNormArgs) {
	s := takeScratch(&k.need)
	product := s.product[channelBlock*positionBlock:]
	for r := lo; r < hi; r++ {
		sum := k.sums[r*k.size:][:k.size]
		for i := r * k.cutting.parts / k.ranges; i < (r+1)*k.cutting.parts/k.ranges; i++ {
			p, g, at := k.part(s, i)
			for b := p.firstBlock(1, positionBlock); b.columns > 0; b = p.nextBlock(b) {
				patches, ld := k.patches(s, &p, &g, &b)
				for first := 0; first < k.out; first += channelBlock {
					rows := min(channelBlock, k.out-first)
					for c := range rows {
						from := at + b.at + (first+c)*k.yPlane
						if next := from + k.yPlane; next+b.columns <= len(k.y) { // which the hardware finds late
							asm.Prefetch(k.dy[next:], 1, b.columns, b.columns)
							asm.Prefetch(k.y[next:], 1, b.columns, b.columns)
						}
						asm.ReLUGrad(s.product[c*ld:][:b.columns], k.dy[from:][:b.columns], k.y[from:][:b.columns])
					}
					for j := 0; j < b.columns; j += sumColumns {
						asm.Gemm(s.workspace, false, true, k.depth+1, rows, min(sumColumns, b.columns-j), patches[j:], ld, s.product[j:], ld, 0, product, rows, asm.Epilogue{})
						asm.AccumulateSum(sum[first*(k.depth+1):][:(k.depth+1)*rows], product[:(k.depth+1)*rows])
					}
				}
			}
		}
	}
	convScratches.put(s)
})
