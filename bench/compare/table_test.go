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

// TestTrainingTables makes a table of each form: dyad takes 2 ms, PyTorch 5.
func TestTrainingTables(t *testing.T) {
	for _, test := range []struct {
		work   protocol.Work
		memory int64 // of PyTorch
		want   []string
	}{
		{protocol.Step("mlp-784-512-512-128/B=64"), 0, []string{
			"Times are in milliseconds, medians over rounds (3)", "in parentheses the peer's time. Allocations are dyad's",
			"| dyad with | threads | step | dyad, ms | GFLOP/s | allocations | PyTorch 2.0 |\n|---|--:|--:|--:|--:|--:|--:|\n",
			"| avx2 | 2 | mlp-784-512-512-128/B=64 | 2.00 | 329 | 1 | 2.50 (5.00) |\n",
			"| **avx2** | **2** | **geometric mean** | | | | **2.50** |\n",
		}},
		{protocol.NTXent(256, 128), 256 << 20, []string{
			"the peer's time and memory. Allocations are dyad's", "Memory is what the first call needs",
			"| dyad with | threads | batch×width | dyad, ms | memory | allocations | PyTorch 2.0 |\n",
			"| avx2 | 2 | 256×128 | 2.00 | 1.50 MiB | 1 | 2.50 (5.00; 256 MiB) |\n",
		}},
		{protocol.NTXent(256, 128), 0, []string{"| 2.50 (5.00; –) |\n"}},
		{protocol.BatchNorm(64, 32), 0, []string{
			"| dyad with | threads | batch×channels | dyad, ms | allocations | PyTorch 2.0 |\n",
			"| avx2 | 2 | 64×32 | 2.00 | 1 | 2.50 (5.00) |\n",
		}},
		{protocol.AdamW("7-5"), 0, []string{"| threads | layers | dyad, ms |", "| avx2 | 2 | 7-5 | 2.00 | 1 | 2.50 (5.00) |\n"}},
	} {
		r := &result{options: options{what: test.work.Kind, rounds: 3, time: time.Second}}
		w := newRow(setting{"avx2", 2}, test.work)
		w.ours, w.allocs, w.memory = []float64{0.002, 0.001, 0.004}, []float64{9, 1, 0}, 3<<19
		p := w.peer(r.column("PyTorch", protocol.Hello{Version: "2.0"}))
		for range 3 {
			p.add(0.002, 0.005, nil)
		}
		p.memory = test.memory
		r.rows = append(r.rows, w)
		got := r.markdown()
		for _, want := range test.want {
			if !strings.Contains(got, want) {
				t.Errorf("the table lacks %q:\n%s", want, got)
			}
		}
	}
}
