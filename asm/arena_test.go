package asm_test

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// arena is memory for the operands of one call, with room before and behind each
// that a kernel must leave alone.
type arena struct {
	w, x, y, z []float32
	acc        []float64
}

const margin = 16

func newArena(size int) *arena {
	f := func() []float32 { return make([]float32, margin+size+margin) }
	return &arena{f(), f(), f(), f(), make([]float64, margin+size+margin)}
}

func (a *arena) fill(r *rand.Rand, m mode) {
	for _, s := range [][]float32{a.w, a.x, a.y, a.z} {
		fill(r, m, s)
	}
	for i := range a.acc {
		a.acc[i] = float64(a.x[i]) * 3
	}
}

func (a *arena) copyFrom(b *arena) {
	copy(a.w, b.w)
	copy(a.x, b.x)
	copy(a.y, b.y)
	copy(a.z, b.z)
	copy(a.acc, b.acc)
}

// operands returns the n elements from the given offset on. alias makes w the
// slice itself of x, y or z.
func (a *arena) operands(offset, n int, alias string) operands {
	cut := func(s []float32) []float32 { return s[margin+offset:][:n:n] }
	o := operands{cut(a.w), cut(a.x), cut(a.y), cut(a.z), a.acc[margin+offset:][:n:n]}
	switch alias {
	case "x":
		o.w = o.x
	case "y":
		o.w = o.y
	case "z":
		o.w = o.z
	case "all":
		o.w, o.y, o.z = o.x, o.x, o.x
	}
	return o
}

// difference describes the first place in which two arenas differ, or is empty.
// Everything is compared, also what lies outside of the operands.
func (a *arena) difference(b *arena) string {
	for _, s := range []struct {
		name string
		a, b []float32
	}{{"w", a.w, b.w}, {"x", a.x, b.x}, {"y", a.y, b.y}, {"z", a.z, b.z}} {
		for i := range s.a {
			if !same(float64(s.a[i]), float64(s.b[i])) {
				return fmt.Sprintf("%s[%d] = %x, want %x", s.name, i-margin, s.a[i], s.b[i])
			}
		}
	}
	for i := range a.acc {
		if !same(a.acc[i], b.acc[i]) {
			return fmt.Sprintf("acc[%d] = %x, want %x", i-margin, a.acc[i], b.acc[i])
		}
	}
	return ""
}

// same reports whether two numbers have the same bits or both are NaN. float32
// keep all of theirs in float64.
func same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}

// cut returns the first size elements of everything.
func (a *arena) cut(size int) *arena {
	return &arena{a.w[:size], a.x[:size], a.y[:size], a.z[:size], a.acc[:size]}
}
