package workload

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"github.com/seed-312a1f22/dyad/bench/protocol"
)

// Gonum prepares work as gonum's own BLAS does it. Its matrix product uses as
// many cores as GOMAXPROCS allows.
func Gonum(w protocol.Work) (protocol.Job, error) {
	var g gonum.Implementation
	switch w.Kind {
	case "gemm":
		a, b, c := operands(w)
		return protocol.Job{
			Run: func() {
				g.Sgemm(blas.NoTrans, blas.NoTrans, w.M, w.N, w.K, 1, a, w.K, b, w.N, 0, c, w.N)
			},
			Probe: func() float32 { return c[len(c)/2] },
		}, nil
	case "dot":
		x, y := protocol.Operand(w.N, 0), protocol.Operand(w.N, 1)
		var sum float32
		return protocol.Job{
			Run:   func() { sum = g.Sdot(w.N, x, 1, y, 1) },
			Probe: func() float32 { return sum },
			Repeat: func(times int) {
				for range times {
					sum = g.Sdot(w.N, x, 1, y, 1)
				}
			},
		}, nil
	case "axpy":
		x, y := protocol.Operand(w.N, 0), protocol.Operand(w.N, 1)
		return protocol.Job{
			Run:   func() { g.Saxpy(w.N, 1, x, 1, y, 1) },
			Probe: func() float32 { return y[len(y)/2] },
			Repeat: func(times int) {
				for range times {
					g.Saxpy(w.N, 1, x, 1, y, 1)
				}
			},
		}, nil
	}
	return protocol.Job{}, fmt.Errorf("workload: unknown kind %q", w.Kind)
}
