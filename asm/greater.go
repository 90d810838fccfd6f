package asm

// CountGreater returns the number of elements of x that are greater than a. A NaN
// is not, and nothing is greater than a NaN.
func CountGreater(x []float32, a float32) int { return countGreater(x, a) }

// AccumulateGreater sets acc[j] = acc[j] + 1 where x[j] > y[j], which no NaN is:
// called once per row, it counts in the columns of a row-major matrix, exactly up
// to 2²⁴. It panics if the lengths differ.
func AccumulateGreater(acc, x, y []float32) {
	checkLengths3("AccumulateGreater", len(acc), len(x), len(y))
	accumulateGreater(acc, x, y)
}
