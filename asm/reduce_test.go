package asm_test

import (
	"math"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

func TestMax(t *testing.T) {
	inf, nan, minusZero := float32(math.Inf(1)), float32(math.NaN()), float32(math.Copysign(0, -1))
	for _, implementation := range asm.Implementations() {
		use(t, implementation)
		for _, c := range []struct {
			name string
			x    []float32
			want float32
		}{
			{"empty", nil, -inf},
			{"one", []float32{-3}, -3},
			{"zeros", []float32{minusZero, 0, minusZero}, 0},
			{"only −0", []float32{minusZero}, 0},
			{"−Inf", []float32{-inf, -inf}, -inf},
			{"Inf", []float32{1, inf, 2}, inf},
			{"NaN first", []float32{nan, 1, inf}, nan},
			{"NaN last", []float32{1, inf, nan}, nan},
			{"negative NaN", []float32{math.Float32frombits(0xffc00000), 1}, nan},
			{"subnormal", []float32{-1, math.SmallestNonzeroFloat32, 0}, math.SmallestNonzeroFloat32},
		} {
			if got := asm.Max(c.x); !same(float64(got), float64(c.want)) {
				t.Errorf("%s, %s: Max(%v) = %v, want %v", implementation, c.name, c.x, got, c.want)
			}
		}
		// One large element, or one NaN, at every place.
		for n := range 200 {
			x := make([]float32, n)
			for i := range x {
				x[i] = -1
			}
			for i := range x {
				x[i] = 7
				if got := asm.Max(x); got != 7 {
					t.Fatalf("%s: Max of %d elements with 7 at %d = %v", implementation, n, i, got)
				}
				x[i] = nan
				if got := asm.Max(x); got == got {
					t.Fatalf("%s: Max of %d elements with NaN at %d = %v", implementation, n, i, got)
				}
				x[i] = -1
			}
		}
	}
}

// TestAccumulateSum sums the columns of a matrix of small integers, for which every
// sum is exact.
func TestAccumulateSum(t *testing.T) {
	const rows, columns = 50, 37
	for _, implementation := range asm.Implementations() {
		use(t, implementation)
		sums, want := make([]float64, columns), make([]int, columns)
		x := make([]float32, columns)
		for i := range rows {
			for j := range columns {
				a := i*j%17 - 8
				x[j] = float32(a)
				want[j] += a
			}
			asm.AccumulateSum(sums, x)
		}
		for j := range columns {
			if sums[j] != float64(want[j]) {
				t.Errorf("%s, column %d: %v, want %d", implementation, j, sums[j], want[j])
			}
		}
	}
}
