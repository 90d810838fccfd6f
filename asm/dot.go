package asm

// Dot returns the dot product Σ x[i]·y[i], accumulated in float32. It panics if
// the lengths differ. The order of the sum is part of its definition:
//
//   - 64 lanes start at +0;
//   - both vectors are padded with +0 to a whole number of blocks of 64;
//   - element i is accumulated into lane i mod 64, in increasing order of i, by a
//     fused multiply-add: lane = x[i]·y[i] + lane, rounded once;
//   - the lanes are folded in half, 64 → 32 → 16 → 8 → 4 → 2 → 1: of 2h lanes,
//     lane j becomes lane j + lane j+h for j < h. The one that is left is the
//     result.
//
// With 64 lanes the longest chain of roundings is ⌈n/64⌉+6 instead of n. Where a
// sum decides something, use Dsdot.
func Dot(x, y []float32) float32 {
	checkLengths2("Dot", len(x), len(y))
	return dot(x, y)
}

// Dsdot returns the dot product Σ x[i]·y[i] accumulated in float64, in which the
// product of two float32 is exact; the name is that of BLAS. It panics if the
// lengths differ. The order is that of Dot with 32 lanes of float64: blocks of
// 32, element i to lane i mod 32, folded 32 → 16 → 8 → 4 → 2 → 1.
func Dsdot(x, y []float32) float64 {
	checkLengths2("Dsdot", len(x), len(y))
	return dsdot(x, y)
}

// SumSquares returns Σ x[i]², accumulated in float64: it is Dsdot(x, x).
func SumSquares(x []float32) float64 { return dsdot(x, x) }

// AccumulateDot sets acc[j] = acc[j] + x[j]·y[j] in float64, where the product is
// exact: called once per row, it gives the dot products of the columns of two
// row-major matrices. It panics if the lengths differ.
func AccumulateDot(acc []float64, x, y []float32) {
	checkLengths3("AccumulateDot", len(acc), len(x), len(y))
	accumulateDot(acc, x, y)
}
