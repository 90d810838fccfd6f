package eval

import (
	"math"

	"github.com/seed-312a1f22/dyad/tensor"
)

// columnStats are the mean and the standard deviation (with divisor n) of each
// column of a matrix, accumulated in float64. A column of equal values has a
// standard deviation of exactly 0.
type columnStats struct{ mean, std []float64 }

func newColumnStats(x *tensor.Tensor) columnStats {
	s := columnStats{make([]float64, x.Dim(1)), make([]float64, x.Dim(1))}
	const columns = 64 // of a chunk: 256 bytes of each row
	columnStatsKernel.Run(x.Dim(1), columns, columnStatsArgs{x, s})
	return s
}

type columnStatsArgs struct {
	x *tensor.Tensor
	columnStats
}

var columnStatsKernel = tensor.NewKernel(func(lo, hi int, a *columnStatsArgs) {
	n, d := a.x.Dim(0), a.x.Dim(1)
	data, mean, std := a.x.Data(), a.mean[lo:hi], a.std[lo:hi]
	// The sums are of differences from the first row, so that they are exact
	// where a column is constant.
	first := data[lo:hi]
	for i := range n {
		for j, v := range data[i*d+lo : i*d+hi] {
			mean[j] += float64(v) - float64(first[j])
		}
	}
	for j := range mean {
		mean[j] = float64(first[j]) + mean[j]/float64(n)
	}
	for i := range n {
		for j, v := range data[i*d+lo : i*d+hi] {
			dev := float64(v) - mean[j]
			std[j] += dev * dev
		}
	}
	for j := range std {
		std[j] = math.Sqrt(std[j] / float64(n))
	}
})

// standardizer brings every feature to mean 0 and standard deviation 1 over the
// examples it was made from. A feature that was constant there becomes 0, as it
// can tell no classes apart.
type standardizer struct{ mean, scale []float64 }

func newStandardizer(x *tensor.Tensor) standardizer {
	s := newColumnStats(x)
	for j, std := range s.std {
		if std > 0 {
			s.std[j] = 1 / std
		}
	}
	return standardizer{s.mean, s.std}
}

// apply writes the standardised x to dst.
func (s standardizer) apply(dst, x *tensor.Tensor) {
	const rows = 64 // of a chunk: about 25,000 features of width 400
	standardizeKernel.Run(x.Dim(0), rows, standardizeArgs{dst, x, s})
}

type standardizeArgs struct {
	dst, x *tensor.Tensor
	standardizer
}

var standardizeKernel = tensor.NewKernel(func(lo, hi int, a *standardizeArgs) {
	d := a.x.Dim(1)
	dst, mean, scale := a.dst.Data(), a.mean, a.scale
	for i := lo; i < hi; i++ {
		out := dst[i*d : i*d+d]
		for j, v := range a.x.Data()[i*d : i*d+d] {
			out[j] = float32((float64(v) - mean[j]) * scale[j])
		}
	}
})
