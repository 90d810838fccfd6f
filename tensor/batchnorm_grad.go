package tensor

import "github.com/seed-312a1f22/dyad/asm"

// BatchNormBackward writes the gradients of batch normalisation from that of
// its output, dy. With x̂ = (x − mean)·invStd and sums over a channel's M elements,
//
//	dbeta = Σ dy,   dgamma = Σ dy·x̂
//	dx = gamma·invStd·(dy − dbeta/M − x̂·dgamma/M)
//
// if train, that is if mean and invStd are x's own statistics, which depend on
// x; dx = gamma·invStd·dy if they were given. Any of dx, dgamma and dbeta may be
// nil: not wanted. gamma may be nil, for 1. dx must be apart from x and dy. Sums
// accumulate in float64.
func BatchNormBackward(dx, dgamma, dbeta, dy, x, gamma, mean, invStd *Tensor, train bool) {
	const op = "BatchNormBackward"
	k := newBatchNorm(op, nil, x, gamma, nil, mean, invStd)
	checkElementwise(op, dy, x)
	k.dy, k.train = dy.data, train
	if dx != nil {
		checkElementwise(op, dx, x)
		checkApart(op, dx, x)
		checkApart(op, dx, dy)
		k.dx = dx.data
	}
	if dgamma != nil {
		checkChannels(op, x, dgamma)
		k.dgamma = dgamma.data
	}
	if dbeta != nil {
		checkChannels(op, x, dbeta)
		k.dbeta = dbeta.data
	}
	if k.c > 0 {
		batchNormBackward.Run(k.blocks(), max(1, cheapGrain/max(1, 2*k.n*k.inner*k.block())), k)
	}
}

var batchNormBackward = NewKernel(func(lo, hi int, k *batchNormArgs) {
	m := float64(k.n * k.inner)
	for block := lo; block < hi; block++ {
		c := block * k.block()
		width := min(k.block(), k.c-c)
		var dbeta, dgamma [columns]float64
		if k.dgamma != nil || k.dbeta != nil || k.train {
			k.moments(dbeta[:width], dgamma[:width], k.dy, k.x, c)
		}
		// dx = scale·dy + slope·(x − mean) + offset
		var g batchNormGrad
		for i := range width {
			invStd := float64(k.invStd[c+i])
			// Σ dy·x̂ from Σ dy·x and Σ dy
			dgamma := (dgamma[i] - float64(float64(k.mean[c+i])*dbeta[i])) * invStd
			if k.dgamma != nil {
				k.dgamma[c+i] = float32(dgamma)
			}
			if k.dbeta != nil {
				k.dbeta[c+i] = float32(dbeta[i])
			}
			scale := float64(factor(k.gamma, c+i, 1)) * invStd
			g.scale[i] = float32(scale)
			if k.train {
				g.slope[i] = float32(-scale * invStd * dgamma / m)
				g.offset[i] = float32(-scale * dbeta[i] / m)
			}
		}
		if k.dx != nil {
			k.inputGrad(&g, c, width)
		}
	}
})

// batchNormGrad is a block's coefficients of dx.
type batchNormGrad struct{ scale, slope, offset [columns]float32 }

// inputGrad writes dx for width channels from c on.
func (k *batchNormArgs) inputGrad(g *batchNormGrad, c, width int) {
	for i := range k.n {
		at := (i*k.c + c) * k.inner
		n := width * k.inner
		dx, dy, x := k.dx[at:at+n], k.dy[at:at+n], k.x[at:at+n]
		switch {
		case k.inner == 1 && !k.train:
			asm.Mul(dx, dy, g.scale[:n])
		case k.inner == 1:
			asm.Sub(dx, x, k.mean[c:c+n])
			asm.FMA(dx, dx, g.slope[:n], g.offset[:n])
			asm.FMA(dx, dy, g.scale[:n], dx)
		case !k.train:
			asm.Scale(dx, dy, g.scale[0])
		default:
			asm.AddScalar(dx, x, -k.mean[c])
			asm.Scale(dx, dx, g.slope[0])
			asm.AddScalar(dx, dx, g.offset[0])
			asm.Axpy(dx, g.scale[0], dy)
		}
	}
}
