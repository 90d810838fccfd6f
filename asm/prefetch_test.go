package asm_test

import (
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// TestPrefetch holds that nothing happens that a program could see, also for strips
// that are not in memory.
func TestPrefetch(t *testing.T) {
	x := []float32{1, 2, 3, 4, 5}
	for _, f := range []func([]float32, int, int, int){asm.Prefetch, asm.PrefetchWrite} {
		f(nil, 3, 5, 7)
		f(x, 0, 5, 5)
		f(x, 1, 0, 0)
		f(x, 1, 5, 5)
		f(x, 1000, 1000, 1<<20)
		f(x[4:], 3, 64, -1<<30)
	}
	if !slices.Equal(x, []float32{1, 2, 3, 4, 5}) {
		t.Errorf("it has changed memory: %v", x)
	}
}
