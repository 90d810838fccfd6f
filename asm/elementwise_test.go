package asm_test

import (
	"math"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// TestElementwise holds every operation against float64: for +, −, ·, / and √ of
// float32, rounding first to float64 and then to float32 gives the same as
// rounding once (Figueroa, "When is double rounding innocuous?", 1995).
func TestElementwise(t *testing.T) {
	// All pairs of special values.
	var x, y []float32
	for _, a := range special {
		for _, b := range special {
			x, y = append(x, a), append(y, b)
		}
	}
	got := make([]float32, len(x))
	for _, implementation := range asm.Implementations() {
		use(t, implementation)
		for _, c := range []struct {
			name string
			run  func()
			want func(x, y float64) float64
		}{
			{"Add", func() { asm.Add(got, x, y) }, func(x, y float64) float64 { return x + y }},
			{"Sub", func() { asm.Sub(got, x, y) }, func(x, y float64) float64 { return x - y }},
			{"Mul", func() { asm.Mul(got, x, y) }, func(x, y float64) float64 { return x * y }},
			{"Div", func() { asm.Div(got, x, y) }, func(x, y float64) float64 { return x / y }},
			{"Sqrt", func() { asm.Sqrt(got, x) }, func(x, _ float64) float64 { return math.Sqrt(x) }},
			{"AddScalar", func() { asm.AddScalar(got, x, 2.5) }, func(x, _ float64) float64 { return x + 2.5 }},
			{"Scale", func() { asm.Scale(got, x, 2.5) }, func(x, _ float64) float64 { return 2.5 * x }},
			{"ReLU", func() { asm.ReLU(got, x) }, func(x, _ float64) float64 {
				if x < 0 {
					return 0
				}
				return x
			}},
			{"ReLUGrad", func() { asm.ReLUGrad(got, x, y) }, func(dy, y float64) float64 {
				if y > 0 {
					return dy
				}
				return 0
			}},
			{"Axpy", func() { copy(got, y); asm.Axpy(got, 2.5, x) }, func(x, y float64) float64 {
				return fused(2.5, float32(x), float32(y))
			}},
			{"FMA", func() { asm.FMA(got, x, y, x) }, func(x, y float64) float64 {
				return fused(float32(x), float32(y), float32(x))
			}},
		} {
			c.run()
			for i := range got {
				if want := float32(c.want(float64(x[i]), float64(y[i]))); !same(float64(got[i]), float64(want)) {
					t.Errorf("%s, %s(%x, %x) = %x, want %x", implementation, c.name, x[i], y[i], got[i], want)
				}
			}
		}
	}
}

// fused is fmaExact for arguments of which some may not be finite.
func fused(x, y, z float32) float64 {
	s := float64(x)*float64(y) + float64(z)
	if math.IsInf(s, 0) || math.IsNaN(s) {
		return s
	}
	return float64(fmaExact(x, y, z))
}
