package ssl

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// DCLW returns DCL with the similarity of each positive weighted, as Yeh et al. and
// nidl's DCLWLoss do by the negative von Mises-Fisher function,
//
//	L = mean over (i, p) of −w[i, p]·s[i, p] + log Σ_n exp s[i, n]
//	w[i, p] = 2 − N·softmax_i(⟨ẑ_i, ẑ_p⟩ / sigma)
//
// where the softmax is over the N pairs of the same two views. Pairs that are more
// alike than others count less; the mean of the weights is 1. The gradient goes
// through them. The paper has a sigma of 0.5; with a large one it is DCL.
//
// It panics as NTXent does, and with a sentence unless sigma is a positive number.
func DCLW(temperature, sigma float64, z ...autograd.Var) autograd.Var {
	return applyViews(dclw{}, temperature, autograd.Attr{Floats: [4]float64{1: sigma}}, z)
}

type dclw struct{}

func (dclw) Name() string { return "DCLW" }

func (dclw) OutShape(a autograd.Attr, in []tensor.Shape) tensor.Shape {
	if sigma := a.Floats[1]; !(sigma > 0) || math.IsInf(sigma, 1) {
		panic(fmt.Sprintf("ssl: DCLW: sigma is %v; it is a positive number, usually 0.5", sigma))
	}
	return checkViews("DCLW", 2, in)
}

func (dclw) Forward(c *autograd.Ctx) { forwardPairs(c, addDecoupled, weighMisesFisher) }

// weighMisesFisher replaces the products x of two views by w·x. With p the softmax
// of x/sigma and y = Σ w·x = Σ 2x − N·p·x, dy/dx = w − (N/sigma)·p·(x − Σ p·x).
func weighMisesFisher(a *autograd.Attr, x, factor []float32) {
	n, sigma, top := float64(len(x)), a.Floats[1], float64(slices.Max(x))
	sum, along := 0.0, 0.0 // of exp, and of exp·x
	for _, x := range x {
		e := math.Exp((float64(x) - top) / sigma)
		sum += e
		along += float64(e * float64(x))
	}
	for i, xi := range x {
		p := math.Exp((float64(xi)-top)/sigma) / sum
		w := 2 - float64(n*p)
		x[i] = float32(w * float64(xi))
		factor[i] = float32(w - float64(n/sigma*p*(float64(xi)-along/sum)))
	}
}

func (dclw) Backward(c *autograd.Ctx) { backwardPairs(c, true) }

func (dclw) FLOPs(c *autograd.Ctx, d autograd.Direction) int64 { return viewsFLOPs(c, d) }
