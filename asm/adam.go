package asm

import "fmt"

// AdamStep holds the scalars of one step of Adam or AdamW. They depend on the
// step's number t = 1, 2, … but not on the parameter; compute them in float64 and
// round each once. With learning rate lr, decay rates β₁ and β₂ and weight decay λ:
//
//	Beta1          β₁
//	Beta2          β₂
//	OneMinusBeta1  1 − β₁
//	OneMinusBeta2  1 − β₂
//	InvRootBias2   1 / √(1 − β₂ᵗ)
//	Eps            ε
//	StepSize       lr / (1 − β₁ᵗ)
//	Decay          1 − lr·λ for AdamW (decoupled decay), 1 for Adam
//	L2             0 for AdamW, λ for Adam (decay as a part of the gradient)
type AdamStep struct {
	Beta1, Beta2                 float32
	OneMinusBeta1, OneMinusBeta2 float32
	InvRootBias2                 float32
	Eps                          float32
	StepSize                     float32
	Decay                        float32
	L2                           float32
}

// Adam updates the parameters w and the moments m and v from the gradient g, in
// one sweep over memory. g is only read. For each element:
//
//	g = L2·w + g
//	m = Beta1·m + OneMinusBeta1·g
//	v = Beta2·v + OneMinusBeta2·g·g
//	w = Decay·w − StepSize · m / (√v · InvRootBias2 + Eps)
//
// This is algorithm 1 of Kingma and Ba, "Adam: A Method for Stochastic
// Optimization", 2015, with the L2 and the decoupled weight decay of Loshchilov
// and Hutter, "Decoupled Weight Decay Regularization", 2019, algorithm 2; ε is
// added where PyTorch 1.13's optim.Adam and optim.AdamW add it. Each of the first
// three lines, the denominator and the last line end in one fused multiply-add;
// every other product, the root and the quotient are rounded by themselves.
//
// Adam panics if the lengths differ. The slices must not overlap.
func Adam(w, g, m, v []float32, s *AdamStep) {
	if len(g) != len(w) || len(m) != len(w) || len(v) != len(w) {
		panic(fmt.Sprintf("asm: Adam: slices of different lengths: %d, %d, %d, %d", len(w), len(g), len(m), len(v)))
	}
	adam(w, g, m, v, s)
}
