package tensor_test

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/tensor"
)

func Example() {
	x := tensor.FromSlice([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	mean, centred := tensor.New(2, 1), tensor.New(2, 3)
	tensor.Mean(mean, x, 1)
	tensor.Sub(centred, x, mean) // [2 3] − [2 1]: each row less its mean
	fmt.Println(centred)
	// Output:
	// [[-1.  0.  1.]
	//  [-1.  0.  1.]]
}

func ExampleTensor() {
	x := tensor.New(2, 3)
	x.Set(5, 1, 0)
	row := x.Slice(1, 2) // a view
	tensor.AddScalar(row, row, 0.5)
	fmt.Println(x)
	fmt.Println(x.Shape(), x.At(1, 0), x.Reshape(3, -1).Shape())
	// Output:
	// [[0.  0.  0. ]
	//  [5.5 0.5 0.5]]
	// [2 3] 5.5 [3 2]
}

func ExampleTensor_String() {
	x := tensor.New(40, 50)
	for i := range x.Data() {
		x.Data()[i] = float32(i)/4 + 1
	}
	fmt.Println(x)
	// Output:
	// [[  1.     1.25   1.5  ...  12.75  13.    13.25]
	//  [ 13.5   13.75  14.   ...  25.25  25.5   25.75]
	//  [ 26.    26.25  26.5  ...  37.75  38.    38.25]
	//  ...
	//  [463.5  463.75 464.   ... 475.25 475.5  475.75]
	//  [476.   476.25 476.5  ... 487.75 488.   488.25]
	//  [488.5  488.75 489.   ... 500.25 500.5  500.75]]
}

func ExampleShape() {
	s := tensor.MakeShape(2, 3, 4)
	fmt.Println(s, s.Rank(), s.Size(), s.Dim(-1))
	fmt.Println(s == tensor.MakeShape(2, 3, 4))
	outer, dim, inner := s.Split(1)
	fmt.Println(outer, dim, inner)
	// Output:
	// [2 3 4] 3 24 4
	// true
	// 2 3 4
}

func ExampleBroadcastShapes() {
	fmt.Println(tensor.BroadcastShapes(tensor.MakeShape(8, 1, 6), tensor.MakeShape(7, 1)))
	fmt.Println(tensor.BroadcastShapes(tensor.MakeShape(2, 3), tensor.MakeShape(2)))
	// Output:
	// [8 7 6] true
	// [] false
}

func ExampleAdd() {
	x := tensor.FromSlice([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	bias := tensor.FromSlice([]float32{10, 20, 30})
	tensor.Add(x, x, bias)
	fmt.Println(x)
	// Output:
	// [[11. 22. 33.]
	//  [14. 25. 36.]]
}

func ExampleSumTo() {
	dy := tensor.FromSlice([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	dbias := tensor.New(3) // the gradient of a bias that was added to both rows
	tensor.SumTo(dbias, dy, 0)
	fmt.Println(dbias)
	// Output: [5. 7. 9.]
}

func ExampleMatMul() {
	x := tensor.FromSlice([]float32{1, 2, 3, 4}, 2, 2)
	y := tensor.New(2, 2)
	tensor.MatMul(y, x, x, tensor.MatMulOpts{})
	fmt.Println(y)
	tensor.MatMul(y, x, x, tensor.MatMulOpts{TransB: true}) // x·xᵀ
	fmt.Println(y)
	// Output:
	// [[ 7. 10.]
	//  [15. 22.]]
	// [[ 5. 11.]
	//  [11. 25.]]
}

// A dense layer is one product: y = relu(x·wᵀ + b).
func ExampleMatMulOpts() {
	x := tensor.FromSlice([]float32{1, 2, 3}, 1, 3)
	w := tensor.FromSlice([]float32{1, 0, 0, 0, 1, -1}, 2, 3)
	b := tensor.FromSlice([]float32{0.5, 0.5})
	y := tensor.New(1, 2)
	tensor.MatMul(y, x, w, tensor.MatMulOpts{TransB: true, Bias: b, ReLU: true})
	fmt.Println(y)
	// Output: [[1.5 0. ]]
}

func ExampleMap() {
	x := tensor.FromSlice([]float32{-2, -1, 0, 1, 2})
	clamp := func(x, lo, hi float32) float32 { return min(max(x, lo), hi) }
	tensor.Map(x, x, clamp, -1, 1.5)
	fmt.Println(x)
	// Output: [-1.  -1.   0.   1.   1.5]
}

func ExampleTopK() {
	x := tensor.FromSlice([]float32{3, 9, 4, 9, 1, 7}, 2, 3)
	values, indices := tensor.New(2, 2), make([]int, 4)
	tensor.TopK(values, indices, x)
	fmt.Println(values)
	fmt.Println(indices)
	// Output:
	// [[9. 4.]
	//  [9. 7.]]
	// [1 2 0 2]
}

// A kernel of one's own: cubes, in chunks, on all processors.
func ExampleKernel() {
	x := tensor.FromSlice([]float32{1, 2, 3, 4})
	y := tensor.New(4)
	cube.Run(x.Size(), 4096, cubeArgs{y.Data(), x.Data()})
	fmt.Println(y)
	// Output: [ 1.  8. 27. 64.]
}

type cubeArgs struct{ dst, x []float32 }

var cube = tensor.NewKernel(func(lo, hi int, a *cubeArgs) {
	for i := lo; i < hi; i++ {
		a.dst[i] = a.x[i] * a.x[i] * a.x[i]
	}
})

func ExampleShapeError() {
	defer func() {
		err, _ := recover().(error)
		var shape *tensor.ShapeError
		if errors.As(err, &shape) {
			fmt.Println(shape)
			fmt.Println(shape.Op, shape.Shapes)
		}
	}()
	tensor.MatMul(tensor.New(64, 128), tensor.New(64, 512), tensor.New(256, 128), tensor.MatMulOpts{})
	// Output:
	// tensor: MatMul: inner dimensions differ: [64 512] × [256 128]
	// MatMul [[64 512] [256 128]]
}

func ExampleOverlapError() {
	defer func() { fmt.Println(recover()) }()
	x := tensor.New(4, 3)
	tensor.Neg(x.Slice(1, 4), x.Slice(0, 3))
	// Output: tensor: Neg: the destination overlaps an input
}

func ExampleAdamStep() {
	w, g := tensor.FromSlice([]float32{1, 1}), tensor.FromSlice([]float32{0.5, -20})
	m, v := tensor.New(2), tensor.New(2)
	tensor.Adam(w, g, m, v, tensor.AdamStep{ // the first step: 1 − βᵗ = 1 − β
		Beta1: 0.9, OneMinusBeta1: 0.1, Beta2: 0.75, OneMinusBeta2: 0.25,
		StepSize: 0.125 / 0.1, InvRootBias2: 2, Eps: 1e-8, Decay: 1,
	})
	fmt.Println(w) // each moves by the learning rate, 0.125
	// Output: [0.875 1.125]
}

func ExampleUniform() {
	x, y := tensor.New(2, 2), tensor.New(2, 2)
	tensor.Uniform(x, rand.New(rand.NewPCG(1, 2)), -1, 1)
	tensor.Uniform(y, rand.New(rand.NewPCG(1, 2)), -1, 1)
	tensor.Sub(y, y, x)
	fmt.Println(y) // the same generator gives the same values
	// Output:
	// [[0. 0.]
	//  [0. 0.]]
}

func ExampleNamed() {
	bias := tensor.Named{Name: "bias", Tensor: tensor.New(3)}
	fmt.Println(bias.Name, bias.Tensor.Shape())
	// Output: bias [3]
}
