package asm_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// operands are the slices of one call of any kernel. A kernel that writes floats
// writes w, and Adam y and z too; the accumulating ones write acc.
type operands struct {
	w, x, y, z []float32
	acc        []float64
}

// scalar is what a kernel that takes a scalar gets.
const scalar = -1.7

// adamStep is a step of AdamW with some L2 decay on top, so that every field counts.
var adamStep = asm.AdamStep{
	Beta1: 0.9, Beta2: 0.999, OneMinusBeta1: 0.1, OneMinusBeta2: 0.001,
	InvRootBias2: 18.26, Eps: 1e-8, StepSize: 0.005, Decay: 0.99999, L2: 0.01,
}

// A kernel is one function of the package in a form common to all of them.
// Reductions return their result, the others 0; alias says that w may be one of
// the other operands.
type kernel struct {
	name  string
	alias bool
	run   func(o operands) float64
}

var kernels = []kernel{
	{"Add", true, func(o operands) float64 { asm.Add(o.w, o.x, o.y); return 0 }},
	{"Sub", true, func(o operands) float64 { asm.Sub(o.w, o.x, o.y); return 0 }},
	{"Mul", true, func(o operands) float64 { asm.Mul(o.w, o.x, o.y); return 0 }},
	{"Div", true, func(o operands) float64 { asm.Div(o.w, o.x, o.y); return 0 }},
	{"AddScalar", true, func(o operands) float64 { asm.AddScalar(o.w, o.x, scalar); return 0 }},
	{"Scale", true, func(o operands) float64 { asm.Scale(o.w, o.x, scalar); return 0 }},
	{"Axpy", true, func(o operands) float64 { asm.Axpy(o.w, scalar, o.x); return 0 }},
	{"FMA", true, func(o operands) float64 { asm.FMA(o.w, o.x, o.y, o.z); return 0 }},
	{"ReLU", true, func(o operands) float64 { asm.ReLU(o.w, o.x); return 0 }},
	{"ReLUGrad", true, func(o operands) float64 { asm.ReLUGrad(o.w, o.x, o.y); return 0 }},
	{"Sqrt", true, func(o operands) float64 { asm.Sqrt(o.w, o.x); return 0 }},
	{"Exp", true, func(o operands) float64 { asm.Exp(o.w, o.x); return 0 }},
	{"ExpSum", true, func(o operands) float64 { return asm.ExpSum(o.w, o.x, scalar, 2.5) }},
	{"AccumulateGreater", true, func(o operands) float64 { asm.AccumulateGreater(o.w, o.x, o.y); return 0 }},
	{"CountGreater", false, func(o operands) float64 { return float64(asm.CountGreater(o.x, scalar)) }},
	{"Log", true, func(o operands) float64 { asm.Log(o.w, o.x); return 0 }},
	{"Sigmoid", true, func(o operands) float64 { asm.Sigmoid(o.w, o.x); return 0 }},
	{"SigmoidGrad", true, func(o operands) float64 { asm.SigmoidGrad(o.w, o.x, o.y); return 0 }},
	{"Tanh", true, func(o operands) float64 { asm.Tanh(o.w, o.x); return 0 }},
	{"TanhGrad", true, func(o operands) float64 { asm.TanhGrad(o.w, o.x, o.y); return 0 }},
	{"Softplus", true, func(o operands) float64 { asm.Softplus(o.w, o.x); return 0 }},
	{"GELU", true, func(o operands) float64 { asm.GELU(o.w, o.x); return 0 }},
	{"GELUDerivative", true, func(o operands) float64 { asm.GELUDerivative(o.w, o.x); return 0 }},
	{"Adam", false, func(o operands) float64 { asm.Adam(o.w, o.x, o.y, o.z, &adamStep); return 0 }},
	{"Dot", false, func(o operands) float64 { return float64(asm.Dot(o.x, o.y)) }},
	{"Dsdot", false, func(o operands) float64 { return asm.Dsdot(o.x, o.y) }},
	{"Sum", false, func(o operands) float64 { return asm.Sum(o.x) }},
	{"SumSquares", false, func(o operands) float64 { return asm.SumSquares(o.x) }},
	{"Max", false, func(o operands) float64 { return float64(asm.Max(o.x)) }},
	{"AccumulateSum", false, func(o operands) float64 { asm.AccumulateSum(o.acc, o.x); return 0 }},
	{"SumDot, sum", false, func(o operands) float64 { sum, _ := asm.SumDot(o.x, o.y); return sum }},
	{"SumDot, dot", false, func(o operands) float64 { _, dot := asm.SumDot(o.x, o.y); return dot }},
	{"LayerNormalize", true, func(o operands) float64 { asm.LayerNormalize(o.w, o.x, o.y, o.z, 0.3, scalar); return 0 }},
	{"LayerNormGrad", true, func(o operands) float64 { asm.LayerNormGrad(o.w, o.x, o.y, scalar, 0.3, -0.7, 0.1); return 0 }},
	{"LayerNormSums, sums", false, func(o operands) float64 { o.layerNormSums(false); return 0 }},
	{"LayerNormSums, dots", false, func(o operands) float64 { o.layerNormSums(true); return 0 }},
	{"ColumnSums", false, func(o operands) float64 { o.columnSums(); return 0 }},
	{"ColumnMoments, sums", false, func(o operands) float64 { o.columnMoments(false); return 0 }},
	{"ColumnMoments, squares", false, func(o operands) float64 { o.columnMoments(true); return 0 }},
	{"BatchNorm.Normalize", true, func(o operands) float64 { o.normalize(false); return 0 }},
	{"BatchNorm.Normalize, ReLU", true, func(o operands) float64 { o.normalize(true); return 0 }},
	{"BatchNorm.SumGrad, sums", false, func(o operands) float64 { o.sumGrad(false, false); return 0 }},
	{"BatchNorm.SumGrad, dots", false, func(o operands) float64 { o.sumGrad(true, false); return 0 }},
	{"BatchNorm.SumGrad, ReLU, sums", false, func(o operands) float64 { o.sumGrad(false, true); return 0 }},
	{"BatchNorm.SumGrad, ReLU, dots", false, func(o operands) float64 { o.sumGrad(true, true); return 0 }},
	{"BatchNorm.Grad", true, func(o operands) float64 { o.grad(false); return 0 }},
	{"BatchNorm.Grad, ReLU", true, func(o operands) float64 { o.grad(true); return 0 }},
}

// use selects an implementation until the test ends.
func use(t testing.TB, name string) {
	t.Helper()
	before := asm.Implementation()
	if err := asm.Use(name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { asm.Use(before) })
}

// special are the values at which kernels go wrong.
var special = []float32{
	0, float32(math.Copysign(0, -1)), 1, -1, 1.5, -2.25,
	float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()),
	math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, 3e-39, -1e-38, 1.1754944e-38,
	math.MaxFloat32, -math.MaxFloat32, 88.72283, 88.72284, -87.3, -103.9, 1e-20, -1e20, 0x1p24, 0.1,
}

// mode says what the operands are filled with.
type mode string

const (
	normal   mode = "normal"  // moderate numbers of both signs
	finite   mode = "finite"  // any exponent, no NaN, no Inf
	bits     mode = "bits"    // any 32 bits
	specials mode = "special" // the list above
)

func fill(r *rand.Rand, m mode, x []float32) {
	for i := range x {
		switch m {
		case normal:
			x[i] = float32(r.NormFloat64())
		case finite:
			x[i] = math.Float32frombits(r.Uint32() &^ (1 << 23))
		case bits:
			x[i] = math.Float32frombits(r.Uint32())
		case specials:
			x[i] = special[r.IntN(len(special))]
		}
	}
}

func TestLengthMismatchPanics(t *testing.T) {
	a, b, acc := make([]float32, 3), make([]float32, 4), make([]float64, 3)
	for name, f := range map[string]func(){
		"asm: Add: slices of different lengths: 3, 4, 3":               func() { asm.Add(a, b, a) },
		"asm: Sub: slices of different lengths: 3, 3, 4":               func() { asm.Sub(a, a, b) },
		"asm: Mul: slices of different lengths: 4, 3, 3":               func() { asm.Mul(b, a, a) },
		"asm: Div: slices of different lengths: 3, 3, 4":               func() { asm.Div(a, a, b) },
		"asm: AddScalar: slices of different lengths: 3, 4":            func() { asm.AddScalar(a, b, 1) },
		"asm: Scale: slices of different lengths: 3, 4":                func() { asm.Scale(a, b, 1) },
		"asm: Axpy: slices of different lengths: 4, 3":                 func() { asm.Axpy(b, 1, a) },
		"asm: FMA: slices of different lengths: 3, 3, 3, 4":            func() { asm.FMA(a, a, a, b) },
		"asm: ReLU: slices of different lengths: 3, 4":                 func() { asm.ReLU(a, b) },
		"asm: ReLUGrad: slices of different lengths: 3, 3, 4":          func() { asm.ReLUGrad(a, a, b) },
		"asm: Sqrt: slices of different lengths: 3, 4":                 func() { asm.Sqrt(a, b) },
		"asm: Exp: slices of different lengths: 3, 4":                  func() { asm.Exp(a, b) },
		"asm: ExpSum: slices of different lengths: 3, 4":               func() { asm.ExpSum(a, b, 1, 0) },
		"asm: AccumulateGreater: slices of different lengths: 3, 3, 4": func() { asm.AccumulateGreater(a, a, b) },
		"asm: Log: slices of different lengths: 3, 4":                  func() { asm.Log(a, b) },
		"asm: Sigmoid: slices of different lengths: 3, 4":              func() { asm.Sigmoid(a, b) },
		"asm: SigmoidGrad: slices of different lengths: 3, 3, 4":       func() { asm.SigmoidGrad(a, a, b) },
		"asm: Tanh: slices of different lengths: 3, 4":                 func() { asm.Tanh(a, b) },
		"asm: TanhGrad: slices of different lengths: 3, 3, 4":          func() { asm.TanhGrad(a, a, b) },
		"asm: Softplus: slices of different lengths: 3, 4":             func() { asm.Softplus(a, b) },
		"asm: GELU: slices of different lengths: 3, 4":                 func() { asm.GELU(a, b) },
		"asm: GELUDerivative: slices of different lengths: 3, 4":       func() { asm.GELUDerivative(a, b) },
		"asm: Adam: slices of different lengths: 3, 3, 4, 3":           func() { asm.Adam(a, a, b, a, &adamStep) },
		"asm: Dot: slices of different lengths: 3, 4":                  func() { asm.Dot(a, b) },
		"asm: AccumulateSum: slices of different lengths: 3, 4":        func() { asm.AccumulateSum(acc, b) },
		"asm: SumDot: slices of different lengths: 4, 3":               func() { asm.SumDot(b, a) },
		"asm: LayerNormalize: slices of different lengths: 3, 3, 4, 3": func() { asm.LayerNormalize(a, a, b, a, 0, 1) },
		"asm: LayerNormGrad: slices of different lengths: 3, 4, 3":     func() { asm.LayerNormGrad(a, b, a, 1, 0, 0, 0) },
		"asm: LayerNormSums: slices of different lengths: 2, 3, 2": func() {
			var sum, dot [asm.StripWidth]float64
			asm.LayerNormSums(&sum, &dot, b, b, a, a[:2], 2, 2, 2)
		},
		"asm: Dsdot: slices of different lengths: 4, 3": func() { asm.Dsdot(b, a) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if got := recover(); got != name {
					t.Errorf("panic %q, want %q", got, name)
				}
			}()
			f()
		})
	}
}

func TestNoAllocations(t *testing.T) {
	start := newArena(1000)
	for _, implementation := range asm.Implementations() {
		use(t, implementation)
		for _, k := range kernels {
			o := start.operands(0, 1000, "")
			if n := testing.AllocsPerRun(10, func() { k.run(o) }); n != 0 {
				t.Errorf("%s, %s: %v allocations, want 0", implementation, k.name, n)
			}
		}
	}
}

func TestUse(t *testing.T) {
	all := asm.Implementations()
	if all[len(all)-1] != "generic" {
		t.Errorf("Implementations() = %v, want generic as the last one", all)
	}
	if got := asm.Implementation(); got != all[0] {
		t.Errorf("Implementation() = %q at start-up, want the best, %q", got, all[0])
	}
	for _, name := range slices.Backward(all) {
		use(t, name)
		if got := asm.Implementation(); got != name {
			t.Errorf("after Use(%q), Implementation() = %q", name, got)
		}
	}
	before := asm.Implementation()
	if err := asm.Use("mmx"); err == nil {
		t.Error(`Use("mmx") = nil, want an error`)
	}
	if got := asm.Implementation(); got != before {
		t.Errorf("a failed Use changed the implementation from %q to %q", before, got)
	}
}
