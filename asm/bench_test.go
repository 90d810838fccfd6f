package asm_test

import (
	"fmt"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// BenchmarkKernels runs kernels on vectors that fit in the first-level cache and
// on vectors that fit in no cache. Bytes are those read and written.
func BenchmarkKernels(b *testing.B) {
	traffic := map[string]int64{ // bytes per element
		"Dot": 8, "Dsdot": 8, "Sum": 4, "Max": 4, "Axpy": 12, "Add": 12, "ReLU": 8, "Exp": 8, "Adam": 28,
	}
	for _, k := range kernels {
		perElement, ok := traffic[k.name]
		if !ok {
			continue
		}
		for _, n := range []int{1000, 4 << 20} {
			a := newArena(n)
			for i := range a.x {
				a.x[i], a.y[i], a.z[i] = 1, 1, 1
			}
			o := a.operands(0, n, "")
			for _, implementation := range asm.Implementations() {
				b.Run(fmt.Sprintf("%s/%d/%s", k.name, n, implementation), func(b *testing.B) {
					use(b, implementation)
					b.SetBytes(perElement * int64(n))
					for b.Loop() {
						k.run(o)
					}
				})
			}
		}
	}
}
