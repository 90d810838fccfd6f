package asm_test

import (
	"fmt"
	"math"

	"github.com/seed-312a1f22/dyad/asm"
)

func ExampleDot() {
	x := []float32{1, 2, 3}
	y := []float32{4, 5, 6}
	fmt.Println(asm.Dot(x, y))
	// Output: 32
}

func ExampleAxpy() {
	y := []float32{1, 1, 1}
	asm.Axpy(y, 2, []float32{10, 20, 30})
	fmt.Println(y)
	// Output: [21 41 61]
}

// All implementations compute the same bits.
func ExampleUse() {
	start := asm.Implementation()
	defer asm.Use(start)

	x := []float32{0.1, -0.2, 0.3}
	fast := asm.Dot(x, x)
	if err := asm.Use("generic"); err != nil {
		fmt.Println(err)
	}
	fmt.Println(asm.Implementation(), asm.Dot(x, x) == fast)
	// Output: generic true
}

// The columns of a 3×2 matrix, added up row by row.
func ExampleAccumulateSum() {
	sums := make([]float64, 2)
	for _, row := range [][]float32{{1, 10}, {2, 20}, {3, 30}} {
		asm.AccumulateSum(sums, row)
	}
	fmt.Println(sums)
	// Output: [6 60]
}

// The same, at once.
func ExampleColumnSums() {
	var sum [asm.StripWidth]float64
	x := []float32{
		1, 10,
		2, 20,
		3, 30,
	}
	asm.ColumnSums(&sum, x, 3, 2, 2)
	fmt.Println(sum[:2])
	// Output: [6 60]
}

// A batch of two, of one channel.
func ExampleBatchNorm() {
	x := []float32{2, 6}
	b := asm.BatchNorm{Mean: [asm.StripWidth]float32{4}, Scale: [asm.StripWidth]float32{0.5}}
	y := make([]float32, 2)
	b.Normalize(y, x, 2, 1, 1, false)
	fmt.Println(y)
	b.Normalize(y, x, 2, 1, 1, true)
	fmt.Println(y)
	// Output:
	// [-1 1]
	// [0 1]
}

// The first step of AdamW moves a weight by the learning rate, against the sign
// of its gradient, whatever the gradient's size.
func ExampleAdamStep() {
	const lr, beta1, beta2, weightDecay, t = 0.5, 0.9, 0.999, 0, 1
	step := asm.AdamStep{
		Beta1:         beta1,
		Beta2:         beta2,
		OneMinusBeta1: 1 - beta1,
		OneMinusBeta2: 1 - beta2,
		InvRootBias2:  float32(1 / math.Sqrt(1-math.Pow(beta2, t))),
		Eps:           1e-8,
		StepSize:      float32(lr / (1 - math.Pow(beta1, t))),
		Decay:         1 - lr*weightDecay,
	}
	w, g := []float32{1, 1}, []float32{300, -0.02}
	m, v := make([]float32, 2), make([]float32, 2)
	asm.Adam(w, g, m, v, &step)
	fmt.Printf("%.3f\n", w)
	// Output: [0.500 1.500]
}
