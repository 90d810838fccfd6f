package tensor_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/seed-312a1f22/dyad/tensor"
)

var binaries = []struct {
	name string
	run  func(dst, a, b *tensor.Tensor)
	f    func(a, b float32) float32
}{
	{"Add", tensor.Add, func(a, b float32) float32 { return a + b }},
	{"Sub", tensor.Sub, func(a, b float32) float32 { return a - b }},
	{"Mul", tensor.Mul, func(a, b float32) float32 { return a * b }},
	{"Div", tensor.Div, func(a, b float32) float32 { return a / b }},
}

// TestBroadcasting holds every way to walk through two inputs against a loop
// over indices. The results are exactly rounded, and so must be equal.
func TestBroadcasting(t *testing.T) {
	for _, c := range []struct{ a, b []int }{
		{[]int{}, []int{}},
		{[]int{1}, []int{1, 1}},
		{[]int{7}, []int{7}},
		{[]int{7}, []int{}},
		{[]int{}, []int{7}},
		{[]int{5, 7}, []int{7}},
		{[]int{7}, []int{5, 7}},
		{[]int{5, 7}, []int{5, 1}},
		{[]int{5, 1}, []int{5, 7}},
		{[]int{5, 1}, []int{7}},
		{[]int{5, 1}, []int{1, 7}},
		{[]int{5, 7}, []int{1, 1}},
		{[]int{2, 3, 4}, []int{2, 3, 4}},
		{[]int{2, 3, 4}, []int{3, 4}},
		{[]int{2, 3, 4}, []int{2, 1, 4}},
		{[]int{2, 3, 4}, []int{1, 3, 1}},
		{[]int{2, 1, 4}, []int{1, 3, 1}},
		{[]int{2, 3, 4, 5}, []int{3, 1, 1}},
		{[]int{2, 3, 1, 5}, []int{1, 3, 4, 1}},
		{[]int{2, 1, 3, 1, 2, 1}, []int{1, 2, 1, 3, 1, 2}},
		{[]int{0}, []int{1}},
		{[]int{3, 0}, []int{1}},
		{[]int{3, 0}, []int{3, 1}},
		{[]int{3, 20000}, []int{20000}},
		{[]int{40000}, []int{}},
		{[]int{20000, 3}, []int{20000, 1}},
		{[]int{300, 1}, []int{300}},
	} {
		for _, op := range binaries {
			t.Run(fmt.Sprint(op.name, c.a, c.b), func(t *testing.T) {
				a, b := random(1, c.a...), random(2, c.b...)
				s, ok := tensor.BroadcastShapes(a.Shape(), b.Shape())
				if !ok {
					t.Fatal("the shapes do not broadcast")
				}
				want := make([]float32, 0, s.Size())
				indices(s, func(index []int) {
					want = append(want, op.f(broadcastAt(a, index), broadcastAt(b, index)))
				})
				dst := poisoned(s.Dims()...)
				op.run(dst, a, b)
				checkBits(t, "separate", dst.Data(), want)
				if a.Shape() == s {
					x := a.Clone()
					op.run(x, x, b)
					checkBits(t, "in place of a", x.Data(), want)
				}
				if b.Shape() == s {
					x := b.Clone()
					op.run(x, a, x)
					checkBits(t, "in place of b", x.Data(), want)
				}
			})
		}
	}
}

func TestBinarySpecialValues(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	values := []float32{0, float32(math.Copysign(0, -1)), 1, -1, inf, -inf, nan, 3e38, 1e-45}
	n := len(values)
	row, column, dst := tensor.FromSlice(values), tensor.FromSlice(values, n, 1), tensor.New(n, n)
	for _, op := range binaries {
		op.run(dst, column, row)
		for i, a := range values {
			for j, b := range values {
				got, want := dst.At(i, j), op.f(a, b)
				if got != want && (got == got || want == want) || want == 0 && math.Signbit(float64(got)) != math.Signbit(float64(want)) {
					t.Errorf("%s(%v, %v) = %v, want %v", op.name, a, b, got, want)
				}
			}
		}
	}
}

func TestBinaryPanics(t *testing.T) {
	x, y := tensor.New(2, 3), tensor.New(3)
	checkShapeError(t, func() { tensor.Add(x, x, tensor.New(4)) }, "tensor: Add: the inputs do not broadcast: [2 3] × [4]")
	checkShapeError(t, func() { tensor.Sub(y, x, y) },
		"tensor: Sub: the destination does not have the inputs' broadcast shape: [3] × [2 3] × [3]")
	checkShapeError(t, func() { tensor.Mul(x, y, y) },
		"tensor: Mul: the destination does not have the inputs' broadcast shape: [2 3] × [3] × [3]")
	checkOverlap(t, "Div", func() { tensor.Div(x, x, x.Slice(0, 1)) })
	checkOverlap(t, "Add", func() { tensor.Add(x.Slice(0, 1), x.Slice(0, 1), tensor.FromSlice(x.Data()[1:4], 1, 3)) })
}

func TestUnary(t *testing.T) {
	for _, c := range []struct {
		name      string
		run       func(dst, x *tensor.Tensor)
		f         func(x float64) float64
		tolerance float64 // relative to |f(x)| above 1, else absolute
	}{
		{"Neg", tensor.Neg, func(x float64) float64 { return -x }, 0},
		{"Scale", func(dst, x *tensor.Tensor) { tensor.Scale(dst, x, 1.5) }, func(x float64) float64 { return 1.5 * x }, 6e-8},
		{"AddScalar", func(dst, x *tensor.Tensor) { tensor.AddScalar(dst, x, 1.5) }, func(x float64) float64 { return x + 1.5 }, 6e-8},
		{"Sqrt", tensor.Sqrt, math.Sqrt, 6e-8},
		{"Exp", tensor.Exp, math.Exp, 2.4e-7},
		{"Log", tensor.Log, math.Log, 1.2e-7},
		{"Tanh", tensor.Tanh, math.Tanh, 1.8e-7},
		{"Sigmoid", tensor.Sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, 1.5e-7},
		{"Softplus", tensor.Softplus, func(x float64) float64 { return math.Log1p(math.Exp(x)) }, 2.4e-7},
		{"GELU", tensor.GELU, func(x float64) float64 { return x * math.Erfc(-x/math.Sqrt2) / 2 }, 2e-7},
		{"ReLU", tensor.ReLU, func(x float64) float64 { return max(x, 0) }, 0},
		{"Map", func(dst, x *tensor.Tensor) {
			tensor.Map(dst, x, func(x, a, b float32) float32 { return min(max(x, a), b) }, -1, 0.5)
		}, func(x float64) float64 { return min(max(x, -1), 0.5) }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, dims := range [][]int{{}, {0}, {1}, {3, 5}, {2, 20000}} {
				x := random(3, dims...)
				want := make([]float64, x.Size())
				for i, v := range x.Data() {
					want[i] = c.f(float64(v))
				}
				dst := poisoned(dims...)
				c.run(dst, x)
				checkNear(t, "separate", dst, want, c.tolerance)
				c.run(x, x)
				checkBits(t, "in place", x.Data(), dst.Data())
			}
			checkShapeError(t, func() { c.run(tensor.New(3), tensor.New(1, 3)) }, "tensor: "+c.name+": shapes differ: [3] × [1 3]")
			x := tensor.New(4)
			checkOverlap(t, c.name, func() { c.run(x.Slice(0, 3), x.Slice(1, 4)) })
		})
	}
}

func TestUnaryTwoInputs(t *testing.T) {
	const n = 20001
	x, y := random(4, n), random(5, n)
	want := make([]float64, n)
	for _, c := range []struct {
		name string
		run  func(dst, x, y *tensor.Tensor)
		f    func(dst, x, y float64) float64

		tolerance float64 // as in TestUnary
	}{
		{"Axpy", func(dst, x, _ *tensor.Tensor) { tensor.Axpy(dst, 0.75, x) }, func(dst, x, _ float64) float64 { return dst + 0.75*x }, 1.2e-7},
		{"MulAdd", tensor.MulAdd, func(dst, x, y float64) float64 { return dst + x*y }, 1.2e-7},
		{"ReLUGrad", tensor.ReLUGrad, func(_, dy, y float64) float64 {
			if y > 0 {
				return dy
			}
			return 0
		}, 0},
		{"TanhGrad", tensor.TanhGrad, func(_, dy, y float64) float64 { return dy * (1 - y*y) }, 2.4e-7},
		{"SigmoidGrad", tensor.SigmoidGrad, func(_, dy, y float64) float64 { return dy * y * (1 - y) }, 5e-7},
		{"SoftplusGrad", tensor.SoftplusGrad, func(_, dy, x float64) float64 { return dy / (1 + math.Exp(-x)) }, 5e-7},
		{"GELUGrad", tensor.GELUGrad, func(_, dy, x float64) float64 {
			return dy * (math.Erfc(-x/math.Sqrt2)/2 + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi))
		}, 5e-7},
		{"Map2", func(dst, x, y *tensor.Tensor) {
			tensor.Map2(dst, x, y, func(x, y, a, b float32) float32 { return max(x, y) + a*b }, 0.5, 0.25)
		}, func(_, x, y float64) float64 { return max(x, y) + 0.125 }, 1.2e-7},
	} {
		t.Run(c.name, func(t *testing.T) {
			dst := random(6, n)
			for i := range want {
				want[i] = c.f(float64(dst.Data()[i]), float64(x.Data()[i]), float64(y.Data()[i]))
			}
			c.run(dst, x, y)
			checkNear(t, c.name, dst, want, c.tolerance)
			if p, ok := panics(func() { c.run(tensor.New(n-1), x, y) }).(*tensor.ShapeError); !ok || p.Op != c.name {
				t.Errorf("shapes that differ: panic %v", p)
			}
			checkOverlap(t, c.name, func() { c.run(x.Slice(0, 9), x.Slice(1, 10), y.Slice(0, 9)) })
		})
	}
}
