package ssl

import (
	"math"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// NTXent returns the normalised temperature-scaled cross entropy of N positive
// pairs, the rows of z1 and z2, both [N, D] (Chen et al., ICML 2020, eq. 1):
//
//	ẑ = z / max(‖z‖₂, 1e-8)        the 2N rows of z1, then of z2
//	s = ẑ·ẑᵀ / temperature
//	L = mean over i of −s[i, pos(i)] + log Σ_{j≠i} exp s[i, j]
//
// where pos(i) = (i+N) mod 2N is the other view of the same sample. It is the
// mean over all 2N rows. Every row of the batch but the two of a pair is a
// negative. With one pair there is none: the loss and its gradient are 0. An
// encoder that tells nothing apart has L = ln(2N−1).
//
// It is computed from the negatives of each row, as tensor.Gram sums them up,
//
//	lse[i] = log Σ_{j≠i, j≠pos(i)} exp s[i, j]
//	L = mean over i of log(1 + exp x[i]),   x[i] = lse[i] − s[i, pos(i)]
//
// which is as exact for small losses as for large ones, and in memory of the order
// of N·D: the matrix s is never there. The gradient is, with q the logistic
// function of x and p[i, j] = exp(s[i, j] − lse[i]),
//
//	dL/ds[i, j] = q[i]·p[i, j] / 2N,   dL/ds[i, pos(i)] = −q[i] / 2N
//	dL/dẑ = (dL/ds + dL/dsᵀ)·ẑ / temperature
//	dL/dz = (dL/dẑ − ẑ·(ẑ·dL/dẑ)) / ‖z‖₂
//
// It panics with a *tensor.ShapeError unless z1 and z2 are matrices of the same
// shape with a row or more, and with a sentence unless temperature is a positive
// number.
func NTXent(z1, z2 autograd.Var, temperature float64) autograd.Var {
	return NTXentViews(temperature, z1, z2)
}

// NTXentViews is NTXent of V views z, two or more, all [N, D]: the mean over all
// ordered pairs (i, p) of two views of one sample, V·(V−1)·N of them, of
//
//	−s[i, p] + log(exp s[i, p] + Σ_n exp s[i, n])
//
// where n runs over the V·(N−1) views of the other samples. Further views of the
// same sample are no part of it: a view must be told from other samples, not from
// its like, so that with any number of views the loss can come down to 0. That is
// how pytorch-metric-learning's NTXentLoss counts. What has all positives in each
// denominator is SupCon, with labels that are all different. For two views all of
// them are the same.
//
// It panics as NTXent does.
func NTXentViews(temperature float64, z ...autograd.Var) autograd.Var {
	return applyViews(ntxent{}, temperature, autograd.Attr{}, z)
}

type ntxent struct{}

func (ntxent) Name() string { return "NTXent" }

func (ntxent) OutShape(_ autograd.Attr, in []tensor.Shape) tensor.Shape {
	return checkViews("NTXent", 2, in)
}

func (ntxent) Forward(c *autograd.Ctx) { forwardPairs(c, addSoftplus, nil) }

// addSoftplus adds log(1 + exp x) to sum. The slope of that is the logistic function.
func addSoftplus(sum, x float64) (total, slope float64) {
	e := math.Exp(-math.Abs(x)) // does not overflow
	sum += math.Log1p(e)
	if !(x <= 0) { // a NaN stays
		return sum + x, 1 / (1 + e)
	}
	return sum, e / (1 + e)
}

func (ntxent) Backward(c *autograd.Ctx) { backwardPairs(c, false) }

func (ntxent) FLOPs(c *autograd.Ctx, d autograd.Direction) int64 { return viewsFLOPs(c, d) }
