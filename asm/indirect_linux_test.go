package asm_test

import (
	"math/rand/v2"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// TestIndirectUnmappedPages gives IndirectGemm and Transpose operands that begin or
// end where the mapped memory does: one element too far is a fault that kills the
// test, unless it is only prefetched.
func TestIndirectUnmappedPages(t *testing.T) {
	const size = 1 << 16
	a, b, c := guarded(t, size), guarded(t, size), guarded(t, size)
	r := rand.New(rand.NewPCG(7, 9))
	for i := range 400 {
		atEnd := i%2 == 0
		g := newIndirect(r, normal, 1+r.IntN(30), 1+r.IntN(60), i%4 < 2)
		g.a = floats[float32](a, len(g.a), atEnd)
		g.b = floats[float32](b, len(g.b), atEnd)
		for j := range g.cAt {
			g.cAt[j] -= 2
		}
		g.c = floats[float32](c, len(g.cAt)*35-3, atEnd)
		rows, cols := 1+r.IntN(40), 1+r.IntN(40)
		x, y := floats[float32](a, rows*cols, atEnd), floats[float32](b, rows*cols, atEnd)
		for _, implementation := range asm.Implementations() {
			use(t, implementation)
			g.run()
			asm.Transpose(y, rows, x, cols, rows, cols)
		}
	}
}
