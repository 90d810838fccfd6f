package asm_test

import (
	"math"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// smooth are the functions of one variable that are approximated.
var smooth = []struct {
	name string
	run  func(dst, x []float32)
	f    func(x float64) float64

	// The largest error, in units in the last place of the result; where absolute
	// is true, in units of 1e-7 of max(|x|, 1).
	limit    float64
	absolute bool
}{
	{"Log", asm.Log, math.Log, 1, false},
	{"Sigmoid", asm.Sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, 2.5, false},
	{"Tanh", asm.Tanh, math.Tanh, 2.5, false},
	{"Softplus", asm.Softplus, func(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }, 3, false},
	{"GELU", asm.GELU, func(x float64) float64 { return x * normalCDF(x) }, 2, true},
	{"GELUDerivative", asm.GELUDerivative, func(x float64) float64 {
		return normalCDF(x) + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi)
	}, 3, true},
}

func normalCDF(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// TestAccuracy compares with float64 at a million points of the whole range. The
// portable code has the same bits, by TestSameBits.
func TestAccuracy(t *testing.T) {
	var points []float32
	const stride = 4099 // a prime: all low bits occur
	for b := uint64(0); b < 1<<32; b += stride {
		if v := math.Float32frombits(uint32(b)); !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0) {
			points = append(points, v)
		}
	}
	for i := range 200_000 { // where the functions bend
		points = append(points, float32(i-100_000)/10_000)
	}
	got := make([]float32, len(points))
	for _, c := range smooth {
		c.run(got, points)
		worst, where := 0.0, float32(0)
		for i, v := range points {
			want := c.f(float64(v))
			unit := ulp(math.Abs(want))
			if c.absolute {
				unit = 1e-7 * max(1, math.Abs(float64(v)))
			}
			if d := math.Abs(float64(got[i])-want) / unit; !(d <= worst) && !same(float64(got[i]), want) {
				worst, where = d, v
			}
		}
		t.Logf("%s: largest error %.3f, at %v", c.name, worst, where)
		if !(worst < c.limit) {
			t.Errorf("%s(%v) is wrong by %.3f, want less than %v", c.name, where, worst, c.limit)
		}
	}
}

func TestSmoothSpecialValues(t *testing.T) {
	inf, nan, minusZero := float32(math.Inf(1)), float32(math.NaN()), float32(math.Copysign(0, -1))
	x := []float32{0, minusZero, inf, -inf, nan, math.MaxFloat32, -math.MaxFloat32, 1}
	want := map[string][]float32{
		"Log":            {-inf, -inf, inf, nan, nan, 88.72284, nan, 0},
		"Sigmoid":        {0.5, 0.5, 1, 0, nan, 1, 0, 0.7310586},
		"Tanh":           {0, minusZero, 1, -1, nan, 1, -1, 0.7615942},
		"Softplus":       {math.Ln2, math.Ln2, inf, 0, nan, math.MaxFloat32, 0, 1.3132616},
		"GELU":           {0, minusZero, inf, minusZero, nan, math.MaxFloat32, minusZero, 0.8413447},
		"GELUDerivative": {0.5, 0.5, 1, 0, nan, 1, 0, 1.0833155},
	}
	for _, implementation := range asm.Implementations() {
		use(t, implementation)
		for _, c := range smooth {
			got := make([]float32, len(x))
			c.run(got, x)
			for i, w := range want[c.name] {
				if math.Abs(float64(got[i]-w)) <= 3e-7 && math.Signbit(float64(got[i])) == math.Signbit(float64(w)) {
					continue
				}
				if !same(float64(got[i]), float64(w)) {
					t.Errorf("%s: %s(%v) = %v, want %v", implementation, c.name, x[i], got[i], w)
				}
			}
		}
	}
}
