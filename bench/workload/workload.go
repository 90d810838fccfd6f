// Package workload is what the benchmarks and bench/compare measure: the matrix
// products and vectors that training uses, each as dyad does it and as gonum
// does, and whole training steps.
package workload

import (
	"fmt"

	"github.com/seed-312a1f22/dyad/asm"
	"github.com/seed-312a1f22/dyad/bench/protocol"
	"github.com/seed-312a1f22/dyad/tensor"
)

// Gemm are the matrix products: squares from one that fits into the first-level
// cache to one that fits into none, the products of a training step, a single
// row, and a few rows against a large matrix.
var Gemm = []protocol.Work{
	protocol.Gemm(32, 32, 32),
	protocol.Gemm(64, 64, 64),
	protocol.Gemm(96, 96, 96),
	protocol.Gemm(128, 128, 128),
	protocol.Gemm(256, 256, 256),
	protocol.Gemm(512, 512, 512),
	protocol.Gemm(1024, 1024, 1024),
	protocol.Gemm(2048, 2048, 2048),
	protocol.Gemm(256, 512, 784),
	protocol.Gemm(512, 128, 512),
	protocol.Gemm(512, 512, 128),
	protocol.Gemm(784, 512, 256),
	protocol.Gemm(1, 512, 512),
	protocol.Gemm(32, 4096, 4096),
}

// Dot and Axpy are vectors, from the length of a projection to one that fits
// into no cache.
var (
	Dot  = vectors(protocol.Dot)
	Axpy = vectors(protocol.Axpy)
)

func vectors(work func(n int) protocol.Work) []protocol.Work {
	var all []protocol.Work
	for _, n := range []int{64, 128, 512, 784, 4096, 65536, 4 << 20} {
		all = append(all, work(n))
	}
	return all
}

// Serial prepares work as package asm does it: on one core, with whatever
// implementation is in use when it runs.
func Serial(w protocol.Work) (protocol.Job, error) {
	switch w.Kind {
	case "gemm":
		a, b, c := operands(w)
		space := asm.NewWorkspace()
		return protocol.Job{
			Run: func() {
				asm.Gemm(space, false, false, w.M, w.N, w.K, a, w.K, b, w.N, 0, c, w.N, asm.Epilogue{})
			},
			Probe: func() float32 { return c[len(c)/2] },
		}, nil
	case "dot":
		x, y := protocol.Operand(w.N, 0), protocol.Operand(w.N, 1)
		var sum float32
		return protocol.Job{
			Run:   func() { sum = asm.Dot(x, y) },
			Probe: func() float32 { return sum },
			Repeat: func(times int) {
				for range times {
					sum = asm.Dot(x, y)
				}
			},
		}, nil
	case "axpy":
		x, y := protocol.Operand(w.N, 0), protocol.Operand(w.N, 1)
		return protocol.Job{
			Run:   func() { asm.Axpy(y, 1, x) },
			Probe: func() float32 { return y[len(y)/2] },
			Repeat: func(times int) {
				for range times {
					asm.Axpy(y, 1, x)
				}
			},
		}, nil
	}
	return protocol.Job{}, fmt.Errorf("workload: unknown kind %q", w.Kind)
}

// Parallel prepares a matrix product as tensor.MatMul does it: on as many cores
// as GOMAXPROCS allows when it runs.
func Parallel(w protocol.Work) (protocol.Job, error) {
	if w.Kind != "gemm" {
		return protocol.Job{}, fmt.Errorf("workload: only gemm runs on several cores, not %q", w.Kind)
	}
	a, b, c := operands(w)
	x, y, z := tensor.FromSlice(a, w.M, w.K), tensor.FromSlice(b, w.K, w.N), tensor.FromSlice(c, w.M, w.N)
	return protocol.Job{
		Run:   func() { tensor.MatMul(z, x, y, tensor.MatMulOpts{}) },
		Probe: func() float32 { return c[len(c)/2] },
	}, nil
}

// operands returns those of a matrix product, and room for the result.
func operands(w protocol.Work) (a, b, c []float32) {
	return protocol.Operand(w.M*w.K, 0), protocol.Operand(w.K*w.N, 1), make([]float32, w.M*w.N)
}
