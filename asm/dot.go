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

// SumDot returns Σ x[i] and Σ x[i]·y[i] from one pass over both, each accumulated
// in float64 as Sum and Dsdot do, and with their bits. It panics if the lengths
// differ. SumDot(x, x) is what the mean and the variance are made of.
func SumDot(x, y []float32) (sum, dot float64) {
	checkLengths2("SumDot", len(x), len(y))
	return sumDot(x, y)
}
