package autograd_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// gradientOf returns f(x) and the gradient of Σ f(x).
func gradientOf(f func(autograd.Var) autograd.Var, x *tensor.Tensor) (y, dx *tensor.Tensor) {
	p := autograd.NewParam("x", x)
	v := f(autograd.NewTape().Leaf(p))
	dy := tensor.NewShape(v.Shape())
	tensor.Fill(dy, 1)
	v.BackwardFrom(dy)
	return v.Value(), p.Grad()
}

// TestExtremes is about arguments where a formula written down as in a textbook
// overflows, or gives ∞ − ∞ or 0·∞.
func TestExtremes(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, test := range []struct {
		name     string
		f        func(autograd.Var) autograd.Var
		x, y, dx []float32
	}{
		{"Sigmoid", autograd.Sigmoid, []float32{-inf, -1e4, 1e4, inf}, []float32{0, 0, 1, 1}, []float32{0, 0, 0, 0}},
		{"Tanh", autograd.Tanh, []float32{-inf, -1e4, 1e4, inf}, []float32{-1, -1, 1, 1}, []float32{0, 0, 0, 0}},
		{"Softplus", autograd.Softplus, []float32{-inf, -1e4, 1e4, inf}, []float32{0, 0, 1e4, inf}, []float32{0, 0, 1, 1}},
		{"GELU", autograd.GELU, []float32{-inf, -1e4, 1e4, inf}, []float32{0, 0, 1e4, inf}, []float32{0, 0, 1, 1}},
		{"Softmax", autograd.Softmax, []float32{-1e4, 0, 1e4}, []float32{0, 0, 1}, []float32{0, 0, 0}},
		{"LogSoftmax", autograd.LogSoftmax, []float32{-1e4, 0, 1e4}, []float32{-2e4, -1e4, 0}, []float32{1, 1, -2}},
		{"LogSumExp", autograd.LogSumExp, []float32{-1e4, 0, 1e4}, []float32{1e4}, []float32{0, 0, 1}},
		{"Pow 0", func(x autograd.Var) autograd.Var { return autograd.Pow(x, 0) }, []float32{0, 2}, []float32{1, 1}, []float32{0, 0}},
		{"Pow 1", func(x autograd.Var) autograd.Var { return autograd.Pow(x, 1) }, []float32{0, -2}, []float32{0, -2}, []float32{1, 1}},
		{"Clamp below", func(x autograd.Var) autograd.Var { return autograd.Clamp(x, 0, inf) }, []float32{-inf, -1, 0, 1e4}, []float32{0, 0, 0, 1e4}, []float32{0, 0, 1, 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			y, dx := gradientOf(test.f, tensor.FromSlice(test.x))
			wantData(t, "value", y, test.y...)
			wantData(t, "gradient", dx, test.dx...)
		})
	}
}

// TestNaN puts a NaN among the elements: no operation hides it.
func TestNaN(t *testing.T) {
	nan := float32(math.NaN())
	for op, cases := range ops {
		for _, o := range cases {
			if o.name == "shorter than eps" || o.name == "constant" || op == "Gather" || op == "Slice" || op == "Dropout" {
				continue // the first element does not reach a result, or x⁰ = 1
			}
			t.Run(op+"/"+o.name, func(t *testing.T) {
				tape := autograd.NewEval()
				var in vars
				for i, x := range o.inputs() {
					if i == 0 {
						x.Data()[0] = nan
					}
					in = append(in, tape.Const(x))
				}
				for _, v := range o.call(in).Value().Data() {
					if v != v {
						return
					}
				}
				t.Error("no NaN in the result")
			})
		}
	}
}

// TestEveryElementIsWritten runs every operation a second time, with NaN in the
// memory where the first time left its result and gradients.
func TestEveryElementIsWritten(t *testing.T) {
	nan := float32(math.NaN())
	for op, cases := range ops {
		for _, o := range cases {
			t.Run(op+"/"+o.name, func(t *testing.T) {
				tape := autograd.NewTape()
				var params []*autograd.Param
				for _, x := range o.inputs() {
					params = append(params, autograd.NewParam("x", x))
				}
				var want [][]float32
				for pass := range 2 {
					var in vars
					for i, x := range o.inputs() {
						tensor.Copy(params[i].Mutate(), x) // a view's result is the input
						in = append(in, tape.Leaf(params[i]))
					}
					y := o.call(in)
					dy := y.Value().Clone()
					y.BackwardFrom(dy)
					got := [][]float32{dy.Data()}
					for _, p := range params {
						got = append(got, slices.Clone(p.Grad().Data()))
						tensor.Fill(p.Grad(), nan)
						p.ZeroGrad()
					}
					tensor.Fill(y.Value(), nan)
					tape.Reset()
					if pass == 0 {
						want = got
					}
					if !slices.EqualFunc(got, want, slices.Equal[[]float32]) {
						t.Errorf("value and gradients are %v the second time, %v the first", got, want)
					}
				}
			})
		}
	}
}

func TestTransposeReversesByDefault(t *testing.T) {
	x := autograd.NewEval().Const(tensor.FromSlice([]float32{1, 2, 3, 4, 5, 6}, 1, 2, 3))
	y := autograd.Transpose(x).Value()
	if y.Shape() != tensor.MakeShape(3, 2, 1) {
		t.Fatalf("shape %v", y.Shape())
	}
	wantData(t, "value", y, 1, 4, 2, 5, 3, 6)
}

func TestMaxSharesTies(t *testing.T) {
	x := tensor.FromSlice([]float32{1, 3, 3, 2, 3, 0}, 2, 3)
	_, dx := gradientOf(func(x autograd.Var) autograd.Var { return autograd.Max(x, 1) }, x)
	wantData(t, "gradient by rows", dx, 0, 0.5, 0.5, 0, 1, 0)
	x = tensor.FromSlice([]float32{3, 3, 0, 3}, 2, 2)
	_, dx = gradientOf(func(x autograd.Var) autograd.Var { return autograd.Scale(autograd.Max(x), 6) }, x)
	wantData(t, "gradient of all", dx, 2, 2, 0, 2)
}

func TestDropout(t *testing.T) {
	const n, p = 10000, 0.3
	x := tensor.New(n)
	tensor.Fill(x, 7)
	drop := func(seed uint64, p float32) (y, dx *tensor.Tensor) {
		return gradientOf(func(x autograd.Var) autograd.Var {
			return autograd.Dropout(x, p, rand.New(rand.NewPCG(seed, 0)))
		}, x)
	}
	y, dx := drop(1, p)
	kept := 0
	for i, v := range y.Data() {
		switch {
		case v == 0 && dx.Data()[i] == 0:
		case v == 7*dx.Data()[i] && dx.Data()[i] == float32(1/(1-float64(float32(p)))):
			kept++
		default:
			t.Fatalf("element %d is %v with gradient %v", i, v, dx.Data()[i])
		}
	}
	// The number kept is binomial with a standard deviation of √(n·p·(1−p)) ≈ 46.
	if kept < 7000-230 || kept > 7000+230 {
		t.Errorf("kept %d of %d, want about 7000", kept, n)
	}
	again, _ := drop(1, p)
	if !slices.Equal(again.Data(), y.Data()) {
		t.Error("the same seed dropped others")
	}
	other, _ := drop(2, p)
	if slices.Equal(other.Data(), y.Data()) {
		t.Error("another seed dropped the same")
	}

	y, dx = drop(1, 1)
	if tensor.SumSquares(y) != 0 || tensor.SumSquares(dx) != 0 {
		t.Error("p = 1 kept something")
	}
	v := autograd.NewTape().Const(x)
	if autograd.Dropout(v, 0, nil) != v {
		t.Error("p = 0 is not the identity")
	}
	wantPanic(t, "the probability is NaN", func() { autograd.Dropout(v, float32(math.NaN()), nil) })
}

func TestBatchNormState(t *testing.T) {
	var none autograd.Var
	s := freshState(2)
	s.Momentum = 0.5
	tape := autograd.NewEval()
	x := tape.Const(tensor.FromSlice([]float32{0, 10, 4, 10, 8, 10}, 3, 2)) // means 4 and 10
	autograd.BatchNorm(x, none, none, s, false)
	wantData(t, "running mean after evaluation", s.RunningMean, 0, 0.25)
	autograd.BatchNorm(x, none, none, s, true)
	wantData(t, "running mean", s.RunningMean, 2, 5.125)
	wantData(t, "running variance", s.RunningVar, (0.5+16)/2, (1.5+0)/2) // 16 = (16+0+16)/(3−1)
}

// TestBatchNormKeepsItsStatistics runs a training pass between an evaluation and
// its Backward.
func TestBatchNormKeepsItsStatistics(t *testing.T) {
	var none autograd.Var
	s := freshState(1)
	tensor.Fill(s.RunningVar, 4)
	s.Eps = 0
	p := autograd.NewParam("x", tensor.FromSlice([]float32{1, 2, 3}, 3, 1))
	tape := autograd.NewTape()
	x := tape.Leaf(p)
	y := autograd.BatchNorm(x, none, none, s, false)
	autograd.BatchNorm(x, none, none, s, true)
	autograd.Sum(y).Backward()
	wantData(t, "gradient", p.Grad(), 0.5, 0.5, 0.5) // 1/√4
}

func TestNormalisationMisuse(t *testing.T) {
	var none autograd.Var
	tape := autograd.NewEval()
	at := func(dims ...int) autograd.Var { return tape.Const(tensor.New(dims...)) }
	for want, f := range map[string]func(){
		"autograd: BatchNorm: expected more than 1 value per channel when training, got: [1 3]":                func() { autograd.BatchNorm(at(1, 3), none, none, freshState(3), true) },
		"autograd: BatchNorm: expected more than 1 value per channel when training, got: [1 3 1 1]":            func() { autograd.BatchNorm(at(1, 3, 1, 1), none, none, freshState(3), true) },
		"autograd: BatchNorm: expected the channels at axis 1 of: [3]":                                         func() { autograd.BatchNorm(at(3), none, none, freshState(3), true) },
		"autograd: BatchNorm: gamma or beta does not have one element for each channel of: [2 3] × [2]":        func() { autograd.BatchNorm(at(2, 3), at(3), at(2), freshState(3), true) },
		"autograd: BatchNorm: the running statistics do not have one element for each channel of: [2 3] × [2]": func() { autograd.BatchNorm(at(2, 3), none, none, freshState(2), true) },
		"autograd: LayerNorm: gamma or beta does not have one element for each channel of: [2 3] × [2]":        func() { autograd.LayerNorm(at(2, 3), at(2), at(3), 1e-5) },
		"autograd: LayerNorm: a scalar has no rows: []":                                                        func() { autograd.LayerNorm(at(), none, none, 1e-5) },
		"autograd: Normalize: a scalar has no rows: []":                                                        func() { autograd.Normalize(at(), 1e-5) },
	} {
		t.Run(want, func(t *testing.T) {
			var shape *tensor.ShapeError
			if err := panicOf(t, f); !errors.As(err, &shape) || err.Error() != want {
				t.Errorf("panicked with %q", err)
			}
		})
	}
	// One row is enough when there are several values to a channel, and in evaluation.
	autograd.BatchNorm(at(1, 3, 2), none, none, freshState(3), true)
	autograd.BatchNorm(at(1, 3), none, none, freshState(3), false)
}

// TestNoGradientCame runs Backward over an operation that forgets its input.
func TestNoGradientCame(t *testing.T) {
	tape := autograd.NewTape()
	y := autograd.Exp(tape.Leaf(param("w", 1, 2)))
	wantPanic(t, "autograd: Backward: no gradient came to Exp of [2]: an operation above it did not write Grad",
		func() { autograd.Sum(autograd.Apply(forgetful{}, autograd.Attr{}, y)).Backward() })
}

// forgetful is the identity, without a gradient.
type forgetful struct{}

func (forgetful) Name() string                                             { return "forgetful" }
func (forgetful) OutShape(_ autograd.Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (forgetful) Forward(c *autograd.Ctx)                                  { tensor.Copy(c.Out(), c.In(0)) }
func (forgetful) Backward(*autograd.Ctx)                                   {}

func TestErrorsAreTyped(t *testing.T) {
	tape := autograd.NewTape()
	x, m := tape.Const(tensor.New(2)), tape.Const(tensor.New(2, 3))
	for name, f := range map[string]func(){
		"Add":          func() { autograd.Add(x, m) },
		"MatMul":       func() { autograd.MatMul(m, m, false, false) },
		"Reshape":      func() { autograd.Reshape(x, 4) },
		"Gather":       func() { autograd.Gather(m, []int{2}) },
		"CrossEntropy": func() { autograd.CrossEntropy(m, []int{0, 3}) },
		"Sum":          func() { autograd.Sum(m, 2) },
		"Backward":     func() { tape.Leaf(param("w", 1, 2)).Backward() },
	} {
		var shape *tensor.ShapeError
		if err := panicOf(t, f); !errors.As(err, &shape) {
			t.Errorf("%s: panicked with %T, want a *tensor.ShapeError", name, err)
		}
	}
}

// TestBatchNormAddReLU holds that it has the bits of the two operations, also where
// the residual is x, to which both gradients then go.
func TestBatchNormAddReLU(t *testing.T) {
	const channels = 3
	fused := func(x, gamma, beta, residual autograd.Var) autograd.Var {
		return autograd.BatchNormAddReLU(x, gamma, beta, residual, freshState(channels), true)
	}
	apart := func(x, gamma, beta, residual autograd.Var) autograd.Var {
		return autograd.AddReLU(autograd.BatchNorm(x, gamma, beta, freshState(channels), true), residual)
	}
	for _, itself := range []bool{false, true} {
		var all [2][]float32 // the value and all gradients
		for i, f := range []func(x, gamma, beta, residual autograd.Var) autograd.Var{fused, apart} {
			tape := autograd.NewTape()
			var params []*autograd.Param
			var in []autograd.Var
			for j, dims := range [][]int{{4, channels, 5}, {channels}, {channels}, {4, channels, 5}} {
				p := autograd.NewParam("input", hashed(j, dims...))
				params, in = append(params, p), append(in, tape.Leaf(p))
			}
			if itself {
				in[3], params = in[0], params[:3]
			}
			y := f(in[0], in[1], in[2], in[3])
			y.BackwardFrom(hashed(4, 4, channels, 5))
			all[i] = slices.Clone(y.Value().Data())
			for _, p := range params {
				all[i] = append(all[i], p.Grad().Data()...)
			}
		}
		if !slices.Equal(all[0], all[1]) {
			t.Errorf("the residual is x: %v: got %v, want %v", itself, all[0], all[1])
		}
	}
}
