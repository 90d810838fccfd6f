package asm_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// TestAdam runs 20 steps against the formulae of the papers in float64.
func TestAdam(t *testing.T) {
	const (
		n                      = 37
		lr, beta1, beta2, eps  = 0.01, 0.9, 0.999, 1e-8
		weightDecay, tolerance = 0.1, 1e-6
	)
	for _, c := range []struct {
		name      string
		decoupled bool
	}{{"AdamW", true}, {"Adam with L2", false}} {
		for _, implementation := range asm.Implementations() {
			use(t, implementation)
			r := rand.New(rand.NewPCG(9, 10))
			w, g, m, v := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
			wantW, wantM, wantV := make([]float64, n), make([]float64, n), make([]float64, n)
			fill(r, normal, w)
			for i := range w {
				wantW[i] = float64(w[i])
			}
			for step := 1; step <= 20; step++ {
				fill(r, normal, g)
				bias1, bias2 := 1-math.Pow(beta1, float64(step)), 1-math.Pow(beta2, float64(step))
				s := asm.AdamStep{
					Beta1: beta1, OneMinusBeta1: 1 - beta1, Beta2: beta2, OneMinusBeta2: 1 - beta2,
					InvRootBias2: float32(1 / math.Sqrt(bias2)), Eps: eps, StepSize: float32(lr / bias1),
					Decay: 1 - lr*weightDecay,
				}
				if !c.decoupled {
					s.Decay, s.L2 = 1, weightDecay
				}
				asm.Adam(w, g, m, v, &s)
				for i := range n {
					gradient := float64(g[i])
					if c.decoupled {
						wantW[i] -= lr * weightDecay * wantW[i]
					} else {
						gradient += weightDecay * wantW[i]
					}
					wantM[i] = beta1*wantM[i] + (1-beta1)*gradient
					wantV[i] = beta2*wantV[i] + (1-beta2)*gradient*gradient
					wantW[i] -= lr * (wantM[i] / bias1) / (math.Sqrt(wantV[i]/bias2) + eps)
					if d := math.Abs(float64(w[i]) - wantW[i]); !(d < tolerance) {
						t.Fatalf("%s, %s: after step %d, w[%d] = %v, want %v", implementation, c.name, step, i, w[i], wantW[i])
					}
				}
			}
			for i := range n {
				if math.Abs(float64(m[i])-wantM[i]) > tolerance || math.Abs(float64(v[i])-wantV[i]) > tolerance {
					t.Errorf("%s, %s: m[%d], v[%d] = %v, %v, want %v, %v", implementation, c.name, i, i, m[i], v[i], wantM[i], wantV[i])
				}
			}
		}
	}
}
