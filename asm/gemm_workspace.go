package asm

import "unsafe"

// A Workspace holds the packed blocks of A and B and a block of the transposed C,
// 2 MiB in all. It is reused from call to call and serves one call of Gemm at a time:
// have one for each goroutine that calls Gemm.
type Workspace struct {
	a, b, c []float32
}

// NewWorkspace returns a Workspace that fits every product.
func NewWorkspace() *Workspace {
	return &Workspace{a: aligned(maxMC * kc), b: aligned(maxNC * kc), c: aligned(maxTransposed)}
}

// lineFloats is the number of float32 in a cache line of 64 bytes, which is
// also a vector of AVX-512.
const lineFloats = 16

// aligned returns n float32 that start on a cache line. A vector that straddles
// two lines costs two accesses. One line more than n can be written: packing
// stores whole vectors, the last of which may end behind the last panel.
func aligned(n int) []float32 {
	x := make([]float32, n+2*lineFloats)
	const lineBytes = 4 * lineFloats
	skip := -uintptr(unsafe.Pointer(&x[0])) % lineBytes / 4
	return x[skip:][:n+lineFloats]
}
