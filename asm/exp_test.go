package asm_test

import (
	"math"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// ulp returns the distance from x to the next float32, for a finite x ≥ 0.
func ulp(x float64) float64 {
	_, e := math.Frexp(x)
	return math.Ldexp(1, max(e-24, -149))
}

// TestExpAccuracy compares Exp with math.Exp, which is right to less than 2⁻²⁹ of
// a float32 unit in the last place, at millions of points of the whole range.
func TestExpAccuracy(t *testing.T) {
	const block = 1 << 12
	x, got := make([]float32, 0, block), make([]float32, block)
	worst, where := 0.0, float32(0)
	check := func() {
		asm.Exp(got[:len(x)], x)
		for i, v := range x {
			want := math.Exp(float64(v))
			if float32(want) == float32(math.Inf(1)) || float32(want) == 0 {
				if got[i] != float32(want) {
					t.Fatalf("Exp(%v) = %v, want %v", v, got[i], float32(want))
				}
				continue
			}
			if d := math.Abs(float64(got[i])-want) / ulp(want); !(d <= worst) {
				worst, where = d, v
			}
		}
		x = x[:0]
	}
	add := func(v float32) {
		if x = append(x, v); len(x) == block {
			check()
		}
	}
	const stride = 1009 // a prime: all low bits occur
	for b := uint32(0); b < math.Float32bits(120); b += stride {
		add(math.Float32frombits(b))
		add(-math.Float32frombits(b))
	}
	// Every float32 around the limits and around ½ ln 2, where n changes.
	for _, edge := range []float32{
		88.72284, 88.02969, 127.5 * math.Ln2, 89, -87.33655, -88.02969, -103.27893, -103.97208, -104, math.Ln2 / 2, -math.Ln2 / 2,
	} {
		b := math.Float32bits(edge)
		for d := range uint32(4000) {
			add(math.Float32frombits(b - 2000 + d))
		}
	}
	check()
	const limit = 1
	t.Logf("largest error: %.4f units in the last place, at %v", worst, where)
	if !(worst < limit) {
		t.Errorf("Exp(%v) is wrong by %.4f units in the last place, want less than %v", where, worst, limit)
	}
}

func TestExpSpecialValues(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, implementation := range asm.Implementations() {
		use(t, implementation)
		for _, c := range []struct{ x, want float32 }{
			{0, 1},
			{float32(math.Copysign(0, -1)), 1},
			{math.SmallestNonzeroFloat32, 1},
			{inf, inf},
			{-inf, 0},
			{float32(math.NaN()), float32(math.NaN())},
			{math.MaxFloat32, inf},
			{-math.MaxFloat32, 0},
			{88.72283, 3.4027985e+38},                 // the largest float32 whose result is finite
			{88.72284, inf},                           // the next one
			{-87.33655, 1.1754907e-38},                // the first one whose result is subnormal
			{-103.27893, math.SmallestNonzeroFloat32}, // 2⁻¹⁴⁹
			{-103.97207, math.SmallestNonzeroFloat32}, // just above half of it
			{-103.97209, 0},                           // just below
		} {
			got := []float32{0}
			asm.Exp(got, []float32{c.x})
			if !same(float64(got[0]), float64(c.want)) {
				t.Errorf("%s: Exp(%v) = %v, want %v", implementation, c.x, got[0], c.want)
			}
		}
	}
}
