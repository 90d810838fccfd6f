package eval

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/seed-312a1f22/dyad/tensor"
)

// PCA projects the features on their k principal axes, the directions in which
// they vary most: k = 2 makes a picture of them. It returns the projections,
// [examples k], and the share of the whole variance that each axis explains, 0 to
// 1, the largest first.
//
// The features are centred, but not scaled. An axis' sign is that which makes its
// largest component positive, scikit-learn's convention, so that the same
// features give the same picture. Projections and shares are NaN when features
// are not finite; shares are NaN when all rows are the same. It panics with a
// *tensor.ShapeError unless features is [examples features] and k is from 1 to the
// smaller of the two.
//
// The axes are eigenvectors of the covariance, or, with fewer rows than columns,
// come from those of the rows' products. The time grows with the cube of the
// smaller number: about a second for 512.
func PCA(features *tensor.Tensor, k int) (projections *tensor.Tensor, explained []float64) {
	checkRows("PCA", features)
	x := matrix(features)
	n, d := x.Dim(0), x.Dim(1)
	if k < 1 || k > min(n, d) {
		panic(&tensor.ShapeError{Package: "eval", Op: "PCA", Message: fmt.Sprintf("no %d axes in features of", k),
			Shapes: []tensor.Shape{features.Shape()}})
	}
	projections, explained = tensor.New(n, k), make([]float64, k)
	c := newCentred(x)
	var eigen mat.EigenSym
	if !x.AllFinite() || !eigen.Factorize(c.covariance(), true) {
		tensor.Fill(projections, float32(math.NaN()))
		for j := range explained {
			explained[j] = math.NaN()
		}
		return projections, explained
	}
	values := eigen.Values(nil) // rising
	total := 0.0
	for _, v := range values {
		total += max(v, 0)
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	axis, vector := make([]float64, d), make([]float64, len(values))
	for j := range k {
		at := len(values) - 1 - j
		explained[j] = max(values[at], 0) / total
		mat.Col(vector, at, &vectors)
		dst := projections.Data()[j:]
		if n >= d {
			floats.Scale(orientation(vector), vector)
			c.project(dst, k, vector)
			continue
		}
		// The axis is Xᵀ·vector divided by its norm, the singular value, and the
		// projections X·axis are the vector times that.
		c.combine(axis, vector)
		floats.Scale(orientation(axis)*floats.Norm(axis, 2), vector)
		for i, v := range vector {
			dst[i*k] = float32(v)
		}
	}
	return projections, explained
}

// combine writes the sum of the rows, each times its weight, to dst.
func (c centred) combine(dst, weights []float64) {
	clear(dst)
	for i, w := range weights {
		for j, v := range c.x.Row(i) {
			dst[j] += w * (float64(v) - c.from.mean[j])
		}
	}
}

// orientation returns −1 when the first of the axis' largest components is
// negative, and 1 else.
func orientation(axis []float64) float64 {
	largest := 0.0
	for _, v := range axis {
		if math.Abs(v) > math.Abs(largest) {
			largest = v
		}
	}
	return math.Copysign(1, largest)
}

// project writes the product of each row with the axis to every stride-th element
// of dst.
func (c centred) project(dst []float32, stride int, axis []float64) {
	for i := range c.x.Dim(0) {
		sum := 0.0
		for j, v := range c.x.Row(i) {
			sum += (float64(v) - c.from.mean[j]) * axis[j]
		}
		dst[i*stride] = float32(sum)
	}
}
