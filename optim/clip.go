package optim

import (
	"fmt"
	"math"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// ClipGradNorm limits the length of a step: it scales all gradients by the same
// factor such that the L2 norm of all of them, seen as one vector, is at most
// maxNorm (Pascanu et al., "On the difficulty of training recurrent neural
// networks", 2013, algorithm 1). It returns the norm before, computed in float64.
//
//	norm = √Σ‖g‖²
//	g = g · min(1, maxNorm/(norm + 1e-6))
//
// Parameters without a gradient count as zeros. A maxNorm of +Inf only measures.
//
// A norm that is NaN or infinite is returned and the gradients are left alone, so
// that the caller can skip the step and still see which gradient it was. PyTorch
// scales them all the same, which leaves NaNs and zeros.
//
// It panics when maxNorm is negative or NaN.
func ClipGradNorm(params []*autograd.Param, maxNorm float64) float64 {
	if !(maxNorm >= 0) {
		panic(fmt.Sprintf("optim: ClipGradNorm: maxNorm is %v, want a number ≥ 0", maxNorm))
	}
	sum := 0.0
	for _, p := range params {
		if g := p.Grad(); g != nil {
			sum += tensor.SumSquares(g)
		}
	}
	norm := math.Sqrt(sum)
	factor := maxNorm / (norm + clipEps)
	if factor >= 1 || math.IsNaN(norm) || math.IsInf(norm, 0) {
		return norm
	}
	for _, p := range params {
		if g := p.Grad(); g != nil {
			tensor.Scale(g, g, float32(factor))
		}
	}
	return norm
}

// clipEps is what torch.nn.utils.clip_grad_norm_ adds to the norm.
const clipEps = 1e-6
