package tensor_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/tensor"
)

func TestTensorElements(t *testing.T) {
	x := tensor.New(2, 3)
	for i := range 2 {
		for j := range 3 {
			x.Set(float32(10*i+j), i, j)
		}
	}
	if want := []float32{0, 1, 2, 10, 11, 12}; !slices.Equal(x.Data(), want) {
		t.Errorf("elements %v, want %v", x.Data(), want)
	}
	if x.At(1, 2) != 12 || x.Rank() != 2 || x.Dim(-1) != 3 || x.Size() != 6 || x.Shape() != tensor.MakeShape(2, 3) {
		t.Errorf("At(1, 2) %v, rank %d, Dim(-1) %d, size %d, shape %v", x.At(1, 2), x.Rank(), x.Dim(-1), x.Size(), x.Shape())
	}
	if s := tensor.Scalar(5); s.Item() != 5 || s.Rank() != 0 || s.At() != 5 {
		t.Errorf("scalar: %v, rank %d", s, s.Rank())
	}
}

func TestViewsShareElements(t *testing.T) {
	data := []float32{0, 1, 2, 3, 4, 5}
	x := tensor.FromSlice(data, 3, 2)
	x.Reshape(-1).Set(10, 0)
	x.Slice(1, 3).Set(12, 0, 0)
	x.Row(2)[1] = 15
	if want := []float32{10, 1, 12, 3, 4, 15}; !slices.Equal(data, want) {
		t.Errorf("elements %v, want %v", data, want)
	}
	if s := x.Slice(1, 3); s.Shape() != tensor.MakeShape(2, 2) || cap(s.Data()) != 4 {
		t.Errorf("slice of shape %v, capacity %d", s.Shape(), cap(s.Data()))
	}
	if s := x.Slice(3, 3); s.Shape() != tensor.MakeShape(0, 2) {
		t.Errorf("empty slice of shape %v", s.Shape())
	}
	c := x.Clone()
	c.Set(-1, 0, 0)
	if x.At(0, 0) != 10 || c.Shape() != x.Shape() {
		t.Errorf("after a clone was written: %v", x)
	}
	var v tensor.Tensor
	v.SetView(data, tensor.MakeShape(6))
	v.Set(7, 5)
	if data[5] != 7 {
		t.Error("SetView does not share")
	}
	if one := tensor.FromSlice(data); one.Shape() != tensor.MakeShape(6) {
		t.Errorf("FromSlice without a shape has %v", one.Shape())
	}
}

func TestCopyAndFill(t *testing.T) {
	x, y := random(1, 3, 4), tensor.New(3, 4)
	tensor.Copy(y, x)
	checkBits(t, "Copy", y.Data(), x.Data())
	tensor.Fill(y.Slice(1, 2), 9)
	if want := []float32{9, 9, 9, 9}; !slices.Equal(y.Row(1), want) || y.At(0, 3) != x.At(0, 3) || y.At(2, 0) != x.At(2, 0) {
		t.Errorf("Fill: %v", y)
	}
}

func TestAllFinite(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want bool
	}{{0, true}, {math.MaxFloat32, true}, {1e-45, true}, {math.Inf(1), false}, {math.Inf(-1), false}, {math.NaN(), false}} {
		x := tensor.New(5)
		x.Set(float32(c.v), 3)
		if got := x.AllFinite(); got != c.want {
			t.Errorf("with %v: %t", c.v, got)
		}
	}
}

func TestTensorPanics(t *testing.T) {
	x := tensor.New(2, 3)
	for _, c := range []struct {
		want string
		run  func()
	}{
		{"tensor: FromSlice: 5 values do not fill: [2 3]", func() { tensor.FromSlice(make([]float32, 5), 2, 3) }},
		{"tensor: At: 1 indices for: [2 3]", func() { x.At(1) }},
		{"tensor: At: index 3 is outside axis 1 of: [2 3]", func() { x.At(1, 3) }},
		{"tensor: Set: index -1 is outside axis 0 of: [2 3]", func() { x.Set(0, -1, 0) }},
		{"tensor: Item: not a single element: [2 3]", func() { x.Item() }},
		{"tensor: Slice: no entries 1 to 3 on the leading axis of: [2 3]", func() { x.Slice(1, 3) }},
		{"tensor: Slice: no entries 0 to 0 on the leading axis of: []", func() { tensor.New().Slice(0, 0) }},
		{"tensor: Slice: no entries 2 to 1 on the leading axis of: [2 3]", func() { x.Slice(2, 1) }},
		{"tensor: Copy: shapes differ: [2 3] × [6]", func() { tensor.Copy(x, tensor.New(6)) }},
	} {
		checkShapeError(t, c.run, c.want)
	}
	checkOverlap(t, "Copy", func() { tensor.Copy(x.Reshape(-1).Slice(0, 5), x.Reshape(-1).Slice(1, 6)) })
}

func TestUniform(t *testing.T) {
	const n = 100_000
	x, y := tensor.New(n), tensor.New(n)
	tensor.Uniform(x, rand.New(rand.NewPCG(1, 2)), -3, 5)
	tensor.Uniform(y, rand.New(rand.NewPCG(1, 2)), -3, 5)
	checkBits(t, "the same seed", y.Data(), x.Data())
	for i, v := range x.Data() {
		if v < -3 || v >= 5 {
			t.Fatalf("x[%d] = %v", i, v)
		}
	}
	// Mean 1, variance 8²/12; four standard errors.
	mean := tensor.SumAll(x) / n
	variance := tensor.SumSquares(x)/n - mean*mean
	if math.Abs(mean-1) > 4*math.Sqrt(64.0/12/n) || math.Abs(variance-64.0/12) > 4*64*math.Sqrt(1.0/180/n) {
		t.Errorf("mean %v, variance %v", mean, variance)
	}
	// Between neighbouring float32s there is one value only: lo.
	tensor.Uniform(x, rand.New(rand.NewPCG(3, 4)), 1, math.Nextafter32(1, 2))
	for i, v := range x.Data() {
		if v != 1 {
			t.Fatalf("in a narrow interval, x[%d] = %v", i, v)
		}
	}
	tensor.Uniform(x, rand.New(rand.NewPCG(3, 4)), 2, 2)
	if x.At(0) != 2 {
		t.Errorf("in [2, 2): %v", x.At(0))
	}
}

func TestNormal(t *testing.T) {
	const n = 100_000
	x, y := tensor.New(n), tensor.New(n)
	tensor.Normal(x, rand.New(rand.NewPCG(1, 2)), -3, 0.5)
	tensor.Normal(y, rand.New(rand.NewPCG(1, 2)), -3, 0.5)
	checkBits(t, "the same seed", y.Data(), x.Data())
	mean := tensor.SumAll(x) / n
	tensor.AddScalar(x, x, 3)
	variance := tensor.SumSquares(x) / n
	var within int
	for _, v := range x.Data() {
		if math.Abs(float64(v)) < 0.5 {
			within++
		}
	}
	// Four standard errors; 68.27 % lie within one standard deviation.
	if math.Abs(mean+3) > 4*0.5/math.Sqrt(n) || math.Abs(variance-0.25) > 4*0.25*math.Sqrt(2.0/n) || math.Abs(float64(within)/n-0.6827) > 4*0.47/math.Sqrt(n) {
		t.Errorf("mean %v, variance %v, within one standard deviation %d", mean, variance, within)
	}
}

// TestAdam takes steps with the formulas of Kingma and Ba in float64.
func TestAdam(t *testing.T) {
	const n, lr, beta1, beta2, eps, decay = 10_000, 1e-2, 0.9, 0.999, 1e-8, 0.1
	w, g, m, v := random(1, n), tensor.New(n), tensor.New(n), tensor.New(n)
	wantW, wantM, wantV := make([]float64, n), make([]float64, n), make([]float64, n)
	for i, x := range w.Data() {
		wantW[i] = float64(x)
	}
	for step := 1; step <= 5; step++ {
		tensor.Copy(g, random(uint64(step)+10, n))
		bias1, bias2 := 1-math.Pow(beta1, float64(step)), 1-math.Pow(beta2, float64(step))
		for i, x := range g.Data() {
			x := float64(x)
			wantM[i] = beta1*wantM[i] + (1-beta1)*x
			wantV[i] = beta2*wantV[i] + (1-beta2)*x*x
			wantW[i] -= lr * decay * wantW[i]
			wantW[i] -= lr * (wantM[i] / bias1) / (math.Sqrt(wantV[i]/bias2) + eps)
		}
		tensor.Adam(w, g, m, v, tensor.AdamStep{
			Beta1: beta1, Beta2: beta2, OneMinusBeta1: 1 - beta1, OneMinusBeta2: 1 - beta2,
			InvRootBias2: float32(1 / math.Sqrt(bias2)), Eps: eps, StepSize: float32(lr / bias1), Decay: 1 - lr*decay,
		})
		checkNear(t, "w", w, wantW, 1e-6)
		checkNear(t, "m", m, wantM, 1e-6)
		checkNear(t, "v", v, wantV, 1e-6)
	}
	checkShapeError(t, func() { tensor.Adam(w, g, m, tensor.New(3), tensor.AdamStep{}) },
		"tensor: Adam: shapes differ: [10000] × [10000] × [10000] × [3]")
	checkOverlap(t, "Adam", func() { tensor.Adam(w, g, m, m, tensor.AdamStep{}) })
}
