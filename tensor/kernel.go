package tensor

import "github.com/seed-312a1f22/dyad/tensor/internal/par"

// Kernel runs a function over chunks of a range on the worker pool. It is what
// this package's own operations run on, for operations written elsewhere:
//
//	var scale = tensor.NewKernel(func(lo, hi int, a *scaleArgs) {
//		for i := lo; i < hi; i++ {
//			a.dst[i] = a.factor * a.x[i]
//		}
//	})
//
//	scale.Run(len(x), 4096, scaleArgs{dst, x, factor})
//
// Run(n, grain, args) calls the function for [0,grain), [grain,2·grain), … up
// to n, several at a time, and returns when all are done. The chunks depend on n
// and grain alone, never on the number of processors; a function that writes
// each result from within one chunk therefore gives the same bits everywhere.
// They are begun in order, so that one may wait for what an earlier one does.
// Once warm, Run allocates nothing. Keep a Kernel in a package variable, and
// give it a function that captures nothing.
type Kernel[A any] = par.Kernel[A]

// NewKernel returns the kernel of f, which must compute [lo, hi) from the
// arguments alone and be safe to call for different ranges at the same time. f
// must not panic: it runs on goroutines where nobody can recover.
func NewKernel[A any](f func(lo, hi int, a *A)) *Kernel[A] { return par.New(f) }
