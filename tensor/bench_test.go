package tensor_test

import (
	"fmt"
	"testing"

	"github.com/seed-312a1f22/dyad/tensor"
)

func BenchmarkMatMul(b *testing.B) {
	for _, c := range []struct{ m, n, k int }{
		{64, 64, 64}, {128, 128, 128}, {256, 256, 256}, {512, 512, 512}, {256, 512, 784}, {512, 784, 256}, {1024, 1024, 1024},
	} {
		b.Run(fmt.Sprintf("m=%d/n=%d/k=%d", c.m, c.n, c.k), func(b *testing.B) {
			x, y, dst := random(1, c.m, c.k), random(2, c.k, c.n), tensor.New(c.m, c.n)
			for b.Loop() {
				tensor.MatMul(dst, x, y, tensor.MatMulOpts{})
			}
			b.ReportMetric(2*float64(c.m*c.n*c.k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}

// BenchmarkKernels measures what a training step consists of, besides products.
func BenchmarkKernels(b *testing.B) {
	const n, c = 512, 512
	x, y, dst := random(1, n, c), random(2, n, c), tensor.New(n, c)
	row, column, at := random(3, c), tensor.New(n, 1), make([]int, n)
	mean, variance, invStd := tensor.New(c), tensor.New(c), tensor.New(c)
	rowMean, rowInvStd := tensor.New(n), tensor.New(n)
	transposed, m, v := tensor.New(c, n), tensor.New(n, c), tensor.New(n, c)
	for _, o := range []struct {
		name string
		run  func()
	}{
		{"Add", func() { tensor.Add(dst, x, y) }},
		{"AddRow", func() { tensor.Add(dst, x, row) }},
		{"AddColumn", func() { tensor.Add(dst, x, column) }},
		{"ReLU", func() { tensor.ReLU(dst, x) }},
		{"ReLUGrad", func() { tensor.ReLUGrad(dst, x, y) }},
		{"Exp", func() { tensor.Exp(dst, x) }},
		{"Tanh", func() { tensor.Tanh(dst, x) }},
		{"Log", func() { tensor.Log(dst, x) }},
		{"Sigmoid", func() { tensor.Sigmoid(dst, x) }},
		{"Softplus", func() { tensor.Softplus(dst, x) }},
		{"GELU", func() { tensor.GELU(dst, x) }},
		{"GELUGrad", func() { tensor.GELUGrad(dst, x, y) }},
		{"SumToRow", func() { tensor.SumTo(row, x, 0) }},
		{"SumToColumn", func() { tensor.SumTo(column, x, 0) }},
		{"SumAll", func() { tensor.SumAll(x) }},
		{"Softmax", func() { tensor.Softmax(dst, x) }},
		{"LogSoftmax", func() { tensor.LogSoftmax(dst, x) }},
		{"ArgMax", func() { tensor.ArgMax(at, x, 1) }},
		{"Transpose", func() { tensor.Transpose(transposed, x) }},
		{"BatchNormForward", func() { tensor.BatchNormForward(dst, x, row, row, mean, variance, invStd, 1e-5, false) }},
		{"BatchNormBackward", func() { tensor.BatchNormBackward(dst, mean, variance, y, x, row, nil, mean, invStd, true, false) }},
		{"BatchNormReLUForward", func() { tensor.BatchNormForward(dst, x, row, row, mean, variance, invStd, 1e-5, true) }},
		{"BatchNormReLUBackward", func() {
			tensor.BatchNormBackward(dst, rowMean, rowInvStd, y, x, row, row, mean, invStd, true, true)
		}},
		{"LayerNormForward", func() { tensor.LayerNormForward(dst, x, row, row, rowMean, rowInvStd, 1e-5) }},
		{"LayerNormBackward", func() { tensor.LayerNormBackward(dst, mean, variance, y, x, row, rowMean, rowInvStd) }},
		{"Normalize", func() { tensor.NormalizeForward(dst, rowMean, x, 1e-12) }},
		{"Adam", func() { tensor.Adam(dst, x, m, v, tensor.AdamStep{Beta1: 0.9, Beta2: 0.9, Eps: 1e-8, Decay: 1}) }},
	} {
		b.Run(o.name, func(b *testing.B) {
			b.SetBytes(4 * n * c)
			for b.Loop() {
				o.run()
			}
		})
	}
}

// BenchmarkFirstLayer measures a convolution of 3×3, batch normalisation and ReLU, both
// ways: as one operation, and apart.
func BenchmarkFirstLayer(b *testing.B) {
	for _, c := range []struct{ n, channels, size, out int }{{128, 1, 28, 32}, {256, 1, 28, 32}, {32, 3, 32, 64}, {256, 3, 32, 64}} {
		x, w, o := random(1, c.n, c.channels, c.size, c.size), random(2, c.out, c.channels, 3, 3), tensor.ConvOpts{Padding: [3]int{1, 1}}
		images := func() *tensor.Tensor { return random(3, c.n, c.out, c.size, c.size) }
		perChannel := func() *tensor.Tensor { return random(4, c.out) }
		conv, y, dy, dw := images(), images(), images(), random(5, c.out, c.channels, 3, 3)
		gamma, beta, mean, variance, invStd, dgamma, dbeta := perChannel(), perChannel(), perChannel(), perChannel(), perChannel(), perChannel(), perChannel()
		moments := tensor.New(9*c.channels+1, 9*c.channels)
		run := func(name string, f func()) {
			b.Run(fmt.Sprintf("%d×%d×%d²→%d/%s", c.n, c.channels, c.size, c.out, name), func(b *testing.B) {
				for b.Loop() {
					f()
				}
			})
		}
		run("forward/one", func() { tensor.ConvBatchNormForward(y, x, w, gamma, beta, mean, variance, invStd, moments, 1e-5, o) })
		run("forward/apart", func() {
			tensor.Conv(conv, x, w, nil, o)
			tensor.BatchNormForward(y, conv, gamma, beta, mean, variance, invStd, 1e-5, true)
		})
		for i, v := range invStd.Data() { // so that dy, overwritten again and again, stays as large
			gamma.Data()[i] = 1 / v
		}
		run("backward/one", func() {
			tensor.ConvBatchNormBackward(dw, dgamma, dbeta, dy, y, x, w, gamma, mean, invStd, moments, true, o)
		})
		run("backward/apart", func() {
			tensor.BatchNormBackward(dy, dgamma, dbeta, dy, conv, gamma, beta, mean, invStd, true, true)
			tensor.ConvGradWeight(dw, x, dy, 0, o)
		})
	}
}
