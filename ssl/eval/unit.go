package eval

import (
	"math"

	"github.com/seed-312a1f22/dyad/tensor"
)

// normEps bounds the norm that a row is divided by from below, so that a row of
// zeros stays one. NT-Xent uses the same bound.
const normEps = 1e-8

// unitRows returns x with every row divided by its Euclidean norm.
func unitRows(x *tensor.Tensor) *tensor.Tensor {
	unit := tensor.NewShape(x.Shape())
	const rows = 64 // of a chunk
	unitRowsKernel.Run(x.Dim(0), rows, unitRowsArgs{unit, x})
	return unit
}

type unitRowsArgs struct{ dst, x *tensor.Tensor }

var unitRowsKernel = tensor.NewKernel(func(lo, hi int, a *unitRowsArgs) {
	d := a.x.Dim(1)
	for i := lo; i < hi; i++ {
		row := a.x.Data()[i*d : i*d+d]
		scale := 1 / boundedNorm(row)
		for j, v := range row {
			a.dst.Data()[i*d+j] = float32(float64(v) * scale)
		}
	}
})

// boundedNorm returns max(‖row‖₂, normEps).
func boundedNorm(row []float32) float64 {
	return max(math.Sqrt(sumSquares(row)), normEps)
}

// sumSquares returns ‖row‖₂², accumulated in float64.
func sumSquares(row []float32) float64 {
	sum := 0.0
	for _, v := range row {
		sum += float64(v) * float64(v)
	}
	return sum
}
