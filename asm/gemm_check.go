package asm

import (
	"fmt"
	"unsafe"
)

// checkGemm panics with one sentence if the arguments of Gemm do not fit together.
func checkGemm(w *Workspace, transA, transB bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int, e Epilogue) {
	switch {
	case w == nil || w.a == nil:
		panic("asm: Gemm: the Workspace was not made by NewWorkspace")
	case m < 0 || n < 0 || k < 0:
		panic(fmt.Sprintf("asm: Gemm: negative size: m = %d, n = %d, k = %d", m, n, k))
	}
	aRows, aCols := m, k
	if transA {
		aRows, aCols = k, m
	}
	bRows, bCols := k, n
	if transB {
		bRows, bCols = n, k
	}
	a = checkMatrix("A", a, aRows, aCols, lda)
	b = checkMatrix("B", b, bRows, bCols, ldb)
	c = checkMatrix("C", c, m, n, ldc)
	if e.Bias != nil && len(e.Bias) < n {
		panic(fmt.Sprintf("asm: Gemm: the bias has %d elements, C has %d columns", len(e.Bias), n))
	}
	switch {
	case overlap(c, a):
		panic("asm: Gemm: aliasing refused: C overlaps A")
	case overlap(c, b):
		panic("asm: Gemm: aliasing refused: C overlaps B")
	case e.Bias != nil && overlap(c, e.Bias[:n]):
		panic("asm: Gemm: aliasing refused: C overlaps the bias")
	}
}

// checkMatrix returns the part of x from the first to the last element of a
// rows×cols matrix whose rows are ld apart.
func checkMatrix(name string, x []float32, rows, cols, ld int) []float32 {
	if ld < cols {
		panic(fmt.Sprintf("asm: Gemm: the stride of %s is %d, its rows have %d elements", name, ld, cols))
	}
	if rows == 0 || cols == 0 {
		return nil
	}
	// Compare without multiplying, which could overflow.
	if len(x) < cols || (len(x)-cols)/ld < rows-1 {
		panic(fmt.Sprintf("asm: Gemm: %s has %d elements, too few for %d×%d with stride %d", name, len(x), rows, cols, ld))
	}
	return x[:(rows-1)*ld+cols]
}

// overlap reports whether x and y share memory.
func overlap(x, y []float32) bool {
	if len(x) == 0 || len(y) == 0 {
		return false
	}
	x0, y0 := uintptr(unsafe.Pointer(&x[0])), uintptr(unsafe.Pointer(&y[0]))
	return x0 <= uintptr(unsafe.Pointer(&y[len(y)-1])) && y0 <= uintptr(unsafe.Pointer(&x[len(x)-1]))
}
