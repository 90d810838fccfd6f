package eval

import (
	"math"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Alignment returns mean ‖ẑ₁ᵢ − ẑ₂ᵢ‖² over the rows i of two views, ẑ being the
// row divided by its norm: 0 when the views of an example fall on the same
// point, 2 when they are unrelated, 4 at most (Wang and Isola, ICML 2020, with
// α = 2). It is NaN without rows. It panics with a *tensor.ShapeError unless
// z1 and z2 have the same shape, [examples features].
func Alignment(z1, z2 *tensor.Tensor) float64 {
	checkPair("Alignment", z1, z2)
	z1, z2 = matrix(z1), matrix(z2)
	sum := 0.0
	for i := range z1.Dim(0) {
		a, b := z1.Row(i), z2.Row(i)
		na, nb := boundedNorm(a), boundedNorm(b)
		for j := range a {
			d := float64(a[j])/na - float64(b[j])/nb
			sum += d * d
		}
	}
	return sum / float64(z1.Dim(0))
}

// Uniformity returns log mean exp(−2‖ẑᵢ − ẑⱼ‖²) over all pairs of rows i < j: 0
// when all rows point the same way, and the lower the more evenly they are
// spread over the sphere; −4 in the limit of many dimensions (Wang and Isola,
// ICML 2020, with t = 2). It is NaN with fewer than two rows. It panics with a
// *tensor.ShapeError unless z is [examples features].
//
// Its time grows with the square of the number of rows, its memory does not.
func Uniformity(z *tensor.Tensor) float64 {
	checkRows("Uniformity", z)
	unit := unitRows(matrix(z))
	n := unit.Dim(0)
	norms := make([]float64, n) // squared: 1, but 0 for a row of zeros
	for i := range norms {
		norms[i] = sumSquares(unit.Row(i))
	}
	sums := make([]float64, n) // over the pairs i < j, of each i
	for lo := 0; lo < n; lo += queryTile {
		hi := min(lo+queryTile, n)
		for t := range cosines(unit.Slice(lo, hi), unit.Slice(lo, n), queryTile, rowTile) {
			const grain = 8 // rows: 16,384 exponentials
			uniformityKernel.Run(hi-lo, grain, uniformityArgs{t, norms[lo:], sums[lo:]})
		}
	}
	sum := 0.0
	for _, s := range sums {
		sum += s
	}
	return math.Log(sum / (float64(n) * float64(n-1) / 2))
}

// uniformityArgs is a tile of which element [0 0] would be that of equal rows:
// its rows and columns, norms and sums are counted from the same row of z.
type uniformityArgs struct {
	tile        cosineTile
	norms, sums []float64
}

var uniformityKernel = tensor.NewKernel(func(lo, hi int, a *uniformityArgs) {
	columns := a.tile.cos.Dim(1)
	for i := lo; i < hi; i++ {
		cos := a.tile.cos.Data()[i*columns : (i+1)*columns]
		for c := max(0, i+1-a.tile.col); c < columns; c++ {
			distance := a.norms[i] + a.norms[a.tile.col+c] - 2*float64(cos[c])
			a.sums[i] += math.Exp(-2 * distance)
		}
	}
})

// EmbeddingStd returns the mean over the features j of the standard deviation of
// ẑᵢⱼ over the rows i (with divisor n): about 1/√d for d features that are
// spread over the sphere, 0 when all rows point the same way, which is what
// collapse is (Chen and He, CVPR 2021, section 4.1). It is NaN without rows or
// features. It panics with a *tensor.ShapeError unless z is [examples features].
func EmbeddingStd(z *tensor.Tensor) float64 {
	checkRows("EmbeddingStd", z)
	z = matrix(z)
	if z.Size() == 0 {
		return math.NaN()
	}
	sum := 0.0
	for _, std := range newColumnStats(unitRows(z)).std {
		sum += std
	}
	return sum / float64(z.Dim(1))
}

// checkRows panics in the name of op unless z has rows.
func checkRows(op string, z *tensor.Tensor) {
	if z.Rank() < 2 {
		panic(&tensor.ShapeError{Package: "eval", Op: op, Message: "want [examples features], not",
			Shapes: []tensor.Shape{z.Shape()}})
	}
}

// checkPair panics in the name of op unless z1 and z2 have rows and are alike.
func checkPair(op string, z1, z2 *tensor.Tensor) {
	checkRows(op, z1)
	if z1.Shape() != z2.Shape() {
		panic(&tensor.ShapeError{Package: "eval", Op: op, Message: "the views differ in shape",
			Shapes: []tensor.Shape{z1.Shape(), z2.Shape()}})
	}
}
