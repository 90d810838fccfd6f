package asm

func columnSumsGeneric(sum *[StripWidth]float64, x []float32, rows, width, stride int) {
	for i := range rows {
		accumulateSumGeneric(sum[:width], x[i*stride:])
	}
}

func columnMomentsGeneric(sum, squares *[StripWidth]float64, x []float32, rows, width, stride int) {
	for i := range rows {
		row := x[i*stride:]
		accumulateSumGeneric(sum[:width], row)
		accumulateDot(squares[:width], row, row)
	}
}

// accumulateDot adds x·y to acc. It may be fused by the compiler or not: the
// product is exact.
func accumulateDot(acc []float64, x, y []float32) {
	x, y = x[:len(acc)], y[:len(acc)]
	for j := range acc {
		acc[j] += float64(x[j]) * float64(y[j])
	}
}
