package tensor

import (
	"math"

	"github.com/seed-312a1f22/dyad/asm"
)

// Batch normalisation (Ioffe and Szegedy, "Batch Normalization", 2015) over
// axis 1: the C channels of [N C], [N C L], [N C H W], … each have M = N·L·H·W
// elements. gamma, beta, mean, variance and invStd have shape [C].

// BatchNormForward normalises each channel by its own statistics,
//
//	y = (x − mean)·invStd·gamma + beta,   invStd = 1/√(variance + eps)
//
// and writes them to mean, variance and invStd. The variance is the biased one,
// divided by M; multiply it by M/(M−1) for the running statistics. gamma and
// beta may be nil, for 1 and 0; y may be x. The statistics are computed in
// float64 as E[x²] − E[x]².
func BatchNormForward(y, x, gamma, beta, mean, variance, invStd *Tensor, eps float64) {
	k := newBatchNorm("BatchNormForward", y, x, gamma, beta, mean, invStd)
	checkChannels("BatchNormForward", x, variance)
	k.variance, k.eps = variance.data, eps
	if len(x.data) == 0 {
		panic(shapeErrorf("BatchNormForward", "no elements to take statistics of").with(x.shape))
	}
	batchNormStats.Run(k.blocks(), k.grain(), k)
	batchNormApply.Run(k.parts()*k.blocks(), k.applyGrain(), k)
}

// BatchNormApply normalises each channel by given statistics:
// y = (x − mean)·invStd·gamma + beta. gamma and beta may be nil, for 1 and 0; y
// may be x. InvStd makes invStd from a running variance.
func BatchNormApply(y, x, gamma, beta, mean, invStd *Tensor) {
	k := newBatchNorm("BatchNormApply", y, x, gamma, beta, mean, invStd)
	if len(x.data) > 0 {
		batchNormApply.Run(k.parts()*k.blocks(), k.applyGrain(), k)
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
	eps                                       float64

	dx, dy, dgamma, dbeta []float32 // of the backward pass
	train                 bool
}

func newBatchNorm(op string, y, x, gamma, beta, mean, invStd *Tensor) batchNormArgs {
	if x.shape.rank < 2 {
		panic(shapeErrorf(op, "batch normalisation needs two axes or more, of which axis 1 is the channels").with(x.shape))
	}
	k := batchNormArgs{x: x.data, mean: mean.data, invStd: invStd.data}
	k.n, k.c, k.inner = x.shape.Split(1)
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

// The work is handed out in blocks of channels: of neighbouring ones if they
// lie side by side in memory (inner = 1), else one at a time.

func (k *batchNormArgs) block() int {
	if k.inner == 1 {
		return columns
	}
	return 1
}

func (k *batchNormArgs) blocks() int { return (k.c + k.block() - 1) / k.block() }

// grain returns how many blocks a chunk has.
func (k *batchNormArgs) grain() int {
	return max(1, cheapGrain/(k.n*k.inner*k.block()))
}

// What is elementwise is also split along n, into parts of partRows.

const partRows = 64

func (k *batchNormArgs) parts() int { return (k.n + partRows - 1) / partRows }

func (k *batchNormArgs) applyGrain() int {
	return max(1, cheapGrain/(min(k.n, partRows)*k.inner*k.block()))
}

// factor returns x[c], or otherwise when there is no x.
func factor(x []float32, c int, otherwise float32) float32 {
	if x == nil {
		return otherwise
	}
	return x[c]
}

// moments adds the sums of x and of x·y over n and inner of the channels from c
// on to sum and dot.
func (k *batchNormArgs) moments(sum, dot []float64, x, y []float32, c int) {
	if k.inner == 1 {
		for i := range k.n {
			at := i*k.c + c
			asm.AccumulateSum(sum, x[at:at+len(sum)])
			asm.AccumulateDot(dot, x[at:at+len(dot)], y[at:at+len(dot)])
		}
		return
	}
	for i := range k.n {
		at := (i*k.c + c) * k.inner
		sum[0] += asm.Sum(x[at : at+k.inner])
		dot[0] += asm.Dsdot(x[at:at+k.inner], y[at:at+k.inner])
	}
}

var batchNormStats = NewKernel(func(lo, hi int, k *batchNormArgs) {
	m := float64(k.n * k.inner)
	for block := lo; block < hi; block++ {
		c := block * k.block()
		width := min(k.block(), k.c-c)
		var sum, squares [columns]float64
		k.moments(sum[:width], squares[:width], k.x, k.x, c)
		for i := range width {
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
})

var batchNormApply = NewKernel(func(lo, hi int, k *batchNormArgs) {
	blocks := k.blocks()
	for part := lo; part < hi; part++ {
		c := part % blocks * k.block()
		width := min(k.block(), k.c-c)
		first := part / blocks * partRows
		last := min(first+partRows, k.n)
		var scale, shift [columns]float32
		for i := range width {
			scale[i] = k.invStd[c+i] * factor(k.gamma, c+i, 1)
			shift[i] = factor(k.beta, c+i, 0)
		}
		for i := first; i < last; i++ {
			at := (i*k.c + c) * k.inner
			if k.inner == 1 {
				y := k.y[at : at+width]
				asm.Sub(y, k.x[at:at+width], k.mean[c:c+width])
				asm.FMA(y, y, scale[:width], shift[:width])
				continue
			}
			y := k.y[at : at+k.inner]
			asm.AddScalar(y, k.x[at:at+k.inner], -k.mean[c])
			asm.Scale(y, y, scale[0])
			asm.AddScalar(y, y, shift[0])
		}
	}
})
