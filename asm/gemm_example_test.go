package asm_test

import (
	"fmt"

	"github.com/seed-312a1f22/dyad/asm"
)

func ExampleGemm() {
	a := []float32{
		1, 2, 3,
		4, 5, 6,
	}
	b := []float32{
		1, 0,
		0, 1,
		1, 1,
	}
	c := make([]float32, 4)
	w := asm.NewWorkspace()
	asm.Gemm(w, false, false, 2, 2, 3, a, 3, b, 2, 0, c, 2, asm.Epilogue{})
	fmt.Println(c)
	// Output: [4 5 10 11]
}

// Two products one after the other share a Workspace. The second adds to the
// first, since beta is 1, and takes its B transposed.
func ExampleWorkspace() {
	w := asm.NewWorkspace()
	c := make([]float32, 1)
	asm.Gemm(w, false, false, 1, 1, 2, []float32{1, 2}, 2, []float32{3, 4}, 1, 0, c, 1, asm.Epilogue{})
	asm.Gemm(w, false, true, 1, 1, 2, []float32{5, 6}, 2, []float32{7, 8}, 2, 1, c, 1, asm.Epilogue{})
	fmt.Println(c)
	// Output: [94]
}

// A linear layer and its activation in one pass: y = ReLU(x·Wᵀ + b), with the
// weights stored as [out, in].
func ExampleEpilogue() {
	x := []float32{1, 2}
	weight := []float32{
		1, 1,
		1, -1,
		0, 2,
	}
	y := make([]float32, 3)
	asm.Gemm(asm.NewWorkspace(), false, true, 1, 3, 2, x, 2, weight, 2, 0, y, 3,
		asm.Epilogue{Bias: []float32{0.5, 0.5, -5}, ReLU: true})
	fmt.Println(y)
	// Output: [3.5 0 0]
}
