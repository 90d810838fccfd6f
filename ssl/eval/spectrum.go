package eval

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Spectrum returns the singular values of the features, which are not centred,
// the largest first: as many as the smaller of rows and columns. Drawn on a
// logarithmic scale they show dimensional collapse as a cliff (Jing et al.,
// Understanding Dimensional Collapse, ICLR 2022). NaN each when features are not finite. It panics with a
// *tensor.ShapeError unless features is [examples features].
//
// The singular values are those of the features themselves, in float64. The
// eigenvalues of XᵀX, their squares, would give half the digits: values under
// 1e-8·σ₁ would drown in rounding. The time grows with the number of examples and
// the square of the features: a third of a second for 8,000×256.
func Spectrum(features *tensor.Tensor) []float64 {
	checkRows("Spectrum", features)
	return spectrum(matrix(features))
}

func spectrum(x *tensor.Tensor) []float64 {
	if x.Size() == 0 {
		return nil
	}
	data := make([]float64, x.Size())
	for i, v := range x.Data() {
		data[i] = float64(v)
	}
	var svd mat.SVD
	if !x.AllFinite() || !svd.Factorize(mat.NewDense(x.Dim(0), x.Dim(1), data), mat.SVDNone) {
		values := make([]float64, min(x.Dim(0), x.Dim(1)))
		for i := range values {
			values[i] = math.NaN()
		}
		return values
	}
	return svd.Values(nil)
}

// RankMe returns the effective number of dimensions that the features span: the
// exponential of the entropy of their normalised singular values (Garrido et
// al., ICML 2023),
//
//	exp(−Σ p_k ln p_k),   p_k = σ_k/Σσ + 1e-7
//
// 1 when all rows are multiples of one, d when d features are spread alike in
// all directions. The features are not centred, and their norms count. NaN
// when features are empty, all zero, or not finite. It panics with a
// *tensor.ShapeError unless features is [examples features]. It takes as long as
// Spectrum.
func RankMe(features *tensor.Tensor) float64 {
	checkRows("RankMe", features)
	values := spectrum(matrix(features))
	if len(values) == 0 {
		return math.NaN()
	}
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
