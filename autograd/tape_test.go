package autograd_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

func param(name string, v ...float32) *autograd.Param {
	return autograd.NewParam(name, tensor.FromSlice(v))
}

func wantData(t *testing.T, what string, x *tensor.Tensor, want ...float32) {
	t.Helper()
	if x == nil {
		t.Fatalf("%s is nil, want %v", what, want)
	}
	if !slices.Equal(x.Data(), want) {
		t.Errorf("%s is %v, want %v", what, x.Data(), want)
	}
}

// panicOf returns what f panics with, as an error.
func panicOf(t *testing.T, f func()) (err error) {
	t.Helper()
	defer func() {
		t.Helper()
		switch v := recover().(type) {
		case nil:
			t.Fatal("did not panic")
		case error:
			err = v
		default:
			err = fmt.Errorf("%v", v)
		}
	}()
	f()
	return nil
}

func wantPanic(t *testing.T, want string, f func()) {
	t.Helper()
	if err := panicOf(t, f); !strings.Contains(err.Error(), want) {
		t.Errorf("panicked with %q, want %q in it", err, want)
	}
}

// lossOf returns Σ w², whose gradient is 2w.
func lossOf(w autograd.Var) autograd.Var { return autograd.Sum(autograd.Mul(w, w)) }

func TestBackwardAccumulatesAndZeroGradOverwrites(t *testing.T) {
	w := param("w", 1, 2)
	if w.Grad() != nil {
		t.Error("a fresh parameter has a gradient")
	}
	tape := autograd.NewTape()
	loss := lossOf(tape.Leaf(w))
	loss.Backward()
	wantData(t, "gradient after one Backward", w.Grad(), 2, 4)
	loss.Backward()
	wantData(t, "gradient after two", w.Grad(), 4, 8)
	tape.Reset()
	lossOf(tape.Leaf(w)).Backward()
	wantData(t, "gradient after another pass", w.Grad(), 6, 12)

	memory := &w.Grad().Data()[0]
	w.ZeroGrad()
	if w.Grad() != nil {
		t.Error("ZeroGrad left a gradient")
	}
	tape.Reset()
	lossOf(tape.Leaf(w)).Backward()
	wantData(t, "gradient after ZeroGrad", w.Grad(), 2, 4)
	if &w.Grad().Data()[0] != memory {
		t.Error("ZeroGrad did not keep the memory")
	}
}

func TestParameterOnTheTapeTwice(t *testing.T) {
	w := param("w", 3)
	tape := autograd.NewTape()
	autograd.Sum(autograd.Mul(tape.Leaf(w), tape.Leaf(w))).Backward()
	wantData(t, "gradient of w·w", w.Grad(), 6)
}

func TestBackwardFromOfAParameter(t *testing.T) {
	w := param("w", 1, 2)
	tape := autograd.NewTape()
	v := tape.Leaf(w)
	v.BackwardFrom(tensor.FromSlice([]float32{5, 7}))
	v.BackwardFrom(tensor.FromSlice([]float32{5, 7}))
	wantData(t, "gradient", w.Grad(), 10, 14)
	wantData(t, "Var.Grad", v.Grad(), 10, 14)
}

// TestBackwardFromReadsItsArgument holds that the gradient given for a value is
// neither changed nor kept.
func TestBackwardFromReadsItsArgument(t *testing.T) {
	w := param("w", 1, 2)
	tape := autograd.NewTape()
	dy := tensor.FromSlice([]float32{5, 7})
	for range 3 {
		tape.Reset()
		w.ZeroGrad()
		y := autograd.Scale(autograd.Tanh(autograd.Scale(tape.Leaf(w), 0)), 3)
		y.RetainGrad()
		y.BackwardFrom(dy)
		y.BackwardFrom(dy)
		wantData(t, "the given gradient", dy, 5, 7)
		wantData(t, "the retained one", y.Grad(), 10, 14)
	}
}

func TestRetainGrad(t *testing.T) {
	w := param("w", 1, 2)
	tape := autograd.NewTape()
	y := autograd.Scale(tape.Leaf(w), 3)
	loss := lossOf(y)
	loss.Backward()
	if y.Grad() != nil {
		t.Error("a gradient was kept that nobody asked for")
	}
	y.RetainGrad()
	loss.Backward()
	wantData(t, "retained gradient", y.Grad(), 6, 12)
	loss.Backward()
	wantData(t, "retained gradient after two", y.Grad(), 12, 24)
	tape.Reset()
	if y := autograd.Scale(tape.Leaf(w), 3); y.Grad() != nil {
		t.Error("a gradient was kept over Reset")
	}
}

func TestPartialBackwards(t *testing.T) {
	// Two losses share a trunk. Each Backward walks only what is below it.
	w := param("w", 1, 2)
	tape := autograd.NewTape()
	trunk := autograd.Scale(tape.Leaf(w), 2)
	first, second := autograd.Sum(trunk), lossOf(trunk)
	first.Backward()
	wantData(t, "gradient of the first loss", w.Grad(), 2, 2)
	second.Backward()
	wantData(t, "gradient of both", w.Grad(), 10, 18)
}

func TestConstantsCostNothing(t *testing.T) {
	w := param("w", 1, 2)
	tape := autograd.NewTape()
	op := &spy{}
	x := tape.Const(tensor.FromSlice([]float32{5, 7}))
	autograd.Sum(autograd.Apply(op, autograd.Attr{}, tape.Leaf(w), x)).Backward()
	wantData(t, "gradient", w.Grad(), 1, 1)
	if !op.recording || !op.needs[0] || op.needs[1] || op.grads[1] != nil || op.beta[1] != nil {
		t.Errorf("Backward saw %+v; the second input is a constant", op)
	}
	if x.Grad() != nil {
		t.Error("a constant has a gradient")
	}
	op = &spy{}
	autograd.Apply(op, autograd.Attr{}, x, x)
	if op.recording {
		t.Error("an operation on constants was asked to record")
	}
	op = &spy{}
	eval := autograd.NewEval()
	autograd.Apply(op, autograd.Attr{}, eval.Leaf(w), eval.Leaf(w))
	if op.recording || eval.Recording() {
		t.Error("an operation on an evaluation tape was asked to record")
	}
}

// spy is x₀ + 0·x₁ elementwise, and notes what it sees.
type spy struct {
	recording   bool
	needs       [2]bool
	grads, beta [2]*tensor.Tensor
}

func (*spy) Name() string                                             { return "spy" }
func (*spy) OutShape(_ autograd.Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (s *spy) Forward(c *autograd.Ctx) {
	s.recording = c.Recording()
	tensor.Copy(c.Out(), c.In(0))
}
func (s *spy) Backward(c *autograd.Ctx) {
	for i := range 2 {
		s.needs[i] = c.NeedsGrad(i)
		s.grads[i] = c.Grad(i)
	}
	s.beta[1], _ = c.GradBeta(1)
	tensor.Copy(c.Grad(0), c.OutGrad())
}

func TestDetach(t *testing.T) {
	w := param("w", 1, 2)
	tape := autograd.NewTape()
	leaf := tape.Leaf(w)
	stopped := autograd.Detach(autograd.Scale(leaf, 10))
	wantData(t, "value", stopped.Value(), 10, 20)
	autograd.Sum(autograd.Mul(stopped, leaf)).Backward()
	wantData(t, "gradient", w.Grad(), 10, 20) // not 20, 40
	wantPanic(t, "no parameter is below", func() { autograd.Sum(stopped).Backward() })
}

func TestViewsShareMemory(t *testing.T) {
	tape := autograd.NewTape()
	x := tape.Const(tensor.New(4, 3))
	data := x.Value().Data()
	for name, v := range map[string]struct {
		y  autograd.Var
		at int
	}{
		"Reshape": {autograd.Reshape(x, 2, 6), 0},
		"Detach":  {autograd.Detach(x), 0},
		"Slice":   {autograd.Slice(x, 0, 1, 3), 3},
	} {
		if &v.y.Value().Data()[0] != &data[v.at] {
			t.Errorf("%s has copied", name)
		}
	}
}

func TestStaleVar(t *testing.T) {
	w := param("w", 1)
	tape := autograd.NewTape()
	loss := lossOf(tape.Leaf(w))
	tape.Reset()
	var stale *autograd.StaleError
	for name, use := range map[string]func(){
		"Value":    func() { loss.Value() },
		"Shape":    func() { loss.Shape() },
		"Grad":     func() { loss.Grad() },
		"Backward": func() { loss.Backward() },
		"an op":    func() { autograd.Exp(loss) },
		"zero Var": func() { autograd.Exp(autograd.Var{}) },
	} {
		if err := panicOf(t, use); !errors.As(err, &stale) {
			t.Errorf("%s: panicked with %v, want a *StaleError", name, err)
		}
	}
	wantPanic(t, "a Var of pass 1 was used in pass 2: Reset has rewound its tape", func() { loss.Value() })
	if !(autograd.Var{}).IsZero() || loss.IsZero() {
		t.Error("IsZero is wrong")
	}
}

func TestChangedParameter(t *testing.T) {
	w, u := param("layer.weight", 1), param("other", 1)
	tape := autograd.NewTape()
	loss := lossOf(tape.Leaf(w))
	other := lossOf(tape.Leaf(u))
	w.Mutate().Data()[0] = 2
	var changed *autograd.ChangedError
	if err := panicOf(t, loss.Backward); !errors.As(err, &changed) || changed.Param != "layer.weight" {
		t.Errorf("panicked with %v, want a *ChangedError that names the parameter", err)
	}
	other.Backward() // is not above the changed one
	wantData(t, "gradient of the other parameter", u.Grad(), 2)
	tape.Reset()
	lossOf(tape.Leaf(w)).Backward()
	wantData(t, "gradient in the next pass", w.Grad(), 4)
}

func TestMisuse(t *testing.T) {
	tape := autograd.NewTape()
	x := tape.Leaf(param("x", 1, 2))
	eval := autograd.NewEval()
	m := tape.Const(tensor.New(2, 3))
	for name, c := range map[string]struct {
		want string
		f    func()
	}{
		"evaluation tape": {"the tape records nothing (NewEval); use NewTape", func() { lossOf(eval.Leaf(param("w", 1))).Backward() }},
		"constant":        {"no parameter is below the value", func() { autograd.Sum(m).Backward() }},
		"not a scalar":    {"autograd: Backward: a loss has one element, use BackwardFrom for: [2]", x.Backward},
		"shape of dy":     {"autograd: BackwardFrom: the gradient's shape is not the value's: [3] × [2]", func() { x.BackwardFrom(tensor.New(3)) }},
		"different tapes": {"autograd: Add: the inputs are on different tapes", func() { autograd.Add(x, autograd.NewTape().Const(tensor.New(2))) }},
		"no inputs":       {"spy: an operation has at least one input", func() { autograd.Apply(&spy{}, autograd.Attr{}) }},
		"Add":             {"autograd: Add: shapes do not broadcast: [2] × [2 3]", func() { autograd.Add(x, m) }},
		"MatMul inner":    {"autograd: MatMul: inner dimensions differ: [2 3] × [2 3]", func() { autograd.MatMul(m, m, false, false) }},
		"MatMul rank":     {"autograd: MatMul: both operands need two axes or more: [2] × [2 3]", func() { autograd.MatMul(x, m, false, false) }},
		"MatMul batch": {"batches do not broadcast", func() {
			autograd.MatMul(tape.Const(tensor.New(2, 1, 1)), tape.Const(tensor.New(3, 1, 1)), false, false)
		}},
		"Linear":               {"autograd: Linear: the last axis of x and of w differ: [2] × [2 3]", func() { autograd.Linear(x, m, autograd.Var{}) }},
		"Linear weight":        {"autograd: Linear: expected x [… in] and w [out in]: [2] × [2]", func() { autograd.Linear(x, x, autograd.Var{}) }},
		"Linear bias":          {"autograd: Linear: the bias is not [out] for w [out in]: [2 3] × [2 3]", func() { autograd.Linear(m, m, m) }},
		"Reshape":              {"[4] does not hold the elements of: [2]", func() { autograd.Reshape(x, 4) }},
		"Transpose twice":      {"autograd: Transpose: axis 0 is given twice for: [2 3]", func() { autograd.Transpose(m, 0, 0) }},
		"Transpose count":      {"autograd: Transpose: 1 axes are given for: [2 3]", func() { autograd.Transpose(m, 0) }},
		"Concat nothing":       {"autograd: Concat: there is nothing to join", func() { autograd.Concat(0) }},
		"Concat":               {"autograd: Concat: shapes differ beside axis 0: [2 3] × [2]", func() { autograd.Concat(0, m, x) }},
		"Slice":                {"autograd: Slice: no entries 1 to 4 on axis 1 of: [2 3]", func() { autograd.Slice(m, -1, 1, 4) }},
		"Gather":               {"autograd: Gather: rows[1] = 2 is no row of: [2 3]", func() { autograd.Gather(m, []int{1, 2}) }},
		"Gather scalar":        {"autograd: Gather: a scalar has no rows: []", func() { autograd.Gather(autograd.Sum(x), []int{0}) }},
		"Sum axis":             {"autograd: Sum: no axis -3 in: [2 3]", func() { autograd.Sum(m, -3) }},
		"Mean axis twice":      {"autograd: Mean: axis 1 is given twice for: [2 3]", func() { autograd.Mean(m, 1, 1) }},
		"CrossEntropy count":   {"autograd: CrossEntropy: expected logits [N C] for N = 1 labels, got: [2 3]", func() { autograd.CrossEntropy(m, []int{0}) }},
		"CrossEntropy label":   {"autograd: CrossEntropy: labels[1] = 3 is no class of logits: [2 3]", func() { autograd.CrossEntropy(m, []int{0, 3}) }},
		"CrossEntropy below 0": {"labels[0] = -1 is no class", func() { autograd.CrossEntropy(m, []int{-1, 0}) }},
		"MSE":                  {"autograd: MSE: shapes differ: [2 3] × [2]", func() { autograd.MSE(m, x) }},
		"Dropout":              {"autograd: Dropout: the probability is 1.5, not from 0 to 1", func() { autograd.Dropout(x, 1.5, nil) }},
	} {
		t.Run(name, func(t *testing.T) { wantPanic(t, c.want, c.f) })
	}
}

// cube is x³, as a user of the package writes an operation.
type cube struct{}

func (cube) Name() string                                             { return "cube" }
func (cube) OutShape(_ autograd.Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (cube) Forward(c *autograd.Ctx) {
	square := c.Saved(0, c.In(0).Shape())
	tensor.Mul(square, c.In(0), c.In(0))
	tensor.Mul(c.Out(), square, c.In(0))
}
func (cube) Backward(c *autograd.Ctx) {
	dx := c.Grad(0)
	tensor.Mul(dx, c.OutGrad(), c.Saved(0, dx.Shape()))
	tensor.Scale(dx, dx, 3)
}

func TestOperationOfAUser(t *testing.T) {
	w := param("w", 1, -2)
	tape := autograd.NewTape()
	y := autograd.Apply(cube{}, autograd.Attr{}, tape.Leaf(w))
	autograd.Sum(y).Backward()
	wantData(t, "value", y.Value(), 1, -8)
	wantData(t, "gradient", w.Grad(), 3, 12)
}

// broken panics in the middle of one of its passes, holding scratch memory.
type broken struct{ backward bool }

func (broken) Name() string                                             { return "broken" }
func (broken) OutShape(_ autograd.Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (b broken) Forward(c *autograd.Ctx) {
	c.Scratch(c.Out().Shape())
	if !b.backward {
		panic("in Forward")
	}
}
func (b broken) Backward(c *autograd.Ctx) {
	c.Scratch(c.Out().Shape())
	c.Grad(0)
	c.Grad(1)
	panic("in Backward")
}

func TestResetRepairsAfterAPanic(t *testing.T) {
	w := param("w", 1, 2)
	tape := autograd.NewTape()
	pass := func() {
		t.Helper()
		w.ZeroGrad()
		leaf := tape.Leaf(w)
		y := autograd.AddScalar(autograd.Scale(leaf, 1), 0)
		autograd.Sum(autograd.Add(autograd.Mul(y, leaf), leaf)).Backward()
		wantData(t, "gradient of w² + w", w.Grad(), 3, 5)
	}
	pass()
	for _, b := range []broken{{false}, {true}} {
		tape.Reset()
		x := autograd.Scale(tape.Leaf(w), 2)
		panicOf(t, func() { autograd.Sum(autograd.Apply(b, autograd.Attr{}, x, x)).Backward() })
		for range 2 {
			tape.Reset()
			pass()
		}
	}
}
