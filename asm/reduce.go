package asm

// Sum returns Σ x[i], accumulated in float64 in the order of Dsdot: 32 lanes of
// float64 that start at +0, element i to lane i mod 32, folded 32 → 16 → 8 → 4 →
// 2 → 1 by adding the upper half to the lower.
func Sum(x []float32) float64 { return sum(x) }

// Max returns the largest element of x: NaN if any element is NaN, −Inf if x is
// empty, +0 if it is a zero of either sign.
func Max(x []float32) float32 { return maximum(x) }

// AccumulateSum sets acc[j] = acc[j] + x[j] in float64: called once per row, it
// gives the sums of the columns of a row-major matrix. It panics if the lengths
// differ.
func AccumulateSum(acc []float64, x []float32) {
	checkLengths2("AccumulateSum", len(acc), len(x))
	accumulateSum(acc, x)
}
