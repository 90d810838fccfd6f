package nn

import (
	"math"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// KaimingUniform draws w from U(−b, b) with b = √(6 / ((1+a²)·fanIn)), which
// keeps the variance through layers whose activation is a leaky ReLU of slope a:
// 0 for ReLU (He et al., ICCV 2015, equations 10 and 15). PyTorch's default for
// Linear is a = √5, for which b = 1/√fanIn.
//
// A weight is [out, in] or, for a convolution, [out, in, ...]; its fan-in is
// in·..., its fan-out out·.... One of less than two axes panics with a
// *tensor.ShapeError.
func KaimingUniform(w *autograd.Param, a float64, r *rand.Rand) {
	fanIn, _ := fans("KaimingUniform", w)
	uniform(w, math.Sqrt(6/((1+a*a)*fanIn)), r)
}

// KaimingNormal draws w from N(0, σ²) with σ = √(2 / ((1+a²)·fanIn)): see
// KaimingUniform.
func KaimingNormal(w *autograd.Param, a float64, r *rand.Rand) {
	fanIn, _ := fans("KaimingNormal", w)
	normal(w, math.Sqrt(2/((1+a*a)*fanIn)), r)
}

// XavierUniform, which Keras calls Glorot uniform, draws w from U(−b, b) with
// b = gain·√(6 / (fanIn+fanOut)), a compromise between keeping the variance of
// values forward and that of gradients backward (Glorot & Bengio, AISTATS 2010,
// equation 16). A gain of 1 is for layers without an activation; PyTorch
// recommends 5/3 with tanh and √2 with ReLU. See KaimingUniform for the fans and
// what panics.
func XavierUniform(w *autograd.Param, gain float64, r *rand.Rand) {
	fanIn, fanOut := fans("XavierUniform", w)
	uniform(w, gain*math.Sqrt(6/(fanIn+fanOut)), r)
}

// XavierNormal draws w from N(0, σ²) with σ = gain·√(2 / (fanIn+fanOut)): see
// XavierUniform.
func XavierNormal(w *autograd.Param, gain float64, r *rand.Rand) {
	fanIn, fanOut := fans("XavierNormal", w)
	normal(w, gain*math.Sqrt(2/(fanIn+fanOut)), r)
}

// Constant sets every value of p to v: 0 for a bias, 1 for a scale.
func Constant(p *autograd.Param, v float32) { tensor.Fill(p.Mutate(), v) }

// uniform draws p from U(−bound, bound).
func uniform(p *autograd.Param, bound float64, r *rand.Rand) {
	tensor.Uniform(p.Mutate(), r, -float32(bound), float32(bound))
}

// normal draws p from N(0, std²).
func normal(p *autograd.Param, std float64, r *rand.Rand) {
	tensor.Normal(p.Mutate(), r, 0, float32(std))
}

// fans returns how many inputs an output of w depends on, and the reverse.
func fans(op string, w *autograd.Param) (in, out float64) {
	s := w.Value().Shape()
	if s.Rank() < 2 {
		panic(&tensor.ShapeError{Package: "nn", Op: op, Message: "a weight has two axes or more", Shapes: []tensor.Shape{s}})
	}
	in, out = float64(s.Dim(1)), float64(s.Dim(0))
	for i := 2; i < s.Rank(); i++ {
		in *= float64(s.Dim(i))
		out *= float64(s.Dim(i))
	}
	return in, out
}
