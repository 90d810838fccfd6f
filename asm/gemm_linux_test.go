package asm_test

import (
	"math/rand/v2"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// TestGemmUnmappedPages gives Gemm operands that begin or end where the mapped
// memory does: one element too far is a fault that kills the test.
func TestGemmUnmappedPages(t *testing.T) {
	const size = 1 << 18
	a, b, c, bias := guarded(t, size), guarded(t, size), guarded(t, size), guarded(t, size)
	w := asm.NewWorkspace()
	r := rand.New(rand.NewPCG(7, 7))
	for i := range 800 {
		g := newGemm(r, 1+r.IntN(40), 1+r.IntN(70), 1+r.IntN(40))
		switch i % 8 {
		case 0:
			g = newGemm(r, 1+r.IntN(13), 1+r.IntN(33), 500+r.IntN(30))
		case 1:
			g = newGemm(r, 1+r.IntN(3), 1+r.IntN(600), 1+r.IntN(60))
		case 2:
			g = newGemm(r, 1+r.IntN(600), 1+r.IntN(14), 1+r.IntN(60))
		case 3:
			g = newGemm(r, 12+r.IntN(30), 257+r.IntN(100), 1+r.IntN(60))
		case 4:
			g = newGemm(r, 3+r.IntN(6), 100+r.IntN(100), 40+r.IntN(60))
		}
		aRows, aCols, bRows, bCols := g.m, g.k, g.k, g.n
		if g.transA {
			aRows, aCols = aCols, aRows
		}
		if g.transB {
			bRows, bCols = bCols, bRows
		}
		g.a = floats[float32](a, (aRows-1)*g.lda+aCols, i%2 == 0)
		g.b = floats[float32](b, (bRows-1)*g.ldb+bCols, i%2 == 0)
		g.c = floats[float32](c, (g.m-1)*g.ldc+g.n, i%2 == 0)
		if g.Bias != nil {
			g.Bias = floats[float32](bias, g.n, i%2 == 0)
		}
		for _, implementation := range asm.Implementations() {
			use(t, implementation)
			g.run(w)
		}
	}
}
