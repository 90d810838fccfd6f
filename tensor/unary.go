package tensor

import "github.com/seed-312a1f22/dyad/asm"

// unaryArgs are the arguments of an elementwise operation on inputs of the
// destination's own shape.
type unaryArgs struct {
	dst, x, y []float32
	a, b      float32
	f1        func(x, a, b float32) float32
	f2        func(x, y, a, b float32) float32
}

func unary(name string, k *Kernel[unaryArgs], grain int, dst, x *Tensor, a float32) {
	checkElementwise(name, dst, x)
	k.Run(len(dst.data), grain, unaryArgs{dst: dst.data, x: x.data, a: a})
}

func unary2(name string, k *Kernel[unaryArgs], dst, x, y *Tensor) {
	checkElementwise2(name, dst, x, y)
	k.Run(len(dst.data), cheapGrain, unaryArgs{dst: dst.data, x: x.data, y: y.data})
}

// Neg writes −x to dst.
func Neg(dst, x *Tensor) { unary("Neg", scaleKernel, cheapGrain, dst, x, -1) }

// Scale writes a·x to dst.
func Scale(dst, x *Tensor, a float32) { unary("Scale", scaleKernel, cheapGrain, dst, x, a) }

// AddScalar writes x + a to dst.
func AddScalar(dst, x *Tensor, a float32) {
	unary("AddScalar", addScalarKernel, cheapGrain, dst, x, a)
}

// Axpy adds a·x to y, each element rounded once.
func Axpy(y *Tensor, a float32, x *Tensor) { unary("Axpy", axpyKernel, cheapGrain, y, x, a) }

// Sqrt writes √x to dst; NaN where x < 0.
func Sqrt(dst, x *Tensor) { unary("Sqrt", sqrtKernel, cheapGrain, dst, x, 0) }

// Exp writes eˣ to dst, within 1 unit in the last place.
func Exp(dst, x *Tensor) { unary("Exp", expKernel, mediumGrain, dst, x, 0) }

// Log writes the natural logarithm of x to dst, within 1 unit in the last place:
// −Inf for 0 and NaN below.
func Log(dst, x *Tensor) { unary("Log", logKernel, mediumGrain, dst, x, 0) }

// Tanh writes the hyperbolic tangent of x to dst, within 2.5 units in the last
// place.
func Tanh(dst, x *Tensor) { unary("Tanh", tanhKernel, mediumGrain, dst, x, 0) }

// TanhGrad writes to dx the gradient of Tanh from its output y and the output's
// gradient dy: dy·(1 − y²).
func TanhGrad(dx, dy, y *Tensor) { unary2("TanhGrad", tanhGradKernel, dx, dy, y) }

// Sigmoid writes 1/(1+e⁻ˣ) to dst, within 2.5 units in the last place.
func Sigmoid(dst, x *Tensor) { unary("Sigmoid", sigmoidKernel, mediumGrain, dst, x, 0) }

// SigmoidGrad writes to dx the gradient of Sigmoid from its output y and the
// output's gradient dy: dy·y·(1 − y).
func SigmoidGrad(dx, dy, y *Tensor) { unary2("SigmoidGrad", sigmoidGradKernel, dx, dy, y) }

// Softplus writes log(1 + eˣ) to dst, within 3 units in the last place.
func Softplus(dst, x *Tensor) { unary("Softplus", softplusKernel, mediumGrain, dst, x, 0) }

// SoftplusGrad writes to dx the gradient of Softplus from its input x and the
// output's gradient dy: dy·Sigmoid(x). dx may be x, but not dy.
func SoftplusGrad(dx, dy, x *Tensor) {
	checkApart("SoftplusGrad", dx, dy)
	unary2("SoftplusGrad", softplusGradKernel, dx, dy, x)
}

// GELU writes x·Φ(x) to dst, Φ being the distribution function of the standard
// normal distribution, with an error below 2e-7·max(|x|, 1).
func GELU(dst, x *Tensor) { unary("GELU", geluKernel, mediumGrain, dst, x, 0) }

// GELUGrad writes to dx the gradient of GELU from its input x and the output's
// gradient dy: dy·(Φ(x) + x·φ(x)), φ being the density. dx may be x, but not dy.
func GELUGrad(dx, dy, x *Tensor) {
	checkApart("GELUGrad", dx, dy)
	unary2("GELUGrad", geluGradKernel, dx, dy, x)
}

// ReLU writes max(x, 0) to dst: 0 for x < 0, and x otherwise, NaN and −0 included.
func ReLU(dst, x *Tensor) { unary("ReLU", reluKernel, cheapGrain, dst, x, 0) }

// ReLUGrad writes to dx the gradient of ReLU from its output y and the output's
// gradient dy: dy where y > 0, else 0.
func ReLUGrad(dx, dy, y *Tensor) { unary2("ReLUGrad", reluGradKernel, dx, dy, y) }

// MulAdd adds a·b to dst, element by element, each rounded once. The three have
// the same shape.
func MulAdd(dst, a, b *Tensor) { unary2("MulAdd", mulAddKernel, dst, a, b) }

// Map writes f(x, a, b) to dst for every element x. The scalars a and b are
// handed to every call, so that f can be a plain function: a closure over them
// would be allocated at each call of Map. f runs on several goroutines at once.
func Map(dst, x *Tensor, f func(x, a, b float32) float32, a, b float32) {
	checkElementwise("Map", dst, x)
	mapKernel.Run(len(dst.data), costlyGrain, unaryArgs{dst: dst.data, x: x.data, a: a, b: b, f1: f})
}

// Map2 writes f(x, y, a, b) to dst for every pair of elements of x and y, which
// have dst's shape. It is otherwise as Map.
func Map2(dst, x, y *Tensor, f func(x, y, a, b float32) float32, a, b float32) {
	checkElementwise2("Map2", dst, x, y)
	map2Kernel.Run(len(dst.data), costlyGrain, unaryArgs{dst: dst.data, x: x.data, y: y.data, a: a, b: b, f2: f})
}

var (
	scaleKernel = NewKernel(func(lo, hi int, k *unaryArgs) {
		asm.Scale(k.dst[lo:hi], k.x[lo:hi], k.a)
	})
	addScalarKernel = NewKernel(func(lo, hi int, k *unaryArgs) {
		asm.AddScalar(k.dst[lo:hi], k.x[lo:hi], k.a)
	})
	axpyKernel = NewKernel(func(lo, hi int, k *unaryArgs) {
		asm.Axpy(k.dst[lo:hi], k.a, k.x[lo:hi])
	})
	sqrtKernel = NewKernel(func(lo, hi int, k *unaryArgs) {
		asm.Sqrt(k.dst[lo:hi], k.x[lo:hi])
	})
	expKernel = NewKernel(func(lo, hi int, k *unaryArgs) {
		asm.Exp(k.dst[lo:hi], k.x[lo:hi])
	})
	logKernel = NewKernel(func(lo, hi int, k *unaryArgs) {
		asm.Log(k.dst[lo:hi], k.x[lo:hi])
	})
	tanhKernel = NewKernel(func(lo, hi int, k *unaryArgs) {
		asm.Tanh(k.dst[lo:hi], k.x[lo:hi])
	})
	tanhGradKernel = NewKernel(func(lo, hi int, k *unaryArgs) {
		asm.TanhGrad(k.dst[lo:hi], k.x[lo:hi], k.y[lo:hi])
	})
	sigmoidKernel = NewKernel(func(lo, hi int, k *unaryArgs) {
		asm.Sigmoid(k.dst[lo:hi], k.x[lo:hi])
	})
	sigmoidGradKernel = NewKernel(func(lo, hi int, k *unaryArgs) {
		asm.SigmoidGrad(k.dst[lo:hi], k.x[lo:hi], k.y[lo:hi])
	})
	softplusKernel = NewKernel(func(lo, hi int, k *unaryArgs) {
		asm.Softplus(k.dst[lo:hi], k.x[lo:hi])
	})
	softplusGradKernel = NewKernel(func(lo, hi int, k *unaryArgs) {
		derivative(asm.Sigmoid, k.dst[lo:hi], k.x[lo:hi], k.y[lo:hi])
	})
	geluKernel = NewKernel(func(lo, hi int, k *unaryArgs) {
		asm.GELU(k.dst[lo:hi], k.x[lo:hi])
	})
	geluGradKernel = NewKernel(func(lo, hi int, k *unaryArgs) {
		derivative(asm.GELUDerivative, k.dst[lo:hi], k.x[lo:hi], k.y[lo:hi])
	})
	reluKernel = NewKernel(func(lo, hi int, k *unaryArgs) {
		asm.ReLU(k.dst[lo:hi], k.x[lo:hi])
	})
	reluGradKernel = NewKernel(func(lo, hi int, k *unaryArgs) {
		asm.ReLUGrad(k.dst[lo:hi], k.x[lo:hi], k.y[lo:hi])
	})
	mulAddKernel = NewKernel(func(lo, hi int, k *unaryArgs) {
		asm.FMA(k.dst[lo:hi], k.x[lo:hi], k.y[lo:hi], k.dst[lo:hi])
	})
	mapKernel = NewKernel(func(lo, hi int, k *unaryArgs) {
		for i, x := range k.x[lo:hi] {
			k.dst[lo+i] = k.f1(x, k.a, k.b)
		}
	})
	map2Kernel = NewKernel(func(lo, hi int, k *unaryArgs) {
		for i, x := range k.x[lo:hi] {
			k.dst[lo+i] = k.f2(x, k.y[lo+i], k.a, k.b)
		}
	})
)

// derivative writes dy·f(x) to dx, in pieces that stay in the first-level cache.
func derivative(f func(dst, x []float32), dx, dy, x []float32) {
	const piece = 1 << 10
	for lo := 0; lo < len(dx); lo += piece {
		hi := min(lo+piece, len(dx))
		f(dx[lo:hi], x[lo:hi])
		asm.Mul(dx[lo:hi], dx[lo:hi], dy[lo:hi])
	}
}
