package asm

import "fmt"

// The kernels of this file write dst[i] from the elements i of their inputs.
// All slices of one call have the same length, else the kernel panics. dst may
// be one of the inputs, the whole of it; any other overlap gives nonsense.
// Every operation is the one of IEEE 754, rounded once to nearest even, so all
// implementations return the same bits (NaNs may differ in their payload).

// Add sets dst[i] = x[i] + y[i].
func Add(dst, x, y []float32) {
	checkLengths3("Add", len(dst), len(x), len(y))
	add(dst, x, y)
}

// Sub sets dst[i] = x[i] − y[i].
func Sub(dst, x, y []float32) {
	checkLengths3("Sub", len(dst), len(x), len(y))
	sub(dst, x, y)
}

// Mul sets dst[i] = x[i] · y[i].
func Mul(dst, x, y []float32) {
	checkLengths3("Mul", len(dst), len(x), len(y))
	mul(dst, x, y)
}

// Div sets dst[i] = x[i] / y[i].
func Div(dst, x, y []float32) {
	checkLengths3("Div", len(dst), len(x), len(y))
	div(dst, x, y)
}

// AddScalar sets dst[i] = x[i] + a.
func AddScalar(dst, x []float32, a float32) {
	checkLengths2("AddScalar", len(dst), len(x))
	addScalar(dst, x, a)
}

// Scale sets dst[i] = a · x[i].
func Scale(dst, x []float32, a float32) {
	checkLengths2("Scale", len(dst), len(x))
	scale(dst, x, a)
}

// Axpy sets y[i] = a·x[i] + y[i], rounded once: a fused multiply-add.
func Axpy(y []float32, a float32, x []float32) {
	checkLengths2("Axpy", len(y), len(x))
	axpy(y, a, x)
}

// FMA sets dst[i] = x[i]·y[i] + z[i], rounded once.
func FMA(dst, x, y, z []float32) {
	if len(x) != len(dst) || len(y) != len(dst) || len(z) != len(dst) {
		panic(fmt.Sprintf("asm: FMA: slices of different lengths: %d, %d, %d, %d", len(dst), len(x), len(y), len(z)))
	}
	fmaSlice(dst, x, y, z)
}

// ReLU sets dst[i] = 0 where x[i] < 0, and dst[i] = x[i] elsewhere: a NaN stays
// a NaN, and −0 stays −0.
func ReLU(dst, x []float32) {
	checkLengths2("ReLU", len(dst), len(x))
	relu(dst, x)
}

// ReLUGrad sets dx[i] = dy[i] where y[i] > 0, and dx[i] = 0 elsewhere. y is
// ReLU's input or its output: both have the same sign.
func ReLUGrad(dx, dy, y []float32) {
	checkLengths3("ReLUGrad", len(dx), len(dy), len(y))
	reluGrad(dx, dy, y)
}

// Sqrt sets dst[i] = √x[i]; the root of a negative number is NaN, that of −0 is −0.
func Sqrt(dst, x []float32) {
	checkLengths2("Sqrt", len(dst), len(x))
	sqrt(dst, x)
}

// checkLengths2 panics unless two slices have the same length.
func checkLengths2(op string, a, b int) {
	if a != b {
		panic(fmt.Sprintf("asm: %s: slices of different lengths: %d, %d", op, a, b))
	}
}

// checkLengths3 panics unless three slices have the same length.
func checkLengths3(op string, a, b, c int) {
	if a != b || a != c {
		panic(fmt.Sprintf("asm: %s: slices of different lengths: %d, %d, %d", op, a, b, c))
	}
}
