package tensor

import (
	"math"

	"github.com/seed-312a1f22/dyad/asm"
)

// SumAll returns the sum of all elements, accumulated in float64.
func SumAll(x *Tensor) float64 { return total(totalSum, x.data, nil) }

// SumSquares returns the sum of the squares of all elements, accumulated in
// float64.
func SumSquares(x *Tensor) float64 { return total(totalSquares, x.data, nil) }

// Norm returns the Euclidean norm of all elements, √(Σx²), computed in float64.
func Norm(x *Tensor) float64 { return math.Sqrt(SumSquares(x)) }

// Dot returns the sum of the products of the elements of x and y, which have
// the same shape, accumulated in float64.
func Dot(x, y *Tensor) float64 {
	if x.shape != y.shape {
		panic(shapeErrorf("Dot", "shapes differ").with(x.shape, y.shape))
	}
	return total(totalDot, x.data, y.data)
}

type totalOp uint8

const (
	totalSum totalOp = iota
	totalSquares
	totalDot
)

type totalArgs struct {
	op    totalOp
	x, y  []float32
	grain int
	parts *[totalParts]float64
}

// totalParts is the number of partial sums there can be. Each is of at least
// cheapGrain elements, so that small sums have one.
const totalParts = 256

var totalScratch = freeList[[totalParts]float64]{new: func() *[totalParts]float64 { return new([totalParts]float64) }}

// total adds up partial sums of chunks whose boundaries depend on len(x) alone,
// in order: the same bits whoever computed them.
func total(op totalOp, x, y []float32) float64 {
	grain := max(cheapGrain, (len(x)+totalParts-1)/totalParts)
	parts := totalScratch.take()
	defer totalScratch.put(parts)
	totalKernel.Run(len(x), grain, totalArgs{op, x, y, grain, parts})
	sum := 0.0
	for _, p := range parts[:(len(x)+grain-1)/grain] {
		sum += p
	}
	return sum
}

var totalKernel = NewKernel(func(lo, hi int, k *totalArgs) {
	part := &k.parts[lo/k.grain]
	switch x := k.x[lo:hi]; k.op {
	case totalSum:
		*part = asm.Sum(x)
	case totalSquares:
		*part = asm.SumSquares(x)
	case totalDot:
		*part = asm.Dsdot(x, k.y[lo:hi])
	}
})
