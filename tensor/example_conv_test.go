package tensor_test

import (
	"fmt"

	"github.com/seed-312a1f22/dyad/tensor"
)

// The second difference of a signal, by the kernel 1 −2 1.
func ExampleConvOpts() {
	x := tensor.FromSlice([]float32{0, 1, 4, 9, 16}, 1, 1, 5)
	w := tensor.FromSlice([]float32{1, -2, 1}, 1, 1, 3)
	o := tensor.ConvOpts{Padding: [3]int{1}}
	y := tensor.NewShape(tensor.ConvShape(x.Shape(), w.Shape(), o))
	tensor.Conv(y, x, w, nil, o)
	fmt.Println(y.Data())
	// Output: [1 2 2 2 -23]
}

func ExamplePoolOpts() {
	x := tensor.FromSlice([]float32{3, 1, 4, 1, 5, 9}, 1, 1, 6)
	o := tensor.PoolOpts{Kernel: [3]int{3}, Stride: [3]int{1}}
	y := tensor.NewShape(tensor.PoolShape(x.Shape(), o))
	tensor.MaxPool(y, x, o)
	fmt.Println(y.Data())
	// Output: [4 4 5 9]
}
