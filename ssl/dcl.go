package ssl

import (
	"math"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// DCL returns the decoupled contrastive loss of V views z, two or more, all [N, D]
// (Yeh et al., Decoupled Contrastive Learning, ECCV 2022, eq. 6): NTXentViews
// without the positive in the denominator,
//
//	L = mean over (i, p) of −s[i, p] + log Σ_n exp s[i, n]
//
// over all ordered pairs of two views of one sample, n running over the V·(N−1)
// views of the other samples. The paper sums where this, as nidl's DCLLoss, is a
// mean.
//
// In NTXent's gradient a pair that is easy to tell makes its row count little, by
// the factor q; here every row counts fully, which lets small batches learn
// faster. The loss has no floor at 0: with orthogonal negatives it goes down to
// ln(V·(N−1)) − 1/temperature. With one sample there is no negative, and as that
// of NTXent the loss is 0, and so is its gradient.
//
// It panics as NTXent does.
func DCL(temperature float64, z ...autograd.Var) autograd.Var {
	return applyViews(dcl{}, temperature, autograd.Attr{}, z)
}

type dcl struct{}

func (dcl) Name() string { return "DCL" }

func (dcl) OutShape(_ autograd.Attr, in []tensor.Shape) tensor.Shape {
	return checkViews("DCL", 2, in)
}

func (dcl) Forward(c *autograd.Ctx) { forwardPairs(c, addDecoupled, nil) }

// addDecoupled adds x to sum, or nothing for a row that has no negative.
func addDecoupled(sum, x float64) (total, slope float64) {
	if math.IsInf(x, -1) {
		return sum, 0
	}
	return sum + x, 1
}

func (dcl) Backward(c *autograd.Ctx) { backwardPairs(c, false) }

func (dcl) FLOPs(c *autograd.Ctx, d autograd.Direction) int64 { return viewsFLOPs(c, d) }
