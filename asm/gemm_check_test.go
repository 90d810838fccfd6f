package asm_test

import (
	"math"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

func TestGemmPanics(t *testing.T) {
	buffer := make([]float32, 100)
	valid := func() *gemm {
		return &gemm{m: 2, n: 3, k: 4, a: make([]float32, 8), lda: 4, b: make([]float32, 12), ldb: 3, c: make([]float32, 6), ldc: 3}
	}
	w := asm.NewWorkspace()
	valid().run(w)
	for _, test := range []struct {
		change func(g *gemm)
		want   string
	}{
		{func(g *gemm) { g.m = -1 }, "negative size: m = -1, n = 3, k = 4"},
		{func(g *gemm) { g.n = -2 }, "negative size"},
		{func(g *gemm) { g.k = -3 }, "negative size"},
		{func(g *gemm) { g.lda = 3 }, "the stride of A is 3, its rows have 4 elements"},
		{func(g *gemm) { g.transA, g.lda = true, 1 }, "the stride of A is 1, its rows have 2 elements"},
		{func(g *gemm) { g.ldb = 2 }, "the stride of B is 2, its rows have 3 elements"},
		{func(g *gemm) { g.transB, g.ldb = true, 3 }, "the stride of B is 3, its rows have 4 elements"},
		{func(g *gemm) { g.ldc = -3 }, "the stride of C is -3, its rows have 3 elements"},
		{func(g *gemm) { g.a = g.a[:7] }, "A has 7 elements, too few for 2×4 with stride 4"},
		{func(g *gemm) { g.b = g.b[:11] }, "B has 11 elements, too few for 4×3 with stride 3"},
		{func(g *gemm) { g.b = nil }, "B has 0 elements, too few for 4×3 with stride 3"},
		{func(g *gemm) { g.ldc = 4 }, "C has 6 elements, too few for 2×3 with stride 4"},
		{func(g *gemm) { g.ldc = math.MaxInt }, "C has 6 elements, too few"},
		{func(g *gemm) { g.Bias = make([]float32, 2) }, "the bias has 2 elements, C has 3 columns"},
		{func(g *gemm) { g.a, g.c = buffer[:8], buffer[7:] }, "C overlaps A"},
		{func(g *gemm) { g.b, g.c = buffer[5:], buffer[:6] }, "C overlaps B"},
		{func(g *gemm) { g.Bias, g.c = buffer[:3], buffer }, "C overlaps the bias"},
	} {
		g := valid()
		test.change(g)
		func() {
			defer func() {
				if message, _ := recover().(string); !strings.Contains(message, "asm: Gemm: ") || !strings.Contains(message, test.want) {
					t.Errorf("%v: panicked with %q, want %q", g, message, test.want)
				}
			}()
			g.run(w)
		}()
	}
	func() {
		defer func() {
			if message, _ := recover().(string); !strings.Contains(message, "NewWorkspace") {
				t.Errorf("a zero Workspace: panicked with %q", message)
			}
		}()
		valid().run(new(asm.Workspace))
	}()
}
