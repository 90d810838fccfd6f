// Package tensor computes on arrays of float32 with several axes: the layer
// that a framework for neural networks stands on.
//
// # A tensor is a shape and its elements
//
// A [Tensor] is a [Shape], the lengths of up to six axes, and as many float32,
// contiguous and in row-major order: the last axis is the one whose neighbours
// lie side by side. There are no strides. What strides are for elsewhere is
// here either a view that needs none (Reshape, Slice of the leading axis, Row),
// an option of the operation that reads (the transposes of [MatMul]), or a copy
// that says so ([Transpose]). So every kernel meets its operands in the one
// layout that is fast, and Data is always the whole tensor.
//
//	x := tensor.New(64, 784)                 // zeros
//	w := tensor.FromSlice(weights, 512, 784) // weights itself, not a copy
//	y := tensor.New(64, 512)
//	tensor.MatMul(y, x, w, tensor.MatMulOpts{TransB: true, ReLU: true})
//
// # The destination comes first
//
// A kernel writes its destination, its first argument, and nothing else. It
// allocates nothing: whoever calls it owns the memory and can use it again,
// which is how a training step comes to run without garbage. The few functions
// that return a number or a new tensor say so by returning it.
//
// # Who may write which buffer
//
// These rules hold for every function of the package:
//
//   - An input is never written, not even for a moment, unless it is the
//     destination too.
//   - Of an elementwise operation, the destination may be one of the inputs:
//     exactly the same elements, of an input that is not broadcast. Any other
//     overlap of the destination with an input panics with an [*OverlapError].
//   - Of all other operations, the destination is apart from the inputs, except
//     where the documentation allows more.
//   - A destination is not read, and may hold anything, NaN included, unless
//     the documentation gives it a factor beta other than 0, or adds to it.
//   - Inputs may overlap each other.
//   - Reading a tensor on several goroutines at the same time is safe; writing
//     one while another goroutine reads or writes it is a data race.
//
// # Shapes
//
// The inputs of [Add], [Sub], [Mul] and [Div], and the leading axes of MatMul,
// are broadcast by NumPy's rule: shapes are aligned at their last axes, and two
// lengths fit when they are equal or one of them is 1. [SumTo] is the adjoint of
// broadcasting. A destination never is broadcast: it has the result's shape.
//
// A shape that does not fit is a mistake in the program, and panics with a
// [*ShapeError], whose text names the operation and every shape:
//
//	tensor: MatMul: inner dimensions differ: [64 512] × [256 128]
//
// # Threads and bits
//
// Large operations run on as many goroutines as GOMAXPROCS allows; small ones
// stay on the caller's. Work is cut into chunks by its size alone, each result
// is computed within one chunk, and where partial sums must be combined that
// happens in the order of the chunks. The same inputs therefore give the same
// bits on any number of processors, and with every implementation of package
// asm. [Kernel] gives the same to operations written elsewhere.
//
// # Numbers
//
// Elements are float32. Sums, means, variances, norms and dot products
// accumulate in float64. Exp, Log, Tanh, Sigmoid, Softplus and GELU state their
// errors, of a unit or a few in the last place. The products of MatMul accumulate in float32, by fused multiply-adds in a fixed
// order. NaN and infinities go where IEEE 754 has them go: nothing is skipped
// because a factor is zero.
package tensor
