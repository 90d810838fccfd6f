package tensor

import "github.com/seed-312a1f22/dyad/asm"

// BatchNormBackward writes the gradients of batch normalisation from that of
// its output, dy. With x̂ = (x − mean)·invStd and sums over a channel's M elements,
//
//	dbeta = Σ dy,   dgamma = Σ dy·x̂
//	dx = gamma·invStd·(dy − dbeta/M − x̂·dgamma/M)
//
// if train, that is if mean and invStd are x's own statistics, which depend on
// x; dx = gamma·invStd·dy, for finite x, if they were given. With relu, dy counts
// as 0 where the output is not positive: it is computed again, which is cheaper
// than reading it, and is what beta is for. Any of dx, dgamma and dbeta may be
// nil: not wanted. gamma and beta may be nil, for 1 and 0. dx may be dy, which takes
// three quarters of the time or less where memory is the limit, and must be apart from
// x. Sums accumulate in float64.
func BatchNormBackward(dx, dgamma, dbeta, dy, x, gamma, beta, mean, invStd *Tensor, train, relu bool) {
	const op = "BatchNormBackward"
	k := newBatchNorm(op, nil, x, gamma, beta, mean, invStd)
	checkElementwise(op, dy, x)
	k.dy, k.train, k.relu = dy.data, train, relu
	if dx != nil {
		checkElementwise(op, dx, dy)
		checkApart(op, dx, x)
		k.dx = dx.data
		if len(dx.data) > 0 && &dx.data[0] != &dy.data[0] { // else it has been fetched to be read
			k.fetched = k.dx
		}
	}
	if dgamma != nil {
		checkChannels(op, x, dgamma)
		k.dgamma = dgamma.data
	}
	if dbeta != nil {
		checkChannels(op, x, dbeta)
		k.dbeta = dbeta.data
	}
	if len(x.data) == 0 { // sums of nothing
		clear(k.dgamma)
		clear(k.dbeta)
		return
	}
	batchNormBackward.Run(k.blocks(), k.blockGrain(), k)
}

var batchNormBackward = NewKernel(func(lo, hi int, k *batchNormArgs) {
	for block := lo; block < hi; block++ {
		c := block * k.block()
		var b asm.BatchNorm
		width := k.constants(&b, c)
		if k.dgamma != nil || k.dbeta != nil || k.train {
			k.sumGrad(&b, c, width)
		}
		if k.dx != nil {
			strips, ahead := k.pass()
			for i := range strips {
				if next := i + ahead; next < strips {
					k.willWrite(c, strips-1-next)
				} else {
					k.willRead(k.x, c+1, next-strips)
					k.willRead(k.dy, c+1, next-strips)
				}
				s := k.strip(c, 0, k.n, strips-1-i)
				b.Grad(k.dx[s.at:], k.dy[s.at:], k.x[s.at:], s.rows, s.width, s.stride, k.relu)
			}
		}
	}
})

// sumGrad writes dgamma and dbeta of a block of channels, and the constants that
// dx takes from them.
func (k *batchNormArgs) sumGrad(b *asm.BatchNorm, c, width int) {
	strips, ahead := k.pass()
	for i := range strips {
		if next := i + ahead; next < strips {
			k.willRead(k.x, c, next)
			k.willRead(k.dy, c, next)
		} else {
			k.willWrite(c, 2*strips-1-next)
		}
		s := k.strip(c, 0, k.n, i)
		b.SumGrad(k.dy[s.at:], k.x[s.at:], s.rows, s.width, s.stride, k.relu)
	}
	k.total(&b.Sum)
	k.total(&b.Dot)
	m := float64(k.n * k.inner)
	for i := range width {
		invStd := float64(k.invStd[c+i])
		dgamma := (b.Dot[i] - float64(float64(k.mean[c+i])*b.Sum[i])) * invStd
		if k.dgamma != nil {
			k.dgamma[c+i] = float32(dgamma)
		}
		if k.dbeta != nil {
			k.dbeta[c+i] = float32(b.Sum[i])
		}
		if k.train {
			scale := float64(factor(k.gamma, c+i, 1)) * invStd
			b.Slope[i] = float32(-scale * invStd * dgamma / m)
			b.Offset[i] = float32(-scale * b.Sum[i] / m)
		}
	}
	if k.inner > 1 {
		spread(&b.Slope)
		spread(&b.Offset)
	}
}
