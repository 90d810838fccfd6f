package asm

import (
	"fmt"
	"math/bits"
	"unsafe"
)

// check panics with one sentence if the arguments of Gemm do not fit together.
func (g *product) check(w *Workspace) {
	switch {
	case w == nil || w.a == nil:
		panic("asm: Gemm: the Workspace was not made by NewWorkspace")
	case g.m < 0 || g.n < 0 || g.k < 0:
		panic(fmt.Sprintf("asm: Gemm: negative size: m = %d, n = %d, k = %d", g.m, g.n, g.k))
	}
	aRows, aCols := g.m, g.k
	if g.a.depthMajor {
		aRows, aCols = g.k, g.m
	}
	bRows, bCols := g.n, g.k
	if g.b.depthMajor {
		bRows, bCols = g.k, g.n
	}
	a := g.a.x[:checkMatrix("A", len(g.a.x), aRows, aCols, g.a.ld)]
	b := g.b.x[:checkMatrix("B", len(g.b.x), bRows, bCols, g.b.ld)]
	c := g.c[:checkMatrix("C", len(g.c), g.m, g.n, g.ldc)]
	if g.bias != nil && len(g.bias) < g.n {
		panic(fmt.Sprintf("asm: Gemm: the bias has %d elements, C has %d columns", len(g.bias), g.n))
	}
	switch {
	case overlap(c, a):
		panic("asm: Gemm: aliasing refused: C overlaps A")
	case overlap(c, b):
		panic("asm: Gemm: aliasing refused: C overlaps B")
	case g.bias != nil && overlap(c, g.bias[:g.n]):
		panic("asm: Gemm: aliasing refused: C overlaps the bias")
	}
}

// checkMatrix returns how many elements there are from the first to the last one of
// a rows×cols matrix whose rows are ld apart, which must be at most length.
func checkMatrix(name string, length, rows, cols, ld int) int {
	if ld < cols {
		panic(fmt.Sprintf("asm: Gemm: the stride of %s is %d, its rows have %d elements", name, ld, cols))
	}
	if rows == 0 || cols == 0 {
		return 0
	}
	// In 128 bits, because the product of two large numbers may overflow.
	high, low := bits.Mul64(uint64(rows-1), uint64(ld))
	if high > 0 || low > uint64(length) || int(low) > length-cols {
		panic(fmt.Sprintf("asm: Gemm: %s has %d elements, too few for %d×%d with stride %d", name, length, rows, cols, ld))
	}
	return int(low) + cols
}

// overlap reports whether x and y share memory.
func overlap(x, y []float32) bool {
	if len(x) == 0 || len(y) == 0 {
		return false
	}
	x0, y0 := uintptr(unsafe.Pointer(&x[0])), uintptr(unsafe.Pointer(&y[0]))
	return x0 <= uintptr(unsafe.Pointer(&y[len(y)-1])) && y0 <= uintptr(unsafe.Pointer(&x[len(x)-1]))
}
