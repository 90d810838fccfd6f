package tensor_test

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
	"github.com/seed-312a1f22/dyad/bench/alloctest"
	"github.com/seed-312a1f22/dyad/tensor"
)

// operation is a kernel at work on tensors of its own. Each run computes the
// same results from the same inputs.
type operation struct {
	name string
	run  func()
	out  []*tensor.Tensor
	text func() string // results that are no tensors
}

// operations returns every kernel, with inputs that are cut into several chunks.
func operations() []operation {
	const n, c = 700, 150
	x, y := random(1, n, c), random(2, n, c)
	row, column := random(3, c), random(4, n, 1)
	positive := tensor.New(n, c)
	tensor.AddScalar(positive, x, 2.5)
	wide, kernels, wideDy := random(7, 9, 32, 9, 8), random(8, 64, 32, 3, 3), random(9, 9, 64, 5, 4)
	wideY, wideDx, wideDw := tensor.New(9, 64, 5, 4), tensor.New(9, 32, 9, 8), tensor.New(64, 32, 3, 3)
	strided := tensor.ConvOpts{Stride: [3]int{2, 2}, Padding: [3]int{1, 1}}
	images, imagesDy := random(5, 30, 7, 11, 13), random(6, 30, 7, 11, 13)
	dst, dst2 := tensor.New(n, c), tensor.New(30, 7, 11, 13)
	one := func(name string, run func()) operation { return operation{name, run, []*tensor.Tensor{dst}, nil} }
	ops := []operation{
		one("Add", func() { tensor.Add(dst, x, y) }),
		one("Sub row", func() { tensor.Sub(dst, x, row) }),
		one("Mul column", func() { tensor.Mul(dst, column, x) }),
		one("Div outer", func() { tensor.Div(dst, column, row) }),
		one("Neg", func() { tensor.Neg(dst, x) }),
		one("Scale", func() { tensor.Scale(dst, x, 0.7) }),
		one("AddScalar", func() { tensor.AddScalar(dst, x, 0.7) }),
		one("Axpy", func() { tensor.Copy(dst, y); tensor.Axpy(dst, 0.7, x) }),
		one("MulAdd", func() { tensor.Copy(dst, y); tensor.MulAdd(dst, x, y) }),
		one("Sqrt", func() { tensor.Sqrt(dst, positive) }),
		one("Exp", func() { tensor.Exp(dst, x) }),
		one("Log", func() { tensor.Log(dst, positive) }),
		one("Tanh", func() { tensor.Tanh(dst, x) }),
		one("TanhGrad", func() { tensor.TanhGrad(dst, x, y) }),
		one("Sigmoid", func() { tensor.Sigmoid(dst, x) }),
		one("SigmoidGrad", func() { tensor.SigmoidGrad(dst, x, y) }),
		one("Softplus", func() { tensor.Softplus(dst, x) }),
		one("SoftplusGrad", func() { tensor.SoftplusGrad(dst, x, y) }),
		one("GELU", func() { tensor.GELU(dst, x) }),
		one("GELUGrad", func() { tensor.GELUGrad(dst, x, y) }),
		one("ReLU", func() { tensor.ReLU(dst, x) }),
		one("ReLUGrad", func() { tensor.ReLUGrad(dst, x, y) }),
		one("Map", func() { tensor.Map(dst, x, func(x, a, b float32) float32 { return max(x, a) + b }, 0, 1) }),
		one("Map2", func() { tensor.Map2(dst, x, y, func(x, y, a, b float32) float32 { return max(x, y) }, 0, 0) }),
		one("BroadcastTo", func() { tensor.BroadcastTo(dst, row) }),
		{"Conv", func() { tensor.Conv(wideY, wide, kernels, nil, strided) }, []*tensor.Tensor{wideY}, nil},
		{"ConvGradInput", func() { tensor.ConvGradInput(wideDx, wideDy, kernels, 0, strided) }, []*tensor.Tensor{wideDx}, nil},
		{"ConvGradWeight", func() { tensor.ConvGradWeight(wideDw, wide, wideDy, 0, strided) }, []*tensor.Tensor{wideDw}, nil},
		one("Softmax", func() { tensor.Softmax(dst, x) }),
		one("LogSoftmax", func() { tensor.LogSoftmax(dst, x) }),
		one("SoftmaxGrad", func() { tensor.SoftmaxGrad(dst, x, y) }),
		one("LogSoftmaxGrad", func() { tensor.LogSoftmaxGrad(dst, x, y) }),
	}
	add := func(name string, run func(), out ...*tensor.Tensor) {
		ops = append(ops, operation{name, run, out, nil})
	}

	scalar, perRow, perColumn := tensor.New(), tensor.New(n), tensor.New(c)
	rowSums, channelSums := tensor.New(n, 1), tensor.New(7, 1, 1)
	add("SumTo row", func() { tensor.SumTo(perColumn, x, 0) }, perColumn)
	add("SumTo column", func() { tensor.SumTo(rowSums, x, 0) }, rowSums)
	add("SumTo same", func() { tensor.Copy(dst, y); tensor.SumTo(dst, x, 0.5) }, dst)
	add("SumTo channels", func() { tensor.SumTo(channelSums, images, 0) }, channelSums)
	add("Sum", func() { tensor.Sum(scalar, x) }, scalar)
	add("Mean rows", func() { tensor.Mean(perRow, x, 1) }, perRow)
	add("Max columns", func() { tensor.Max(perColumn, x, 0) }, perColumn)
	add("Max", func() { tensor.Max(scalar, x) }, scalar)
	add("LogSumExp", func() { tensor.LogSumExp(perRow, x) }, perRow)
	transposed, shuffled := tensor.New(c, n), tensor.New(13, 30, 7, 11)
	add("Transpose", func() { tensor.Transpose(transposed, x) }, transposed)
	add("Transpose images", func() { tensor.Transpose(shuffled, images, 3, 0, 1, 2) }, shuffled)

	square, product, batch := random(8, c, 300), tensor.New(n, 300), tensor.New(30, 7, 11, 11)
	gram, bias := tensor.New(c, c), random(9, 300)
	add("MatMul", func() { tensor.MatMul(product, x, square, tensor.MatMulOpts{Bias: bias, ReLU: true}) }, product)
	add("MatMul TransA", func() { tensor.MatMul(gram, x, y, tensor.MatMulOpts{TransA: true}) }, gram)
	add("MatMul batch", func() { tensor.MatMul(batch, images, imagesDy, tensor.MatMulOpts{TransB: true}) }, batch)

	mean, variance, invStd := tensor.New(c), tensor.New(c), tensor.New(c)
	tensor.BatchNormForward(dst, x, nil, nil, mean, variance, invStd, 1e-5, false)
	add("BatchNormForward", func() {
		tensor.BatchNormForward(dst, x, row, row, mean, variance, invStd, 1e-5, false)
	}, dst, mean, variance, invStd)
	grays, kernel, grayY := random(10, 40, 1, 17, 13), random(11, 33, 1, 3, 3), tensor.New(40, 33, 9, 7)
	grayDy, grayDw, patches := random(12, 40, 33, 9, 7), tensor.New(33, 1, 3, 3), tensor.New(10, 9)
	gray := func() *tensor.Tensor { return tensor.New(33) }
	grayMean, grayVariance, grayStd, grayDgamma, grayDbeta := gray(), gray(), gray(), gray(), gray()
	add("ConvBatchNorm", func() {
		tensor.ConvBatchNormForward(grayY, grays, kernel, nil, nil, grayMean, grayVariance, grayStd, patches, 1e-5, strided)
		tensor.ConvBatchNormBackward(grayDw, grayDgamma, grayDbeta, grayDy, grayY, grays, kernel, nil, grayMean, grayStd, patches, true, strided)
	}, grayY, grayMean, grayVariance, grayStd, patches, grayDw, grayDgamma, grayDbeta)
	dgamma, dbeta := tensor.New(c), tensor.New(c)
	add("BatchNormBackward", func() {
		tensor.BatchNormBackward(dst, dgamma, dbeta, y, x, row, nil, mean, invStd, true, false)
	}, dst, dgamma, dbeta)
	add("BatchNormForward ReLU", func() {
		tensor.BatchNormForward(dst, x, row, row, mean, variance, invStd, 1e-5, true)
	}, dst, mean, variance, invStd)
	add("BatchNormBackward ReLU", func() {
		tensor.BatchNormBackward(dst, dgamma, dbeta, y, x, row, row, mean, invStd, true, true)
	}, dst, dgamma, dbeta)
	add("BatchNormApply", func() { tensor.BatchNormApply(dst, x, row, row, mean, invStd, true) }, dst)
	mean2, variance2, invStd2 := tensor.New(7), tensor.New(7), tensor.New(7)
	add("BatchNormForward images", func() {
		tensor.BatchNormForward(dst2, images, nil, nil, mean2, variance2, invStd2, 1e-5, false)
	}, dst2, mean2, variance2, invStd2)
	add("BatchNormBackward images", func() {
		tensor.BatchNormBackward(dst2, nil, nil, imagesDy, images, nil, nil, mean2, invStd2, true, false)
	}, dst2)
	add("InvStd", func() { tensor.InvStd(invStd, variance, 1e-5) }, invStd)
	rowMean, rowInvStd := tensor.New(n), tensor.New(n)
	tensor.LayerNormForward(dst, x, nil, nil, rowMean, rowInvStd, 1e-5)
	add("LayerNormForward", func() {
		tensor.LayerNormForward(dst, x, row, row, rowMean, rowInvStd, 1e-5)
	}, dst, rowMean, rowInvStd)
	add("LayerNormBackward", func() {
		tensor.LayerNormBackward(dst, dgamma, dbeta, y, x, row, rowMean, rowInvStd)
	}, dst, dgamma, dbeta)
	norm := tensor.New(n)
	tensor.NormalizeForward(dst, norm, x, 1e-12)
	add("NormalizeForward", func() { tensor.NormalizeForward(dst, norm, x, 1e-12) }, dst, norm)
	add("NormalizeBackward", func() { tensor.NormalizeBackward(dst, y, x, norm, 1e-12) }, dst)
	gramLSE, gramAbove, gramDX := tensor.New(n), tensor.New(n), tensor.New(n, c)
	tensor.NormalizeForward(gramDX, norm, x, 1e-12)
	for _, g := range []tensor.Gram{{X: gramDX.Clone(), Scale: 5, Period: n / 2}, {X: gramDX.Clone(), Scale: 50, Period: n / 2}} {
		add(fmt.Sprint("Gram ", g.Scale), func() {
			g.LogSumExp(gramLSE, perRow, gramAbove)
			tensor.Fill(gramDX, 0)
			g.LogSumExpGrad(gramDX, norm, gramLSE)
		}, gramLSE, gramAbove, gramDX)
	}
	w, m, v := tensor.New(n, c), tensor.New(n, c), tensor.New(n, c)
	add("Adam", func() {
		tensor.Copy(w, y)
		tensor.Fill(m, 0.5)
		tensor.Fill(v, 0.25)
		tensor.Adam(w, x, m, v, tensor.AdamStep{Beta1: 0.9, Beta2: 0.99, OneMinusBeta1: 0.1, OneMinusBeta2: 0.01, InvRootBias2: 1.2, Eps: 1e-8, StepSize: 0.1, Decay: 0.99})
	}, w, m, v)

	at, top, values := make([]int, n), make([]int, 5*n), tensor.New(n, 5)
	var totals [4]float64
	winograd := tensor.ConvOpts{Padding: [3]int{1, 1}, Winograd: true}
	winogradX, winogradW, winogradY := random(7, 6, 18, 9, 10), random(8, 100, 18, 3, 3), tensor.New(6, 100, 9, 10)
	winogradDx, winogradDw := tensor.NewShape(winogradX.Shape()), tensor.NewShape(winogradW.Shape())
	half := tensor.ConvOpts{Stride: [3]int{2, 2}, Padding: [3]int{1, 1}, Winograd: true}
	halfX, halfW, halfY := random(9, 26, 32, 14, 12), random(10, 40, 32, 3, 3), tensor.New(26, 40, 7, 6)
	halfDx, halfDw := tensor.NewShape(halfX.Shape()), tensor.NewShape(halfW.Shape())
	ops = append(ops,
		operation{"Winograd, one part", func() {
			tensor.Conv(winogradY, winogradX, winogradW, nil, winograd)
			tensor.ConvGradInput(winogradDx, winogradY, winogradW, 0, winograd)
			tensor.ConvGradWeight(winogradDw, winogradX, winogradY, 0, winograd)
		}, []*tensor.Tensor{winogradY, winogradDx, winogradDw}, nil},
		operation{"Winograd, stride 2", func() {
			tensor.Conv(halfY, halfX, halfW, nil, half)
			tensor.ConvGradInput(halfDx, halfY, halfW, 0, half)
			tensor.ConvGradWeight(halfDw, halfX, halfY, 0, half)
		}, []*tensor.Tensor{halfY, halfDx, halfDw}, nil},
		operation{"ArgMax", func() { tensor.ArgMax(at, x, 1) }, nil, func() string { return fmt.Sprint(at) }},
		operation{"TopK", func() { tensor.TopK(values, top, x) }, []*tensor.Tensor{values}, func() string { return fmt.Sprint(top) }},
		operation{"totals", func() {
			totals = [4]float64{tensor.SumAll(x), tensor.SumSquares(x), tensor.Norm(x), tensor.Dot(x, y)}
		}, nil, func() string { return fmt.Sprint(totals) }})
	return ops
}

// result returns the bits of what an operation has computed.
func (o operation) result() (bits []uint32, text string) {
	for _, t := range o.out {
		for _, v := range t.Data() {
			bits = append(bits, math.Float32bits(v))
		}
	}
	if o.text != nil {
		text = o.text()
	}
	return bits, text
}

// TestSameBits runs every kernel on 1, 2 and 7 processors with every
// implementation of package asm.
func TestSameBits(t *testing.T) {
	procs, implementation := runtime.GOMAXPROCS(0), asm.Implementation()
	t.Cleanup(func() {
		runtime.GOMAXPROCS(procs)
		if err := asm.Use(implementation); err != nil {
			t.Error(err)
		}
	})
	for _, o := range operations() {
		t.Run(o.name, func(t *testing.T) {
			var wantBits []uint32
			var wantText string
			for i, name := range asm.Implementations() {
				if err := asm.Use(name); err != nil {
					t.Fatal(err)
				}
				for _, procs := range []int{1, 2, 7} {
					if i > 0 && procs == 7 { // the implementations differ within chunks
						continue
					}
					runtime.GOMAXPROCS(procs)
					for _, out := range o.out {
						tensor.Fill(out, float32(math.NaN()))
					}
					o.run()
					bits, text := o.result()
					if wantBits == nil && wantText == "" {
						wantBits, wantText = bits, text
					}
					for i := range bits {
						if bits[i] != wantBits[i] {
							t.Fatalf("%s at GOMAXPROCS %d: element %d is %v, else %v", name, procs, i,
								math.Float32frombits(bits[i]), math.Float32frombits(wantBits[i]))
						}
					}
					if text != wantText {
						t.Errorf("%s at GOMAXPROCS %d: %.100s, else %.100s", name, procs, text, wantText)
					}
				}
			}
		})
	}
}

func TestAllocatesNothing(t *testing.T) {
	procs := runtime.GOMAXPROCS(0)
	t.Cleanup(func() { runtime.GOMAXPROCS(procs) })
	for _, o := range operations() {
		for _, procs := range []int{1, 2} {
			runtime.GOMAXPROCS(procs)
			alloctest.None(t, fmt.Sprintf("%s at GOMAXPROCS %d", o.name, procs), o.run)
		}
	}
}

// TestConcurrentUse runs kernels from several goroutines, on one input.
func TestConcurrentUse(t *testing.T) {
	a, b := random(1, 300, 200), random(2, 200, 150)
	product, sum := tensor.New(300, 150), tensor.New(200)
	tensor.MatMul(product, a, b, tensor.MatMulOpts{})
	tensor.Sum(sum, a, 0)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			p, s := tensor.New(300, 150), tensor.New(200)
			for range 5 {
				tensor.MatMul(p, a, b, tensor.MatMulOpts{})
				tensor.Sum(s, a, 0)
				checkBits(t, "MatMul", p.Data(), product.Data())
				checkBits(t, "Sum", s.Data(), sum.Data())
			}
		})
	}
	wg.Wait()
}
