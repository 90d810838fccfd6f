package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/seed-312a1f22/dyad/bench/protocol"
)

// TestMarkdown makes a table of round numbers: a product of 1 GFLOP that takes
// 10 ms, and a peer that takes twice as long.
func TestMarkdown(t *testing.T) {
	r := &result{
		options: options{what: "gemm", rounds: 3, time: 100 * time.Millisecond},
		command: "go run ./bench/compare",
		missing: []absence{{"vek", "it does not build: no network"}},
	}
	blas := r.column("OpenBLAS", protocol.Hello{Version: "0.3", Detail: "Zen kernels"})
	born := r.column("born", protocol.Hello{Version: "v1", Detail: "CPU"})
	if again := r.column("OpenBLAS", protocol.Hello{Version: "0.3", Detail: "Haswell kernels"}); again != blas {
		t.Fatalf("the same library has columns %d and %d", blas, again)
	}
	for _, s := range []setting{{"avx512", 1}, {"avx512", 2}} {
		for _, n := range []int{1000, 500} {
			w := newRow(s, protocol.Gemm(500, n, 1000))
			w.ours = []float64{0.010, 0.011, 0.009}
			w.peaks = []float64{200, 125, 100}
			for _, ours := range w.ours {
				w.peer(blas).add(ours, 2*ours, nil)
			}
			if n == 1000 {
				w.peer(born).add(0.01, 0.005, nil)
			} else {
				w.peer(born).add(0.01, 0, errors.New("too small"))
			}
			r.rows = append(r.rows, w)
		}
	}
	got := r.markdown()
	for _, want := range []string{
		"## gemm, float32, against the peers\n",
		"\n    go run ./bench/compare\n",
		"rounds (3), in each of which the median sample of 100ms",
		"| dyad with | threads | m×n×k | dyad | of peak | OpenBLAS 0.3 | born v1 |\n|---|--:|--:|--:|--:|--:|--:|\n",
		"| avx512 | 1 | 500×1000×1000 | 100 | 80 % | 2.00 (50.0) | 0.50 (200) |\n",
		"| avx512 | 1 | 500×500×1000 | 50.0 | 40 % | 2.00 (25.0) | – |\n",
		"| **avx512** | **1** | **geometric mean** | | peak 125 | **2.00** | **0.50** |\n| avx512 | 2 |",
		"| **avx512** | **2** | **geometric mean** | | peak 125 | **2.00** | **0.50** |\n\n",
		"- OpenBLAS 0.3: Zen kernels; Haswell kernels\n",
		"- born v1: CPU; – where too small\n",
		"- missing: vek, because it does not build: no network\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the table lacks %q:\n%s", want, got)
		}
	}
}

func TestVectorTable(t *testing.T) {
	r := &result{options: options{what: "dot", rounds: 1, time: time.Second, best: true}, loadBefore: "0.10", loadAfter: "1.20"}
	w := newRow(setting{"avx2", 1}, protocol.Dot(1000))
	w.ours = []float64{1e-7}
	w.peer(r.column("born", protocol.Hello{Version: "v1"})).add(1e-7, 0, errors.New("it knows no dot"))
	r.rows = append(r.rows, w)
	got := r.markdown()
	for _, want := range []string{
		"load average 0.10 before, 1.20 after", "rounds (1), in each of which the fastest sample of 1s",
		"| dyad with | threads | n | dyad |\n|---|--:|--:|--:|\n| avx2 | 1 | 1000 | 20.0 |\n| **avx2** | **1** | **geometric mean** | |\n",
		"- missing: born v1, because it knows no dot\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the table lacks %q:\n%s", want, got)
		}
	}
}
