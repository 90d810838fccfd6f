package optim

import (
	"fmt"
	"math"
)

// Schedule is a learning rate over time: a pure function, which knows nothing of
// an optimiser. What a step is, a batch or an epoch, is up to who asks.
type Schedule interface {
	// At returns the learning rate of a step, counted from 0.
	At(step int) float64
}

// ConstantLR is a learning rate that stays as it is.
type ConstantLR float64

// At returns the learning rate.
func (c ConstantLR) At(int) float64 { return float64(c) }

// CosineAnnealingLR goes down from Base at step 0 to EtaMin at step TMax along
// half a cosine (Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with
// Warm Restarts", 2017, equation 5, without the restarts):
//
//	lr(t) = EtaMin + ½·(Base − EtaMin)·(1 + cos(π·t/TMax))
//
// This is the closed form of PyTorch's scheduler, as is what happens beyond
// TMax: the rate comes up again, to reach Base at 2·TMax, and so on.
type CosineAnnealingLR struct {
	Base   float64 // at step 0
	EtaMin float64 // at step TMax
	TMax   int     // > 0
}

// At returns the learning rate of a step. It panics when TMax is not positive.
func (c CosineAnnealingLR) At(step int) float64 {
	if c.TMax <= 0 {
		panic(fmt.Sprintf("optim: CosineAnnealingLR: TMax is %d, want a number of steps above 0", c.TMax))
	}
	return cosine(c.Base, c.EtaMin, step, c.TMax)
}

// cosine returns the point t of half a cosine from base at 0 to low at n.
func cosine(base, low float64, t, n int) float64 {
	return low + 0.5*(base-low)*(1+math.Cos(math.Pi*float64(t)/float64(n)))
}

// WarmupCosine goes up from Start to Base in a straight line, so that the first
// steps, whose gradients say little about the later ones, do no harm (Goyal et
// al., "Accurate, Large Minibatch SGD", 2017, section 2.2), then down to Min
// along half a cosine:
//
//	lr(t) = Start + t·(Base − Start)/(Warmup − 1)                               t < Warmup
//	lr(t) = Min + ½·(Base − Min)·(1 + cos(π·(t − Warmup)/(Total − Warmup)))     Warmup ≤ t < Total
//	lr(t) = Min                                                                 t ≥ Total
//
// Base is reached at step Warmup−1 and kept at step Warmup. A warm-up of a single
// step has the rate Start; a warm-up of none begins with the cosine.
type WarmupCosine struct {
	Start, Base, Min float64
	Warmup           int // steps of the line
	Total            int // steps of both
}

// At returns the learning rate of a step.
func (w WarmupCosine) At(step int) float64 {
	switch {
	case step < w.Warmup && w.Warmup == 1:
		return w.Start
	case step < w.Warmup:
		return w.Start + float64(step)*(w.Base-w.Start)/float64(w.Warmup-1)
	case step < w.Total:
		return cosine(w.Base, w.Min, step-w.Warmup, w.Total-w.Warmup)
	}
	return w.Min
}
