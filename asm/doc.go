// Package asm has the kernels under everything else: loops over float32 slices,
// written for the vector units of the machine, that return the same bits on every
// machine. It never allocates, never starts a goroutine, and knows neither shapes
// nor gradients. Package tensor gives it those, and cuts the work up for several
// cores.
//
// # What is here
//
//   - elementwise: Add, Sub, Mul, Div, AddScalar, Scale, Axpy, FMA, Sqrt, Exp, Log,
//     and the activations with their gradients: ReLU, Sigmoid, Tanh, Softplus, GELU;
//   - reductions: Dot in float32; Dsdot, Sum and SumSquares accumulated in
//     float64, and SumDot, two of them at once; Max; CountGreater; ExpSum, which is
//     an Exp with its Sum;
//   - sums over rows, one row at a time: AccumulateSum, AccumulateGreater; or of a
//     strip of columns, in registers: ColumnSums, ColumnMoments;
//   - normalisation: BatchNorm, whose strips have a channel in each column and which
//     may apply ReLU on the way; LayerNormalize and what goes with it, by rows;
//   - Adam, the whole update of Adam and AdamW in one sweep over memory, because
//     memory, not arithmetic, is what limits it;
//   - Gemm, the matrix product of all four transposition pairs with bias and ReLU
//     applied at the end. It copies blocks of its operands into a Workspace, in
//     the order in which its inner loop reads them; gemm.go tells how;
//   - IndirectGemm, a product whose elements are found by tables, of which
//     convolutions consist; copies of blocks and Transpose, for what is around it;
//   - the transforms of Winograd's fast convolutions, of F(4×4, 3×3) in tiles and, for
//     stride 2, of F(4, 2) and F(3, 2) along an axis.
//
// Destinations come first. One step of gradient descent on the squared error of a
// linear model, with a row x of data, its target and the learning rate lr, is
//
//	e := asm.Dot(x, w) - target
//	asm.Axpy(w, -lr*2*e, x) // w = w − lr·2e·x
//
// # One package, three implementations
//
// Every kernel exists in portable Go ("generic"), for AVX2 with FMA ("avx2") and
// for AVX-512 ("avx512"). At start-up the best one that the processor and the
// operating system support is chosen; Implementation names it, and Use selects
// another, for tests and benchmarks. On architectures other than amd64, and under
// the build tag purego, the portable code is the only one.
//
// The files are named after their part. dot.go says what Dot is, dot_generic.go
// computes it in Go, dot_amd64.go chooses, dot_avx2_amd64.s and
// dot_avx512_amd64.s hold the assembly, and dot_noasm.go stands in for the last
// three everywhere else.
//
// # The bits
//
// All implementations give the same bits for the same input, whatever its length
// and alignment, and the portable code is the specification. (NaNs are the
// exception: where the result is a NaN, its payload may differ.) It takes three
// things.
//
// First, every rounding is written down. An operation is either the one of IEEE
// 754, rounded once, or a fused multiply-add, rounded once; a kernel's
// documentation says which. Go lets a compiler fuse x*y + z where it likes, so the
// portable code never leaves the choice to it: it writes float32(x*y) + z for two
// roundings and calls fma for one. Where the hardware has no fused float32
// instruction that the compiler is sure to use, fma computes its result from
// float64 sums, exactly.
//
// Second, the order of each sum is part of its definition. A sum in a register of
// 16 elements is 16 sums, so the definition of Dot has lanes: 64 partial sums,
// element i going to lane i mod 64. Sixty-four is what the widest implementation
// needs: its multiply-add takes four cycles, and four independent registers of 16
// keep the unit busy meanwhile. AVX2 holds the same lanes in eight registers of 8,
// and portable Go in an array. The sums in float64 have 32 lanes for the same
// reason. In the end the upper half of the lanes is added to the lower half until
// one is left, which is the order in which a wide register folds into a narrow one.
//
// Third, the last elements of a slice go through the same instructions as the
// others. Where fewer are left than a register holds, a mask chooses them; a
// masked load reads nothing else and writes zeros in the other lanes. Hence the
// zeros with which Dot is defined to pad its last block.
//
// # Reading the assembly
//
// It is Go's assembler: operands stand in the order source, source, destination,
// and thus VSUBPS y, x, d means d = x − y. VFMADD231PS a, b, d is d = a·b + d, and
// VFMADD213PS a, b, d is d = b·d + a. P instructions work on all lanes of a
// register, S instructions on the lowest one; the last letter is S for float32
// and D for float64. X, Y and Z are the registers of 128, 256 and 512 bits, each
// the lower half of the next. K registers hold AVX-512's masks, and the suffix .Z
// writes zeros where the mask has none.
//
// Above each kernel stands its loop in Go, and above each file the registers it
// uses. The elementwise kernels share one loop, the macro MAP of map_avx2.h and
// map_avx512.h: four registers at a time, then one, then a masked one. A kernel
// such as Add is the arguments, loaded into registers, and the name of a macro of
// one line that says what to do with a register. The kernels that walk down columns
// share another, the macro STRIP of strip_avx2.h and strip_avx512.h. Every kernel
// ends in VZEROUPPER, which spares the code after it a penalty for mixing old and
// new instructions.
package asm
