package nn_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/tensor"
)

func TestModeString(t *testing.T) {
	for mode, want := range map[nn.Mode]string{nn.Eval: "Eval", nn.Train: "Train", 7: "Mode(7)"} {
		if got := mode.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestLinear(t *testing.T) {
	l := nn.NewLinear(3, 2, true, newRand(1))
	copy(l.Weight.Mutate().Data(), []float32{1, 2, 3, -1, 0, 1})
	copy(l.Bias.Mutate().Data(), []float32{10, 20})
	x := tensor.FromSlice([]float32{1, 1, 1, 2, 0, -2}, 2, 1, 3)

	y := forward(l, x, nn.Train)
	if want := []float32{16, 20, 6, 16}; y.Shape() != tensor.MakeShape(2, 1, 2) || !slices.Equal(y.Data(), want) {
		t.Errorf("got %v of shape %v, want %v of shape [2 1 2]", y.Data(), y.Shape(), want)
	}
	l.Bias = nil
	if y, want := forward(l, x, nn.Eval), []float32{6, 0, -4, -4}; !slices.Equal(y.Data(), want) {
		t.Errorf("without bias: got %v, want %v", y.Data(), want)
	}
	if n := len(l.Params()); n != 1 {
		t.Errorf("without bias: %d parameters, want 1", n)
	}
	wantShapeError(t, "autograd: Linear: ", func() { forward(l, tensor.New(2, 4), nn.Eval) })
}

func TestNewLinearWithoutElementsPanics(t *testing.T) {
	wantShapeError(t, "nn: NewLinear: a weight [out in] has no elements: [4 0]", func() { nn.NewLinear(0, 4, true, newRand(1)) })
	wantShapeError(t, "nn: NewLinear: a weight [out in] has no elements: [0 4]", func() { nn.NewLinear(4, 0, true, newRand(1)) })
	wantShapeError(t, "tensor: ", func() { nn.NewLinear(-1, 4, true, newRand(1)) })
}

func TestActivations(t *testing.T) {
	for _, c := range []struct {
		name string
		f    nn.Module
		want func(x float64) float64
	}{
		{"ReLU", nn.ReLU(), func(x float64) float64 { return max(x, 0) }},
		{"LeakyReLU", nn.LeakyReLU(0.25), func(x float64) float64 { return max(x, 0) + 0.25*min(x, 0) }},
		{"GELU", nn.GELU(), func(x float64) float64 { return x * math.Erfc(-x/math.Sqrt2) / 2 }},
		{"Tanh", nn.Tanh(), math.Tanh},
		{"Sigmoid", nn.Sigmoid(), func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }},
		{"Softplus", nn.Softplus(), func(x float64) float64 { return math.Log1p(math.Exp(x)) }},
		{"a function on Vars", nn.Func(autograd.Exp), math.Exp},
	} {
		t.Run(c.name, func(t *testing.T) {
			if n := len(c.f.Params()); n != 0 {
				t.Errorf("%d parameters, want none", n)
			}
			x := []float32{-3, -1, -0.5, 0, 0.5, 1, 3}
			for _, mode := range []nn.Mode{nn.Train, nn.Eval} {
				y := forward(c.f, tensor.FromSlice(x, len(x)), mode).Data()
				for i := range x {
					if want := c.want(float64(x[i])); math.Abs(float64(y[i])-want) > 1e-6 {
						t.Errorf("%v: f(%v) = %v, want %v", mode, x[i], y[i], want)
					}
				}
			}
		})
	}
}

func TestFlatten(t *testing.T) {
	for _, c := range []struct{ in, want []int }{
		{[]int{2, 3}, []int{2, 3}},
		{[]int{2, 3, 4}, []int{2, 12}},
		{[]int{2, 3, 4, 5}, []int{2, 60}},
		{[]int{1, 1, 1}, []int{1, 1}},
		{[]int{0, 3, 4}, []int{0, 12}}, // an empty batch keeps its width
		{[]int{2, 0, 4}, []int{2, 0}},
	} {
		t.Run(fmt.Sprint(c.in), func(t *testing.T) {
			x := tensor.New(c.in...)
			for i := range x.Data() {
				x.Data()[i] = float32(i)
			}
			y := forward(nn.Flatten(), x, nn.Train)
			if y.Shape() != tensor.MakeShape(c.want...) {
				t.Errorf("the shape is %v, want %v", y.Shape(), c.want)
			}
			if !slices.Equal(y.Data(), x.Data()) {
				t.Errorf("the elements are %v, want %v", y.Data(), x.Data())
			}
		})
	}
	wantShapeError(t, "nn: Flatten: expected [N, ...]: [5]", func() { forward(nn.Flatten(), tensor.New(5), nn.Eval) })
	wantShapeError(t, "nn: Flatten: expected [N, ...]: []", func() { forward(nn.Flatten(), tensor.New(), nn.Eval) })
}

// dropped returns Dropout's result for n ones, and its gradient for n ones.
func dropped(d *nn.Dropout, n int) (y, dx []float32) {
	ones := tensor.New(n)
	tensor.Fill(ones, 1)
	x := autograd.NewParam("x", ones)
	v := d.Forward(autograd.NewTape().Leaf(x), nn.Train)
	v.BackwardFrom(ones)
	return v.Value().Data(), x.Grad().Data()
}

func TestDropoutTrain(t *testing.T) {
	const n = 40_000
	for _, p := range []float64{0.1, 0.5, 0.9} {
		t.Run(fmt.Sprint(p), func(t *testing.T) {
			y, dx := dropped(nn.NewDropout(p, newRand(1)), n)
			zeros := 0
			for _, v := range y {
				switch {
				case v == 0:
					zeros++
				case math.Abs(float64(v)*(1-p)-1) > 1e-6:
					t.Fatalf("a value that stays is %v, want %v", v, 1/(1-p))
				}
			}
			// Five standard errors of a binomial proportion: a right implementation
			// stays within them for all but one seed in 1.7 million.
			rate, limit := float64(zeros)/n, 5*math.Sqrt(p*(1-p)/n)
			if math.Abs(rate-p) > limit {
				t.Errorf("a proportion of %v is dropped, want %v ± %v", rate, p, limit)
			}
			if !slices.Equal(dx, y) {
				t.Error("the gradient has another mask than the value")
			}
		})
	}
}

func TestDropoutOfNothingAndAll(t *testing.T) {
	r := newRand(1)
	y, dx := dropped(nn.NewDropout(0, r), 8)
	if ones := slices.Repeat([]float32{1}, 8); !slices.Equal(y, ones) || !slices.Equal(dx, ones) {
		t.Errorf("p = 0: value %v and gradient %v, want ones", y, dx)
	}
	if got, want := r.Uint64(), newRand(1).Uint64(); got != want {
		t.Error("p = 0 has drawn from the generator")
	}
	y, dx = dropped(nn.NewDropout(1, r), 8)
	if zeros := make([]float32, 8); !slices.Equal(y, zeros) || !slices.Equal(dx, zeros) {
		t.Errorf("p = 1: value %v and gradient %v, want zeros", y, dx)
	}
}

func TestDropoutSeeds(t *testing.T) {
	d := nn.NewDropout(0.5, newRand(1))
	first, _ := dropped(d, 100)
	second, _ := dropped(d, 100)
	if slices.Equal(first, second) {
		t.Error("two passes have the same mask")
	}
	again, _ := dropped(nn.NewDropout(0.5, newRand(1)), 100)
	if !slices.Equal(first, again) {
		t.Error("the same seed gave another mask")
	}
}

func TestDropoutEval(t *testing.T) {
	r := newRand(1)
	x := autograd.NewEval().Const(normal(1, 4, 5))
	for _, p := range []float64{0, 0.5, 1} {
		if y := nn.NewDropout(p, r).Forward(x, nn.Eval); y != x {
			t.Errorf("p = %v: the result is another value than the input", p)
		}
	}
	if got, want := r.Uint64(), newRand(1).Uint64(); got != want {
		t.Error("Eval has drawn from the generator")
	}
	if n := len(nn.NewDropout(0.5, r).Params()); n != 0 {
		t.Errorf("%d parameters, want none", n)
	}
}

func TestNewDropoutInvalid(t *testing.T) {
	for _, p := range []float64{-0.1, 1.1, math.Inf(1), math.NaN()} {
		t.Run(fmt.Sprint(p), func(t *testing.T) {
			defer func() {
				want := fmt.Sprintf("nn: NewDropout: the probability is %v, not from 0 to 1", p)
				if got := recover(); got != want {
					t.Errorf("panicked with %v, want %q", got, want)
				}
			}()
			nn.NewDropout(p, newRand(1))
		})
	}
}
