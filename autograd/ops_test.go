package autograd_test

import (
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// opCase is a way to call an operation, for the tests that every operation
// passes.
type opCase struct {
	name string
	dims [][]int // the shapes of the inputs
	draw drawing // their elements; normal by default
	call func(x vars) autograd.Var
}

// drawing returns element i of an input.
type drawing func(i int, r *rand.Rand) float32

// inputs returns the inputs of a case: the same at every call.
func (o opCase) inputs() []*tensor.Tensor {
	r := rand.New(rand.NewPCG(1, 2))
	draw := o.draw
	if draw == nil {
		draw = normal
	}
	var xs []*tensor.Tensor
	for _, d := range o.dims {
		x := tensor.New(d...)
		for i := range x.Data() {
			x.Data()[i] = draw(i, r)
		}
		xs = append(xs, x)
	}
	return xs
}

func normal(_ int, r *rand.Rand) float32 { return float32(r.NormFloat64()) }

func positive(_ int, r *rand.Rand) float32 { return 0.5 + 2*r.Float32() }

// awayFromZero draws ±[0.3, 2.3): no kink or pole at 0 within a step of 1/32.
func awayFromZero(_ int, r *rand.Rand) float32 {
	v := 0.3 + 2*r.Float32()
	if r.Uint32()&1 == 0 {
		return -v
	}
	return v
}

// apart draws odd multiples of 1/8 from −3 to 3: none within a step of a
// multiple of 1/4.
func apart(_ int, r *rand.Rand) float32 { return float32(r.IntN(24)-12)/4 + 0.125 }

// thirds draws multiples of 1/2 plus 1/6, the sum of two of which is away from 0.
func thirds(_ int, r *rand.Rand) float32 { return float32(r.IntN(12)-6)/2 + 1./6 }

// distinct returns 31 numbers, 1/4 apart, in a scrambled order: maxima are
// unique and stay so within a step.
func distinct(i int, _ *rand.Rand) float32 { return float32(i*7%31)/4 - 4 }

// bimodal draws numbers around 1 and −1 in turn: normalised, none is near 0.
func bimodal(i int, r *rand.Rand) float32 { return float32(1-2*(i%2)) * (1 + 0.2*r.Float32()) }

func freshState(channels int) *autograd.BatchNormState {
	s := &autograd.BatchNormState{
		RunningMean: tensor.New(channels), RunningVar: tensor.New(channels),
		Momentum: 0.1, Eps: 1e-5,
	}
	for i := range channels {
		s.RunningMean.Data()[i] = 0.25 * float32(i)
		s.RunningVar.Data()[i] = 0.5 + float32(i)
	}
	return s
}

// ops are calls of every operation, by its Name.
var ops = map[string][]opCase{
	"Add": binary(autograd.Add, nil),
	"Sub": binary(autograd.Sub, nil),
	"Mul": binary(autograd.Mul, nil),
	"Div": binary(autograd.Div, awayFromZero),

	"Neg":       unary(autograd.Neg, nil),
	"Scale":     unary(func(x autograd.Var) autograd.Var { return autograd.Scale(x, -1.5) }, nil),
	"AddScalar": unary(func(x autograd.Var) autograd.Var { return autograd.AddScalar(x, 2.5) }, nil),
	"Pow": {
		{name: "square", dims: [][]int{{3, 4}}, call: func(x vars) autograd.Var { return autograd.Pow(x[0], 2) }},
		{name: "2.3", dims: [][]int{{3, 4}}, draw: positive, call: func(x vars) autograd.Var { return autograd.Pow(x[0], 2.3) }},
		{name: "reciprocal", dims: [][]int{{3, 4}}, draw: awayFromZero, call: func(x vars) autograd.Var { return autograd.Pow(x[0], -1) }},
		{name: "constant", dims: [][]int{{3, 4}}, call: func(x vars) autograd.Var { return autograd.Pow(x[0], 0) }},
	},
	"Exp":       unary(autograd.Exp, nil),
	"Log":       unary(autograd.Log, positive),
	"Sqrt":      unary(autograd.Sqrt, positive),
	"Tanh":      unary(autograd.Tanh, nil),
	"Sigmoid":   unary(autograd.Sigmoid, nil),
	"ReLU":      unary(autograd.ReLU, awayFromZero),
	"LeakyReLU": unary(func(x autograd.Var) autograd.Var { return autograd.LeakyReLU(x, 0.1) }, awayFromZero),
	"GELU":      unary(autograd.GELU, nil),
	"Softplus":  unary(autograd.Softplus, nil),
	"Clamp":     unary(func(x autograd.Var) autograd.Var { return autograd.Clamp(x, -1, 0.75) }, apart),

	"MatMul": {
		{name: "a·b", dims: [][]int{{3, 4}, {4, 5}}, call: product(false, false)},
		{name: "aᵀ·b", dims: [][]int{{4, 3}, {4, 5}}, call: product(true, false)},
		{name: "a·bᵀ", dims: [][]int{{3, 4}, {5, 4}}, call: product(false, true)},
		{name: "aᵀ·bᵀ", dims: [][]int{{4, 3}, {5, 4}}, call: product(true, true)},
		{name: "batch", dims: [][]int{{2, 3, 4}, {2, 4, 2}}, call: product(false, false)},
		{name: "batch of aᵀ, one b", dims: [][]int{{2, 4, 3}, {4, 2}}, call: product(true, false)},
		{name: "batch of a, one bᵀ", dims: [][]int{{2, 3, 4}, {2, 4}}, call: product(false, true)},
		{name: "one a, batch of b", dims: [][]int{{3, 4}, {2, 4, 2}}, call: product(false, false)},
		{name: "one aᵀ, batch of bᵀ", dims: [][]int{{4, 3}, {2, 2, 4}}, call: product(true, true)},
		{name: "batches [2 1] and [3]", dims: [][]int{{2, 1, 2, 3}, {3, 3, 2}}, call: product(false, false)},
		{name: "batches [2 1] and [3] transposed", dims: [][]int{{2, 1, 3, 2}, {3, 2, 3}}, call: product(true, true)},
		{name: "square", dims: [][]int{{3, 3}}, call: func(x vars) autograd.Var { return autograd.MatMul(x[0], x[0], false, false) }},
	},
	"Linear": {
		{name: "bias", dims: [][]int{{3, 4}, {2, 4}, {2}}, call: linear},
		{name: "no bias", dims: [][]int{{3, 4}, {2, 4}}, call: linear},
		{name: "batch of rows", dims: [][]int{{2, 3, 4}, {2, 4}, {2}}, call: linear},
		{name: "one vector", dims: [][]int{{4}, {2, 4}, {2}}, call: linear},
	},
	"LinearReLU": {
		{name: "bias", dims: [][]int{{3, 4}, {2, 4}, {2}}, draw: apart, call: linearReLU},
		{name: "no bias", dims: [][]int{{3, 4}, {2, 4}}, draw: apart, call: linearReLU},
		{name: "batch of rows", dims: [][]int{{2, 3, 4}, {2, 4}, {2}}, draw: apart, call: linearReLU},
		{name: "one vector", dims: [][]int{{4}, {2, 4}, {2}}, draw: apart, call: linearReLU},
	},

	"Transpose": {
		{name: "matrix", dims: [][]int{{3, 4}}, call: func(x vars) autograd.Var { return autograd.Transpose(x[0]) }},
		{name: "cycle", dims: [][]int{{2, 3, 4}}, call: func(x vars) autograd.Var { return autograd.Transpose(x[0], 2, 0, -2) }},
	},
	"Reshape": {
		{name: "fold", dims: [][]int{{2, 6}}, call: func(x vars) autograd.Var { return autograd.Reshape(x[0], 3, -1) }},
		{name: "of a result", dims: [][]int{{2, 6}}, call: func(x vars) autograd.Var { return autograd.Reshape(autograd.Exp(x[0]), 12) }},
	},
	"Concat": {
		{name: "rows", dims: [][]int{{2, 3}, {1, 3}}, call: func(x vars) autograd.Var { return autograd.Concat(0, x...) }},
		{name: "columns of three", dims: [][]int{{2, 3}, {2, 1}, {2, 2}}, call: func(x vars) autograd.Var { return autograd.Concat(-1, x...) }},
		{name: "with itself", dims: [][]int{{2, 3}}, call: func(x vars) autograd.Var { return autograd.Concat(1, x[0], x[0]) }},
	},
	"Slice": {
		{name: "rows", dims: [][]int{{5, 2}}, call: func(x vars) autograd.Var { return autograd.Slice(x[0], 0, 1, 4) }},
		{name: "columns", dims: [][]int{{2, 5}}, call: func(x vars) autograd.Var { return autograd.Slice(x[0], -1, 2, 4) }},
		{name: "overlapping", dims: [][]int{{5, 2}}, call: func(x vars) autograd.Var {
			return autograd.Mul(autograd.Slice(x[0], 0, 0, 3), autograd.Slice(x[0], 0, 2, 5))
		}},
	},
	"Gather": {
		{name: "repeats", dims: [][]int{{4, 3}}, call: gather(3, 0, 0, 1, 3, 3)},
		{name: "nothing", dims: [][]int{{4, 3}}, call: gather()},
		{name: "twice", dims: [][]int{{2, 3}}, call: func(x vars) autograd.Var {
			return autograd.Mul(gatherTwice[0](x), gatherTwice[1](x))
		}},
	},

	"Sum":  reduction(autograd.Sum, nil),
	"Mean": reduction(autograd.Mean, nil),
	"Max":  reduction(autograd.Max, distinct),
	"LogSumExp": {
		{name: "matrix", dims: [][]int{{3, 4}}, call: func(x vars) autograd.Var { return autograd.LogSumExp(x[0]) }},
		{name: "vector", dims: [][]int{{4}}, call: func(x vars) autograd.Var { return autograd.LogSumExp(x[0]) }},
	},

	"Softmax":      unary(autograd.Softmax, nil),
	"LogSoftmax":   unary(autograd.LogSoftmax, nil),
	"CrossEntropy": {{name: "matrix", dims: [][]int{{4, 3}}, call: crossEntropy(2, 0, 0, 1)}},
	"MSE": {
		{name: "matrix", dims: [][]int{{3, 4}, {3, 4}}, call: func(x vars) autograd.Var { return autograd.MSE(x[0], x[1]) }},
	},

	"Normalize": {
		{name: "rows", dims: [][]int{{3, 4}}, call: func(x vars) autograd.Var { return autograd.Normalize(x[0], 1e-8) }},
		{name: "shorter than eps", dims: [][]int{{3, 4}}, call: func(x vars) autograd.Var { return autograd.Normalize(x[0], 100) }},
	},
	"BatchNorm": {
		{name: "train", dims: [][]int{{6, 3}, {3}, {3}}, call: batchNorm(3, true)},
		{name: "train, images", dims: [][]int{{2, 2, 3, 2}, {2}, {2}}, call: batchNorm(2, true)},
		{name: "train, no factor", dims: [][]int{{6, 3}}, call: batchNorm(3, true)},
		{name: "eval", dims: [][]int{{6, 3}, {3}, {3}}, call: batchNorm(3, false)},
		{name: "eval, images", dims: [][]int{{2, 2, 3, 2}, {2}, {2}}, call: batchNorm(2, false)},
	},
	"BatchNormReLU": {
		{name: "train", dims: [][]int{{6, 3}, {3}, {3}}, draw: bimodal, call: batchNormReLU(3, true)},
		{name: "train, images", dims: [][]int{{2, 2, 3, 2}, {2}, {2}}, draw: bimodal, call: batchNormReLU(2, true)},
		{name: "train, no factor", dims: [][]int{{6, 3}}, draw: bimodal, call: batchNormReLU(3, true)},
		{name: "eval", dims: [][]int{{6, 3}, {3}, {3}}, draw: bimodal, call: batchNormReLU(3, false)},
		{name: "eval, images", dims: [][]int{{2, 2, 3, 2}, {2}, {2}}, draw: bimodal, call: batchNormReLU(2, false)},
	},
	"BatchNormAddReLU": {
		{name: "train", dims: [][]int{{6, 3}, {3}, {3}, {6, 3}}, draw: bimodal, call: batchNormAddReLU(3, true)},
		{name: "train, images", dims: [][]int{{2, 2, 3, 2}, {2}, {2}, {2, 2, 3, 2}}, draw: bimodal, call: batchNormAddReLU(2, true)},
		{name: "train, no factor", dims: [][]int{{6, 3}, {6, 3}}, draw: bimodal, call: batchNormAddReLU(3, true)},
		{name: "eval", dims: [][]int{{6, 3}, {3}, {3}, {6, 3}}, draw: bimodal, call: batchNormAddReLU(3, false)},
	},
	"ConvBatchNormReLU": {
		{name: "train", dims: [][]int{{2, 1, 3, 3}, {2}, {2}}, call: convBatchNormReLU(true)},
		{name: "eval", dims: [][]int{{2, 1, 3, 3}, {2}, {2}}, call: convBatchNormReLU(false)},
	},
	"LayerNorm": {
		{name: "rows", dims: [][]int{{3, 5}, {5}, {5}}, call: layerNorm},
		{name: "no factor", dims: [][]int{{2, 2, 5}}, call: layerNorm},
	},

	"Conv": {
		{name: "images", dims: [][]int{{2, 2, 4, 5}, {3, 2, 3, 2}, {3}}, call: convolve(tensor.ConvOpts{})},
		{name: "every option", dims: [][]int{{2, 4, 6, 7}, {6, 2, 3, 2}, {6}}, call: convolve(tensor.ConvOpts{
			Stride: [3]int{2, 3}, Padding: [3]int{2, 3}, Dilation: [3]int{2, 1}, Groups: 2,
		})},
		{name: "depthwise", dims: [][]int{{2, 3, 4, 5}, {3, 1, 3, 3}}, call: convolve(tensor.ConvOpts{Padding: [3]int{1, 1}, Groups: 3})},
		{name: "depthwise with stride", dims: [][]int{{1, 2, 5, 4}, {4, 1, 3, 3}}, call: convolve(tensor.ConvOpts{Stride: [3]int{2, 2}, Groups: 2})},
		{name: "signals", dims: [][]int{{2, 3, 7}, {2, 3, 3}}, call: convolve(tensor.ConvOpts{Stride: [3]int{2}, Padding: [3]int{1}})},
		{name: "volumes", dims: [][]int{{1, 2, 3, 4, 3}, {2, 2, 2, 2, 2}, {2}}, call: convolve(tensor.ConvOpts{Padding: [3]int{1, 0, 1}})},
		{name: "1×1", dims: [][]int{{2, 3, 2, 3}, {4, 3, 1, 1}}, call: convolve(tensor.ConvOpts{})},
		{name: "twice", dims: [][]int{{1, 2, 4, 4}, {2, 2, 3, 3}}, call: func(x vars) autograd.Var {
			o := tensor.ConvOpts{Padding: [3]int{1, 1}}
			var none autograd.Var
			return autograd.Add(x[0], autograd.Conv(autograd.Conv(x[0], x[1], none, o), x[1], none, o))
		}},
	},
	"ZeroPad": {
		{name: "images", dims: [][]int{{2, 2, 2, 3}}, call: func(x vars) autograd.Var {
			return autograd.ZeroPad(x[0], [3]int{1, 0}, [3]int{2, 1})
		}},
		{name: "volumes", dims: [][]int{{2, 1, 2, 1, 3}}, call: func(x vars) autograd.Var {
			return autograd.ZeroPad(x[0], [3]int{0, 2, 1}, [3]int{1, 0, 0})
		}},
	},
	"AddReLU": {
		{name: "matrix", dims: [][]int{{3, 4}, {3, 4}}, draw: thirds, call: func(x vars) autograd.Var { return autograd.AddReLU(x[0], x[1]) }},
		{name: "with itself", dims: [][]int{{3, 4}}, draw: awayFromZero, call: func(x vars) autograd.Var { return autograd.AddReLU(x[0], x[0]) }},
	},
	"MaxPool": {
		{name: "images", dims: [][]int{{1, 2, 3, 5}}, draw: distinct, call: maxPool(tensor.PoolOpts{Kernel: [3]int{2, 2}})},
		{name: "overlapping", dims: [][]int{{1, 1, 5, 6}}, draw: distinct, call: maxPool(tensor.PoolOpts{Kernel: [3]int{3, 3}, Stride: [3]int{2, 1}, Padding: [3]int{1, 1}})},
		{name: "signals", dims: [][]int{{2, 2, 7}}, draw: distinct, call: maxPool(tensor.PoolOpts{Kernel: [3]int{3}, Stride: [3]int{2}})},
		{name: "volumes", dims: [][]int{{1, 1, 3, 3, 3}}, draw: distinct, call: maxPool(tensor.PoolOpts{Kernel: [3]int{2, 2, 2}, Stride: [3]int{1, 1, 1}})},
	},
	"AvgPool": {
		{name: "images", dims: [][]int{{2, 2, 3, 5}}, call: avgPool(tensor.PoolOpts{Kernel: [3]int{2, 2}})},
		{name: "overlapping", dims: [][]int{{2, 2, 5, 4}}, call: avgPool(tensor.PoolOpts{Kernel: [3]int{3, 3}, Stride: [3]int{2, 1}, Padding: [3]int{1, 1}})},
		{name: "signals", dims: [][]int{{2, 2, 7}}, call: avgPool(tensor.PoolOpts{Kernel: [3]int{3}, Stride: [3]int{2}})},
		{name: "volumes", dims: [][]int{{2, 2, 3, 3, 3}}, call: avgPool(tensor.PoolOpts{Kernel: [3]int{2, 2, 2}, Stride: [3]int{1, 1, 1}})},
	},
	"AdaptiveAvgPool": {
		{name: "images", dims: [][]int{{2, 3, 4, 5}}, call: func(x vars) autograd.Var { return autograd.AdaptiveAvgPool(x[0]) }},
		{name: "volumes", dims: [][]int{{2, 3, 2, 3, 2}}, call: func(x vars) autograd.Var { return autograd.AdaptiveAvgPool(x[0]) }},
	},

	"Dropout": {
		{name: "some", dims: [][]int{{3, 4}}, call: dropout(0.4)},
		{name: "all", dims: [][]int{{3, 4}}, call: dropout(1)},
		{name: "none", dims: [][]int{{3, 4}}, call: dropout(0)},
	},
}

func unary(f func(autograd.Var) autograd.Var, draw drawing) []opCase {
	return []opCase{{name: "matrix", dims: [][]int{{3, 4}}, draw: draw, call: func(x vars) autograd.Var { return f(x[0]) }}}
}

func binary(f func(a, b autograd.Var) autograd.Var, draw drawing) []opCase {
	call := func(x vars) autograd.Var { return f(x[0], x[1]) }
	return []opCase{
		{name: "same shape", dims: [][]int{{3, 4}, {3, 4}}, draw: draw, call: call},
		{name: "row", dims: [][]int{{3, 4}, {4}}, draw: draw, call: call},
		{name: "column and row", dims: [][]int{{3, 1}, {2, 1, 4}}, draw: draw, call: call},
		{name: "scalar", dims: [][]int{{}, {3, 4}}, draw: draw, call: call},
		{name: "with itself", dims: [][]int{{3, 4}}, draw: draw, call: func(x vars) autograd.Var { return f(x[0], x[0]) }},
	}
}

func reduction(f func(x autograd.Var, axes ...int) autograd.Var, draw drawing) []opCase {
	over := func(axes ...int) func(x vars) autograd.Var {
		return func(x vars) autograd.Var { return f(x[0], axes...) }
	}
	return []opCase{
		{name: "all", dims: [][]int{{2, 3, 4}}, draw: draw, call: over()},
		{name: "last", dims: [][]int{{2, 3, 4}}, draw: draw, call: over(-1)},
		{name: "first and last", dims: [][]int{{2, 3, 4}}, draw: draw, call: over(2, 0)},
	}
}

func gather(rows ...int) func(x vars) autograd.Var {
	return func(x vars) autograd.Var { return autograd.Gather(x[0], rows) }
}

var gatherTwice = [2]func(x vars) autograd.Var{gather(0, 1), gather(1, 1)}

func crossEntropy(labels ...int) func(x vars) autograd.Var {
	return func(x vars) autograd.Var { return autograd.CrossEntropy(x[0], labels) }
}

func product(transA, transB bool) func(x vars) autograd.Var {
	return func(x vars) autograd.Var { return autograd.MatMul(x[0], x[1], transA, transB) }
}

func linear(x vars) autograd.Var {
	var bias autograd.Var
	if len(x) == 3 {
		bias = x[2]
	}
	return autograd.Linear(x[0], x[1], bias)
}

func convolve(o tensor.ConvOpts) func(x vars) autograd.Var {
	return func(x vars) autograd.Var {
		var bias autograd.Var
		if len(x) == 3 {
			bias = x[2]
		}
		return autograd.Conv(x[0], x[1], bias, o)
	}
}

func maxPool(o tensor.PoolOpts) func(x vars) autograd.Var {
	return func(x vars) autograd.Var { return autograd.MaxPool(x[0], o) }
}

func avgPool(o tensor.PoolOpts) func(x vars) autograd.Var {
	return func(x vars) autograd.Var { return autograd.AvgPool(x[0], o) }
}

func linearReLU(x vars) autograd.Var {
	var bias autograd.Var
	if len(x) == 3 {
		bias = x[2]
	}
	return autograd.LinearReLU(x[0], x[1], bias)
}

func batchNorm(channels int, train bool) func(x vars) autograd.Var {
	s := freshState(channels)
	return func(x vars) autograd.Var {
		gamma, beta := affine(x)
		return autograd.BatchNorm(x[0], gamma, beta, s, train)
	}
}

// batchNormReLU takes a quarter of the offset, so that values that are normalised
// to about ±1 stay away from the kink.
func batchNormReLU(channels int, train bool) func(x vars) autograd.Var {
	s := freshState(channels)
	return func(x vars) autograd.Var {
		gamma, beta := affine(x)
		if len(x) == 3 {
			beta = autograd.Scale(beta, 0.25)
		}
		return autograd.BatchNormReLU(x[0], gamma, beta, s, train)
	}
}

// batchNormAddReLU does the same with the residual, the last input.
func batchNormAddReLU(channels int, train bool) func(x vars) autograd.Var {
	s := freshState(channels)
	return func(x vars) autograd.Var {
		var gamma, beta autograd.Var
		if len(x) == 4 {
			gamma, beta = x[1], autograd.Scale(x[2], 0.25)
		}
		return autograd.BatchNormAddReLU(x[0], gamma, beta, autograd.Scale(x[len(x)-1], 0.1), s, train)
	}
}

// convBatchNormReLU takes a quarter of the factor, and shifts one channel up and one
// down, so that values that are normalised stay away from the kink.
func convBatchNormReLU(train bool) func(x vars) autograd.Var {
	s, image, apart := freshState(2), hashed(5, 3, 1, 5, 4), tensor.FromSlice([]float32{4, -4}, 2)
	return func(x vars) autograd.Var {
		t := x[0].Tape()
		var gamma, beta autograd.Var
		if len(x) == 3 {
			gamma = autograd.Scale(x[1], 0.25)
			beta = autograd.Add(autograd.Scale(x[2], 0.25), t.Const(apart))
		}
		o := tensor.ConvOpts{Padding: [3]int{1, 1}}
		return autograd.ConvBatchNormReLU(t.Const(image), x[0], autograd.Var{}, gamma, beta, s, train, o)
	}
}

func layerNorm(x vars) autograd.Var {
	gamma, beta := affine(x)
	return autograd.LayerNorm(x[0], gamma, beta, 1e-5)
}

// affine returns the factor and offset among the inputs, zero Vars without them.
func affine(x vars) (gamma, beta autograd.Var) {
	if len(x) == 3 {
		gamma, beta = x[1], x[2]
	}
	return gamma, beta
}

// dropout draws the same at every call.
func dropout(p float32) func(x vars) autograd.Var {
	source := rand.NewPCG(0, 0)
	r := rand.New(source)
	return func(x vars) autograd.Var {
		source.Seed(3, 4)
		return autograd.Dropout(x[0], p, r)
	}
}
