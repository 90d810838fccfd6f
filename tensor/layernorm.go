package tensor

import (
	"math"

	"github.com/seed-312a1f22/dyad/asm"
)

// Layer normalisation (Ba, Kiros and Hinton, "Layer Normalization", 2016) of
// the rows of the last axis, of length C. gamma and beta have shape [C]; mean
// and invStd have one element for each row.

// LayerNormForward normalises each row by its own statistics,
//
//	y = (x − mean)·invStd·gamma + beta,   invStd = 1/√(variance + eps)
//
// with the biased variance, and writes mean and invStd. gamma and beta may be
// nil, for 1 and 0; y may be x. The statistics accumulate in float64.
func LayerNormForward(y, x, gamma, beta, mean, invStd *Tensor, eps float64) {
	k := newLayerNorm("LayerNormForward", x, gamma, beta, mean, invStd)
	checkElementwise("LayerNormForward", y, x)
	k.y, k.eps = y.data, eps
	if len(x.data) > 0 {
		layerNormForward.Run(k.rows, max(1, cheapGrain/(4*k.c)), k)
	}
}

// LayerNormBackward writes the gradients of layer normalisation from that of
// its output, dy. With x̂ = (x − mean)·invStd, g = gamma·dy and means over a row,
//
//	dx = invStd·(g − mean(g) − x̂·mean(g·x̂))
//
// and with sums over the rows, dgamma = Σ dy·x̂ and dbeta = Σ dy. Any of the
// three may be nil: not wanted. gamma may be nil, for 1. dx must be apart from x
// and dy. Sums accumulate in float64.
func LayerNormBackward(dx, dgamma, dbeta, dy, x, gamma, mean, invStd *Tensor) {
	const op = "LayerNormBackward"
	k := newLayerNorm(op, x, gamma, nil, mean, invStd)
	checkElementwise(op, dy, x)
	k.dy = dy.data
	if dgamma != nil {
		checkFeatures(op, x, dgamma)
		k.dgamma = dgamma.data
	}
	if dbeta != nil {
		checkFeatures(op, x, dbeta)
		k.dbeta = dbeta.data
	}
	if dx != nil {
		checkElementwise(op, dx, x)
		checkApart(op, dx, x)
		checkApart(op, dx, dy)
		k.dx = dx.data
		layerNormInputGrad.Run(k.rows, max(1, cheapGrain/(4*k.c)), k)
	}
	if dgamma != nil || dbeta != nil {
		blocks := (k.c + columns - 1) / columns
		layerNormParamGrad.Run(blocks, max(1, cheapGrain/(2*max(1, k.rows)*columns)), k)
	}
}

type layerNormArgs struct {
	y, x, gamma, beta, mean, invStd []float32
	rows, c                         int
	eps                             float64

	dx, dy, dgamma, dbeta []float32 // of the backward pass
}

func newLayerNorm(op string, x, gamma, beta, mean, invStd *Tensor) layerNormArgs {
	if x.shape.rank == 0 || x.Dim(-1) == 0 {
		panic(shapeErrorf(op, "no elements along the last axis of").with(x.shape))
	}
	k := layerNormArgs{x: x.data, mean: mean.data, invStd: invStd.data, c: x.Dim(-1)}
	k.rows = len(x.data) / k.c
	if gamma != nil {
		checkFeatures(op, x, gamma)
		k.gamma = gamma.data
	}
	if beta != nil {
		checkFeatures(op, x, beta)
		k.beta = beta.data
	}
	if len(mean.data) != k.rows || len(invStd.data) != k.rows {
		panic(shapeErrorf(op, "the statistics need one element for each row").with(x.shape, mean.shape, invStd.shape))
	}
	return k
}

func checkFeatures(op string, x, t *Tensor) {
	if t.shape.rank != 1 || t.shape.dims[0] != x.Dim(-1) {
		panic(shapeErrorf(op, "parameters need one element for each along the last axis").with(x.shape, t.shape))
	}
}

var layerNormForward = NewKernel(func(lo, hi int, k *layerNormArgs) {
	n := float64(k.c)
	for row := lo; row < hi; row++ {
		x, y := k.x[row*k.c:(row+1)*k.c], k.y[row*k.c:(row+1)*k.c]
		mean := asm.Sum(x) / n
		k.mean[row] = float32(mean)
		asm.AddScalar(y, x, -k.mean[row])
		// The squares are those of deviations from the rounded mean.
		rounding := mean - float64(k.mean[row])
		variance := max(0, asm.SumSquares(y)/n-float64(rounding*rounding))
		k.invStd[row] = float32(1 / math.Sqrt(variance+k.eps))
		asm.Scale(y, y, k.invStd[row])
		switch {
		case k.gamma != nil && k.beta != nil:
			asm.FMA(y, y, k.gamma, k.beta)
		case k.gamma != nil:
			asm.Mul(y, y, k.gamma)
		case k.beta != nil:
			asm.Add(y, y, k.beta)
		}
	}
})

var layerNormInputGrad = NewKernel(func(lo, hi int, k *layerNormArgs) {
	n := float64(k.c)
	var centred [256]float32
	for row := lo; row < hi; row++ {
		at := row * k.c
		dx, dy, x := k.dx[at:at+k.c], k.dy[at:at+k.c], k.x[at:at+k.c]
		g := dy
		if k.gamma != nil {
			asm.Mul(dx, dy, k.gamma)
			g = dx
		}
		mean, invStd := float64(k.mean[row]), float64(k.invStd[row])
		sum := asm.Sum(g)
		dot := (asm.Dsdot(g, x) - float64(mean*sum)) * invStd // Σ g·x̂
		// dx = invStd·g + slope·(x − mean) + offset
		slope := float32(-invStd * invStd * dot / n)
		offset := float32(-invStd * sum / n)
		asm.Scale(dx, g, k.invStd[row])
		asm.AddScalar(dx, dx, offset)
		for i := 0; i < k.c; i += len(centred) {
			t := centred[:min(len(centred), k.c-i)]
			asm.AddScalar(t, x[i:i+len(t)], -k.mean[row])
			asm.Axpy(dx[i:i+len(t)], slope, t)
		}
	}
})

var layerNormParamGrad = NewKernel(func(lo, hi int, k *layerNormArgs) {
	for block := lo; block < hi; block++ {
		c := block * columns
		width := min(columns, k.c-c)
		var dgamma, dbeta [columns]float64
		var normalised [columns]float32
		for row := range k.rows {
			at := row*k.c + c
			dy := k.dy[at : at+width]
			if k.dgamma != nil {
				t := normalised[:width]
				asm.AddScalar(t, k.x[at:at+width], -k.mean[row])
				asm.Scale(t, t, k.invStd[row])
				asm.AccumulateDot(dgamma[:width], dy, t)
			}
			if k.dbeta != nil {
				asm.AccumulateSum(dbeta[:width], dy)
			}
		}
		for i := range width {
			if k.dgamma != nil {
				k.dgamma[c+i] = float32(dgamma[i])
			}
			if k.dbeta != nil {
				k.dbeta[c+i] = float32(dbeta[i])
			}
		}
	}
})
