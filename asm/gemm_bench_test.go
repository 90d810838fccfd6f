package asm_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/seed-312a1f22/dyad/asm"
)

func BenchmarkGemm(b *testing.B) {
	w := asm.NewWorkspace()
	for _, implementation := range asm.Implementations() {
		for _, s := range [][3]int{
			{32, 32, 32}, {64, 64, 64}, {128, 128, 128}, {256, 256, 256}, {512, 512, 512}, {1024, 1024, 1024},
			{256, 512, 784}, {784, 512, 256}, {32, 4096, 4096},
			{1, 512, 512}, {512, 1, 512}, {256, 10, 128}, {512, 512, 4},
		} {
			b.Run(fmt.Sprintf("impl=%s/m=%d/n=%d/k=%d", implementation, s[0], s[1], s[2]), func(b *testing.B) {
				use(b, implementation)
				g := newPlainGemm(false, false, s[0], s[1], s[2])
				for b.Loop() {
					g.run(w)
				}
				b.ReportMetric(2e-9*float64(g.m*g.n*g.k)*float64(b.N)/b.Elapsed().Seconds(), "GFLOP/s")
			})
		}
	}
}

// BenchmarkGemmSweep looks for cliffs. For every size from 1 to 130, of cubes and of
// one dimension while the others are 128, it compares GFLOP/s with those of the two
// sizes before, which should be lower. It reports the worst ratio and prints those
// below a half.
//
//	go test -run '^$' -bench Sweep -benchtime 1x ./asm
func BenchmarkGemmSweep(b *testing.B) {
	const largest, passes = 130, 5
	w := asm.NewWorkspace()
	for _, implementation := range asm.Implementations() {
		if implementation == "generic" {
			continue // no cliffs are expected where everything is slow
		}
		for _, sweep := range []struct {
			name string
			size func(s int) (m, n, k int)
		}{
			{"cube", func(s int) (m, n, k int) { return s, s, s }},
			{"m", func(s int) (m, n, k int) { return s, 128, 128 }},
			{"n", func(s int) (m, n, k int) { return 128, s, 128 }},
			{"k", func(s int) (m, n, k int) { return 128, 128, s }},
		} {
			for _, pair := range pairs {
				b.Run(fmt.Sprintf("impl=%s/sweep=%s/transA=%v/transB=%v", implementation, sweep.name, pair[0], pair[1]), func(b *testing.B) {
					use(b, implementation)
					worst := 1.0
					for b.Loop() {
						// Passes that are apart in time, because other work on the
						// machine may slow one of them down.
						var rates [largest + 1]float64
						for range passes {
							for s := 1; s <= largest; s++ {
								m, n, k := sweep.size(s)
								rates[s] = max(rates[s], rate(newPlainGemm(pair[0], pair[1], m, n, k), w))
							}
						}
						for s := 2; s <= largest; s++ {
							before := max(rates[s-1], rates[max(s-2, 1)])
							worst = min(worst, rates[s]/before)
							if rates[s] < before/2 {
								b.Logf("size %d: %.1f GFLOP/s, just before: %.1f", s, rates[s], before)
							}
						}
					}
					b.ReportMetric(worst, "worst-ratio")
				})
			}
		}
	}
}

// rate returns the GFLOP/s of the fastest of a few short runs.
func rate(g *gemm, w *asm.Workspace) float64 {
	calls := 1 + 500_000/(g.m*g.n*g.k+5000)
	best := time.Duration(math.MaxInt64)
	for range 4 {
		start := time.Now()
		for range calls {
			g.run(w)
		}
		best = min(best, time.Since(start))
	}
	return 2 * float64(g.m*g.n*g.k*calls) / float64(best.Nanoseconds())
}

// newPlainGemm makes a call with zeros, without gaps and without an epilogue.
func newPlainGemm(transA, transB bool, m, n, k int) *gemm {
	g := &gemm{
		transA: transA, transB: transB, m: m, n: n, k: k,
		a: make([]float32, m*k), lda: k,
		b: make([]float32, k*n), ldb: n,
		c: make([]float32, m*n), ldc: n,
	}
	if transA {
		g.lda = m
	}
	if transB {
		g.ldb = k
	}
	return g
}
