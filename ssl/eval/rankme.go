package eval

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/seed-312a1f22/dyad/tensor"
)

// RankMe returns the effective number of dimensions that the features span: the
// exponential of the entropy of their normalised singular values (Garrido et
// al., ICML 2023),
//
//	exp(−Σ p_k ln p_k),   p_k = σ_k/Σσ + 1e-7
//
// 1 when all rows are multiples of one, d when d features are spread alike in
// all directions. The features are not centred, and their norms count. NaN
// when features are empty, all zero, or not finite. It panics with a
// *tensor.ShapeError unless features is [examples features].
//
// The singular values are those of the features themselves, in float64. The
// eigenvalues of XᵀX, their squares, would take about as long and give half the
// digits: values under 1e-8·σ₁ would drown in rounding. The time grows with the
// number of examples and the square of the features: a third of a second for
// 8,000×256.
func RankMe(features *tensor.Tensor) float64 {
	checkRows("RankMe", features)
	x := matrix(features)
	if x.Size() == 0 || !x.AllFinite() {
		return math.NaN()
	}
	data := make([]float64, x.Size())
	for i, v := range x.Data() {
		data[i] = float64(v)
	}
	var svd mat.SVD
	if !svd.Factorize(mat.NewDense(x.Dim(0), x.Dim(1), data), mat.SVDNone) {
		return math.NaN()
	}
	values := svd.Values(nil)
	total := 0.0
	for _, v := range values {
		total += v
	}
	entropy := 0.0
	for _, v := range values {
		const eps = 1e-7
		p := v/total + eps
		entropy -= p * math.Log(p)
	}
	return math.Exp(entropy)
}
