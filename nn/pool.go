package nn

import (
	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// every returns n for each spatial axis.
func every(n int) [3]int { return [3]int{n, n, n} }

// MaxPool returns the module that takes the maximum of each window of the given
// length along every spatial axis: PyTorch's MaxPool1d, 2d and 3d. Windows are
// stride apart, and padding elements of −Inf are at both ends of an axis.
func MaxPool(kernel, stride, padding int) Module {
	o := tensor.PoolOpts{Kernel: every(kernel), Stride: every(stride), Padding: every(padding)}
	return Func(func(x autograd.Var) autograd.Var { return autograd.MaxPool(x, o) })
}

// AvgPool returns the module that takes the mean of each window, in which padding
// counts as zeros: PyTorch's AvgPool1d, 2d and 3d. See MaxPool.
func AvgPool(kernel, stride, padding int) Module {
	o := tensor.PoolOpts{Kernel: every(kernel), Stride: every(stride), Padding: every(padding)}
	return Func(func(x autograd.Var) autograd.Var { return autograd.AvgPool(x, o) })
}

// AdaptiveAvgPool returns the module that takes the mean over all spatial axes,
// which keep the length 1: PyTorch's AdaptiveAvgPool1d, 2d and 3d of output size 1.
func AdaptiveAvgPool() Module { return Func(autograd.AdaptiveAvgPool) }

// ZeroPad returns the module that puts n zeros at both ends of every spatial
// axis: PyTorch's ZeroPad2d.
func ZeroPad(n int) Module {
	return Func(func(x autograd.Var) autograd.Var { return autograd.ZeroPad(x, every(n), every(n)) })
}
