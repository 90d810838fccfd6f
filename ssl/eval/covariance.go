package eval

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/seed-312a1f22/dyad/tensor"
)

// ParticipationRatio returns the number of dimensions that the features vary in:
//
//	(Σλ)²/Σλ²
//
// over the eigenvalues λ of their covariance (Gao et al., A theory of
// multineuronal dimensionality, dynamics and measurement, 2017). 1 when all rows
// lie on a line, d when d features vary alike in all directions, and m when m of
// them do and the others do not at all. Unlike RankMe's, the features are
// centred, and what counts is variance, not its root: small directions weigh less.
// NaN when features are empty, not finite, or all rows are the same. It panics
// with a *tensor.ShapeError unless features is [examples features].
//
// No eigenvalue is computed: Σλ is the covariance's trace and Σλ² the sum of its
// elements' squares. Its time is that of a product of matrices.
func ParticipationRatio(features *tensor.Tensor) float64 {
	checkRows("ParticipationRatio", features)
	x := matrix(features)
	if x.Size() == 0 || !x.AllFinite() {
		return math.NaN()
	}
	c := newCentred(x).covariance()
	trace, squares := 0.0, 0.0
	for i := range c.SymmetricDim() {
		trace += c.At(i, i)
		squares += c.At(i, i) * c.At(i, i)
		for j := range i {
			squares += 2 * c.At(i, j) * c.At(i, j)
		}
	}
	return trace * trace / squares
}

// centred is a matrix of which each column's mean is taken off.
type centred struct {
	x    *tensor.Tensor // as it was
	from standardizer   // takes off the means, and brings the largest spread to 1
}

func newCentred(x *tensor.Tensor) centred {
	s := newColumnStats(x)
	scale := 1.0
	if largest := slices.Max(s.std); largest > 0 {
		scale = 1 / largest
	}
	for j := range s.std {
		s.std[j] = scale
	}
	return centred{x, standardizer{s.mean, s.std}}
}

// covariance returns the sums of products of the columns, XᵀX; of the rows, XXᵀ,
// when they are fewer. The two have the same eigenvalues, but for zeros: those of
// the covariance times a number, which keeps float32's products from overflowing.
// Their sums over blocks of rows are float64.
func (c centred) covariance() *mat.SymDense {
	n, d := c.x.Dim(0), c.x.Dim(1)
	if n < d {
		x := tensor.New(n, d)
		c.from.apply(x, c.x)
		sums := tensor.New(n, n)
		tensor.MatMul(sums, x, x, tensor.MatMulOpts{TransB: true})
		total := make([]float64, n*n)
		for i, v := range sums.Data() {
			total[i] = float64(v)
		}
		return mat.NewSymDense(n, total)
	}
	const tile = 1024 // rows centred at a time, so that x is not doubled
	x, sums := tensor.New(min(n, tile), d), tensor.New(d, d)
	total := make([]float64, d*d)
	for lo := 0; lo < n; lo += tile {
		hi := min(lo+tile, n)
		block := x.Slice(0, hi-lo)
		c.from.apply(block, c.x.Slice(lo, hi))
		tensor.MatMul(sums, block, block, tensor.MatMulOpts{TransA: true})
		for i, v := range sums.Data() {
			total[i] += float64(v)
		}
	}
	return mat.NewSymDense(d, total)
}
