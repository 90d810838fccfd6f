package tensor

import (
	"math"

	"github.com/seed-312a1f22/dyad/asm"
)

// Batch normalisation (Ioffe and Szegedy, "Batch Normalization", 2015) over
// axis 1: the C channels of [N C], [N C L], [N C H W], … each have M = N·L·H·W
// elements. gamma, beta, mean, variance and invStd have shape [C]. With relu, the
// result is max(y, 0), in the same sweep over memory.

// BatchNormForward normalises each channel by its own statistics,
//
//	y = (x − mean)·invStd·gamma + beta,   invStd = 1/√(variance + eps)
//
// and writes them to mean, variance and invStd. The variance is the biased one,
// divided by M; multiply it by M/(M−1) for the running statistics. gamma and
// beta may be nil, for 1 and 0; y may be x. The statistics are computed in
// float64 as E[x²] − E[x]².
func BatchNormForward(y, x, gamma, beta, mean, variance, invStd *Tensor, eps float64, relu bool) {
	k := newBatchNorm("BatchNormForward", y, x, gamma, beta, mean, invStd)
	checkChannels("BatchNormForward", x, variance)
	k.variance, k.eps, k.relu = variance.data, eps, relu
	if len(x.data) == 0 {
		panic(shapeErrorf("BatchNormForward", "no elements to take statistics of").with(x.shape))
	}
	if !k.stream() {
		k.fetched = k.y
	}
	batchNormForward.Run(k.blocks(), k.blockGrain(), k)
}

// BatchNormApply normalises each channel by given statistics:
// y = (x − mean)·invStd·gamma + beta. gamma and beta may be nil, for 1 and 0; y
// may be x. InvStd makes invStd from a running variance.
func BatchNormApply(y, x, gamma, beta, mean, invStd *Tensor, relu bool) {
	k := newBatchNorm("BatchNormApply", y, x, gamma, beta, mean, invStd)
	k.relu = relu
	if len(x.data) > 0 {
		batchNormApply.Run(k.n, max(1, cheapGrain/(k.c*k.inner)), k)
	}
}

// InvStd writes 1/√(variance + eps) to dst, computed in float64.
func InvStd(dst, variance *Tensor, eps float64) {
	checkElementwise("InvStd", dst, variance)
	for i, v := range variance.data {
		dst.data[i] = float32(1 / math.Sqrt(float64(v)+eps))
	}
}

// batchNormArgs views x as [n c inner].
type batchNormArgs struct {
	y, x, gamma, beta, mean, variance, invStd []float32
	n, c, inner                               int
	samples, perSample                        int // see cut
	eps                                       float64
	relu                                      bool
	fetched                                   []float32 // the result, y or dx, if its memory is prefetched

	dx, dy, dgamma, dbeta []float32 // of the backward pass
	train                 bool
}

func newBatchNorm(op string, y, x, gamma, beta, mean, invStd *Tensor) batchNormArgs {
	if x.shape.rank < 2 {
		panic(shapeErrorf(op, "batch normalisation needs two axes or more, of which axis 1 is the channels").with(x.shape))
	}
	k := batchNormArgs{x: x.data, mean: mean.data, invStd: invStd.data}
	k.n, k.c, k.inner = x.shape.Split(1)
	k.cut()
	if y != nil {
		checkElementwise(op, y, x)
		k.y = y.data
	}
	for _, t := range [...]*Tensor{gamma, beta, mean, invStd} {
		if t != nil {
			checkChannels(op, x, t)
		}
	}
	if gamma != nil {
		k.gamma = gamma.data
	}
	if beta != nil {
		k.beta = beta.data
	}
	return k
}

func checkChannels(op string, x, t *Tensor) {
	if t.shape.rank != 1 || t.shape.dims[0] != x.shape.dims[1] {
		panic(shapeErrorf(op, "parameters and statistics need one element for each channel, axis 1").with(x.shape, t.shape))
	}
}

// The work is handed out in blocks of channels: of neighbouring ones if they lie
// side by side in memory (inner = 1), else one at a time. A pass that needs sums
// reads a block twice. The second time it goes backwards and begins with what is still
// in the cache, if that is too small for the block.

// block returns the number of channels in a block, but for the last one: few
// enough that there are blocks for several cores.
func (k *batchNormArgs) block() int {
	if k.inner > 1 {
		return 1
	}
	return stripWidth(k.c)
}

func (k *batchNormArgs) blocks() int { return (k.c + k.block() - 1) / k.block() }

// blockGrain returns how many blocks a chunk has.
func (k *batchNormArgs) blockGrain() int {
	return max(1, cheapGrain/2/max(1, k.n*k.inner*k.block()))
}

// strip is a part of memory in the form that the kernels of package asm take.
type strip struct{ at, rows, width, stride int }

// A channel of some samples is walked through in strips of up to stripElements, so that
// a call of a kernel, which loads and stores the sums of its columns, is for many
// elements. The samples lie far apart, where the processor does not foresee them: it is
// told of the strip that comes about aheadElements later, which take it as long as memory
// takes to answer. Tensors of less than farElements are likely in a cache: there it
// would be in vain.
const (
	stripElements = 2048
	aheadElements = 2048
	farElements   = 1 << 18
)

// cut sets how many samples a strip has, and how many strips these are. Channels of
// length up to stripElements/4 are cut into columns of several samples, as wide as a
// strip may be, longer ones by samples, into the whole rows that can be made of one and
// the rest.
func (k *batchNormArgs) cut() {
	k.samples, k.perSample = 1, 2
	switch {
	case k.inner <= asm.StripWidth: // read several times, for some columns each
		k.samples, k.perSample = stripElements/4/max(1, k.inner), 1
	case k.inner <= stripElements/4:
		k.samples, k.perSample = stripElements/k.inner, ceilDiv(k.inner, asm.StripWidth)
	}
}

// strips returns how many strips a block of channels is in the samples from lo to hi.
func (k *batchNormArgs) strips(lo, hi int) int {
	if k.inner == 1 {
		return 1
	}
	return ceilDiv(hi-lo, k.samples) * k.perSample
}

// pass returns the number of strips of all samples, and how many strips ahead
// memory is prefetched: at most all, which is the next pass.
func (k *batchNormArgs) pass() (strips, ahead int) {
	strips = k.strips(0, k.n)
	return strips, min(strips, ceilDiv(aheadElements, k.samples*k.inner)*k.perSample)
}

// strip returns strip i of the block of channels that begins with c.
func (k *batchNormArgs) strip(c, lo, hi, i int) strip {
	at := (lo*k.c + c) * k.inner
	if k.inner == 1 {
		return strip{at, hi - lo, min(k.block(), k.c-c), k.c}
	}
	sample := k.c * k.inner
	n := i / k.perSample * k.samples
	i %= k.perSample
	at += n * sample
	if k.samples > 1 {
		column := i * asm.StripWidth
		return strip{at + column, min(k.samples, hi-lo-n), min(asm.StripWidth, k.inner-column), sample}
	}
	rows := k.inner / asm.StripWidth
	if i == 0 {
		return strip{at, rows, asm.StripWidth, asm.StripWidth}
	}
	return strip{at + rows*asm.StripWidth, 1, k.inner % asm.StripWidth, asm.StripWidth}
}

// willRead says that strip i of channel c, all samples counted, of x will be read,
// and willWrite that this strip of the result will be written.
func (k *batchNormArgs) willRead(x []float32, c, i int) {
	if c < k.c && k.far() {
		s := k.strip(c, 0, k.n, i)
		asm.Prefetch(x[s.at:], s.rows, s.width, s.stride)
	}
}

func (k *batchNormArgs) willWrite(c, i int) {
	if k.fetched != nil && k.far() {
		s := k.strip(c, 0, k.n, i)
		asm.PrefetchWrite(k.fetched[s.at:], s.rows, s.width, s.stride)
	}
}

// stream reports whether y is written past the caches: of streamElements, which with x
// fill the 32 MiB that a large third-level cache has.
func (k *batchNormArgs) stream() bool { return k.inner > 1 && len(k.x) >= streamElements }

const streamElements = 1 << 22

// far reports whether prefetching pays: not for neighbouring channels either, which
// lie side by side.
func (k *batchNormArgs) far() bool { return k.inner > 1 && len(k.x) >= farElements }

// total adds up the sums of columns, if all are of the same channel, to the first.
func (k *batchNormArgs) total(sums *[asm.StripWidth]float64) {
	if k.inner > 1 {
		for _, v := range sums[1:] {
			sums[0] += v
		}
	}
}

// constants fills in the constants of the block of channels that begins with c
// for the columns of its strips, from the statistics, and returns how many
// channels it has.
func (k *batchNormArgs) constants(b *asm.BatchNorm, c int) (width int) {
	width = min(k.block(), k.c-c)
	for i := range width {
		b.Mean[i] = k.mean[c+i]
		b.Scale[i] = k.invStd[c+i] * factor(k.gamma, c+i, 1)
		b.Shift[i] = factor(k.beta, c+i, 0)
	}
	if k.inner > 1 {
		spread(&b.Mean)
		spread(&b.Scale)
		spread(&b.Shift)
	}
	return width
}

// spread copies the first element to all others.
func spread(x *[asm.StripWidth]float32) {
	for j := range x {
		x[j] = x[0]
	}
}

// factor returns x[c], or otherwise when there is no x.
func factor(x []float32, c int, otherwise float32) float32 {
	if x == nil {
		return otherwise
	}
	return x[c]
}

// statistics computes those of the block of channels that begins with c.
func (k *batchNormArgs) statistics(c int) {
	var sum, squares [asm.StripWidth]float64
	strips, ahead := k.pass()
	for i := range strips {
		if next := i + ahead; next < strips {
			k.willRead(k.x, c, next)
		} else {
			k.willWrite(c, 2*strips-1-next)
		}
		s := k.strip(c, 0, k.n, i)
		asm.ColumnMoments(&sum, &squares, k.x[s.at:], s.rows, s.width, s.stride)
	}
	k.total(&sum)
	k.total(&squares)
	m := float64(k.n * k.inner)
	for i := range min(k.block(), k.c-c) {
		mean := sum[i] / m
		variance := squares[i]/m - float64(mean*mean)
		if variance < 0 { // by rounding alone; NaN stays
			variance = 0
		}
		k.mean[c+i] = float32(mean)
		k.variance[c+i] = float32(variance)
		k.invStd[c+i] = float32(1 / math.Sqrt(variance+k.eps))
	}
}

// normalize writes strip i of y for the samples from lo to hi of a block of channels.
func (k *batchNormArgs) normalize(b *asm.BatchNorm, c, lo, hi, i int) {
	s := k.strip(c, lo, hi, i)
	b.Normalize(k.y[s.at:], k.x[s.at:], s.rows, s.width, s.stride, k.relu)
}

var batchNormForward = NewKernel(func(lo, hi int, k *batchNormArgs) {
	for block := lo; block < hi; block++ {
		c := block * k.block()
		k.statistics(c)
		var b asm.BatchNorm
		k.constants(&b, c)
		b.Stream = k.stream()
		strips, ahead := k.pass()
		for i := range strips {
			if next := i + ahead; next < strips {
				k.willWrite(c, strips-1-next)
			} else {
				k.willRead(k.x, c+1, next-strips)
			}
			k.normalize(&b, c, 0, k.n, strips-1-i)
		}
		if b.Stream {
			asm.StoreFence()
		}
	}
})

var batchNormApply = NewKernel(func(lo, hi int, k *batchNormArgs) {
	for c := 0; c < k.c; c += k.block() {
		var b asm.BatchNorm
		k.constants(&b, c)
		for i := range k.strips(lo, hi) {
			k.normalize(&b, c, lo, hi, i)
		}
	}
})
