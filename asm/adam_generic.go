package asm

import "math"

func adamGeneric(w, g, m, v []float32, s *AdamStep) {
	g, m, v = g[:len(w)], m[:len(w)], v[:len(w)]
	for i := range w {
		gi := fma(s.L2, w[i], g[i])
		scaled := s.OneMinusBeta2 * gi
		mi := fma(s.Beta1, m[i], float32(s.OneMinusBeta1*gi))
		vi := fma(s.Beta2, v[i], float32(scaled*gi))
		denominator := fma(float32(math.Sqrt(float64(vi))), s.InvRootBias2, s.Eps)
		w[i] = fma(-s.StepSize, mi/denominator, float32(s.Decay*w[i]))
		m[i], v[i] = mi, vi
	}
}
