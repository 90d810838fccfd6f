package autograd_test

import (
	"fmt"
	"math"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// A straight line is fitted to points on y = 2x − 1 by gradient descent.
func ExampleTape() {
	xs := tensor.FromSlice([]float32{-1, 0, 1, 2}, 4, 1)
	ys := tensor.FromSlice([]float32{-3, -1, 1, 3}, 4, 1)
	weight := autograd.NewParam("weight", tensor.New(1, 1))
	bias := autograd.NewParam("bias", tensor.New(1))

	tape := autograd.NewTape()
	for range 200 {
		tape.Reset()
		line := autograd.Linear(tape.Const(xs), tape.Leaf(weight), tape.Leaf(bias))
		autograd.MSE(line, tape.Const(ys)).Backward()
		for _, p := range []*autograd.Param{weight, bias} {
			tensor.Axpy(p.Mutate(), -0.1, p.Grad()) // p −= 0.1·gradient
			p.ZeroGrad()
		}
	}
	fmt.Printf("y = %.3fx %+.3f\n", weight.Value().Item(), bias.Value().Item())
	// Output:
	// y = 2.000x -1.000
}

// The gradient of x₀·x₁ is (x₁, x₀). It adds up until ZeroGrad.
func ExampleParam() {
	x := autograd.NewParam("x", tensor.FromSlice([]float32{3, 5}))
	backward := func() {
		tape := autograd.NewTape()
		v := tape.Leaf(x)
		first, second := autograd.Slice(v, 0, 0, 1), autograd.Slice(v, 0, 1, 2)
		autograd.Mul(first, second).Backward()
	}
	backward()
	fmt.Println(x.Grad().Data())
	backward()
	fmt.Println(x.Grad().Data())
	x.ZeroGrad()
	fmt.Println(x.Grad() == nil)
	// Output:
	// [5 3]
	// [10 6]
	// true
}

// Intermediate values keep their gradients on request; Detach stops them.
func ExampleVar() {
	w := autograd.NewParam("w", tensor.FromSlice([]float32{1, 2}))
	tape := autograd.NewTape()
	y := autograd.Scale(tape.Leaf(w), 3)
	y.RetainGrad()
	loss := autograd.Sum(autograd.Mul(y, autograd.Detach(y)))
	loss.Backward()
	fmt.Println(loss.Value().Item(), y.Grad().Data(), w.Grad().Data())
	// Output:
	// 45 [3 6] [9 18]
}

// A tape of NewEval computes values only.
func ExampleNewEval() {
	w := autograd.NewParam("w", tensor.FromSlice([]float32{1, 2}))
	tape := autograd.NewEval()
	fmt.Println(autograd.Sum(tape.Leaf(w)).Value().Item(), tape.Recording())
	// Output:
	// 3 false
}

// Sin returns the sine elementwise.   dx = dy·cos x.
func Sin(x autograd.Var) autograd.Var { return autograd.Apply(sin{}, autograd.Attr{}, x) }

type sin struct{}

func (sin) Name() string                                             { return "Sin" }
func (sin) OutShape(_ autograd.Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (sin) Forward(c *autograd.Ctx)                                  { tensor.Map(c.Out(), c.In(0), sine, 0, 0) }
func (sin) Backward(c *autograd.Ctx) {
	tensor.Map2(c.Grad(0), c.OutGrad(), c.In(0), timesCosine, 0, 0)
}

func sine(x, _, _ float32) float32            { return float32(math.Sin(float64(x))) }
func timesCosine(dy, x, _, _ float32) float32 { return dy * float32(math.Cos(float64(x))) }

// Sin, above, is an operation of the caller's own: a formula, and four methods.
func ExampleOp() {
	x := autograd.NewParam("x", tensor.FromSlice([]float32{0, math.Pi}))
	tape := autograd.NewTape()
	y := Sin(tape.Leaf(x))
	autograd.Sum(y).Backward()
	fmt.Printf("%.3f %.3f\n", y.Value().Data(), x.Grad().Data())
	// Output:
	// [0.000 -0.000] [1.000 -1.000]
}

// hinge is max(0, margin − x)², with the margin in its Attr. It keeps the part
// that is squared for Backward.
type hinge struct{}

func (hinge) Name() string                                             { return "Hinge" }
func (hinge) OutShape(_ autograd.Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (hinge) Forward(c *autograd.Ctx) {
	part := c.Saved(0, c.Out().Shape())
	tensor.Neg(part, c.In(0))
	tensor.AddScalar(part, part, float32(c.Attr().Floats[0]))
	tensor.ReLU(part, part)
	tensor.Mul(c.Out(), part, part)
}
func (hinge) Backward(c *autograd.Ctx) {
	tensor.Mul(c.Grad(0), c.OutGrad(), c.Saved(0, c.Out().Shape()))
	tensor.Scale(c.Grad(0), c.Grad(0), -2)
}

func ExampleAttr() {
	x := autograd.NewParam("x", tensor.FromSlice([]float32{-1, 0, 3}))
	margin := autograd.Attr{Floats: [4]float64{2}}
	tape := autograd.NewTape()
	y := autograd.Apply(hinge{}, margin, tape.Leaf(x))
	autograd.Sum(y).Backward()
	fmt.Println(y.Value().Data(), x.Grad().Data())
	// Output:
	// [9 4 0] [-6 -4 -0]
}

// weightedSum is Σ aᵢ·bᵢ. Its Backward computes only what is asked for.
type weightedSum struct{}

func (weightedSum) Name() string                                        { return "WeightedSum" }
func (weightedSum) OutShape(autograd.Attr, []tensor.Shape) tensor.Shape { return tensor.Shape{} }
func (weightedSum) Forward(c *autograd.Ctx) {
	c.Out().Data()[0] = float32(tensor.Dot(c.In(0), c.In(1)))
}
func (weightedSum) Backward(c *autograd.Ctx) {
	for i := range c.NumIn() {
		if grad := c.Grad(i); grad != nil {
			tensor.Scale(grad, c.In(1-i), c.OutGrad().Item())
		}
	}
}

func ExampleCtx() {
	a := autograd.NewParam("a", tensor.FromSlice([]float32{1, 2}))
	tape := autograd.NewTape()
	b := tape.Const(tensor.FromSlice([]float32{10, 20}))
	y := autograd.Apply(weightedSum{}, autograd.Attr{}, tape.Leaf(a), b)
	y.Backward()
	fmt.Println(y.Value().Item(), a.Grad().Data(), b.Grad())
	// Output:
	// 50 [10 20] <nil>
}

// first is the first element of its input, as a scalar, without a copy.
type first struct{}

func (first) Name() string                                        { return "First" }
func (first) OutShape(autograd.Attr, []tensor.Shape) tensor.Shape { return tensor.Shape{} }
func (first) ViewOffset(autograd.Attr, tensor.Shape) int          { return 0 }
func (first) Forward(*autograd.Ctx)                               {}
func (first) Backward(c *autograd.Ctx) {
	tensor.Fill(c.Grad(0), 0)
	c.Grad(0).Data()[0] = c.OutGrad().Item()
}

func ExampleView() {
	x := autograd.NewParam("x", tensor.FromSlice([]float32{7, 8, 9}))
	tape := autograd.NewTape()
	y := autograd.Apply(first{}, autograd.Attr{}, tape.Leaf(x))
	y.Backward()
	fmt.Println(y.Value().Item(), x.Grad().Data())
	// Output:
	// 7 [1 0 0]
}

// sign is −1, 0 or 1, and constant almost everywhere.
type sign struct{}

func (sign) Name() string                                             { return "Sign" }
func (sign) OutShape(_ autograd.Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (sign) Forward(c *autograd.Ctx)                                  { tensor.Map(c.Out(), c.In(0), signOf, 0, 0) }
func (sign) Backward(*autograd.Ctx)                                   {}
func (sign) Constant()                                                {}

func signOf(x, _, _ float32) float32 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

// The gradient of |x| = x·sign(x) is sign(x): the sign counts as a constant.
func ExampleConstant() {
	x := autograd.NewParam("x", tensor.FromSlice([]float32{-2, 5}))
	tape := autograd.NewTape()
	v := tape.Leaf(x)
	y := autograd.Mul(v, autograd.Apply(sign{}, autograd.Attr{}, v))
	autograd.Sum(y).Backward()
	fmt.Println(y.Value().Data(), x.Grad().Data())
	// Output:
	// [2 5] [-1 1]
}

// Training averages the statistics of its batches; evaluation uses the averages.
func ExampleBatchNormState() {
	s := &autograd.BatchNormState{
		RunningMean: tensor.New(1), RunningVar: tensor.FromSlice([]float32{1}, 1),
		Momentum: 0.5, Eps: 1e-5,
	}
	var one, zero autograd.Var // the default factor and offset
	tape := autograd.NewEval()
	x := tape.Const(tensor.FromSlice([]float32{3, 5}, 2, 1))
	y := autograd.BatchNorm(x, one, zero, s, true)
	fmt.Printf("%.3f\n", y.Value().Data())
	fmt.Println(s.RunningMean.Data(), s.RunningVar.Data())
	y = autograd.BatchNorm(x, one, zero, s, false)
	fmt.Printf("%.3f\n", y.Value().Data())
	// Output:
	// [-1.000 1.000]
	// [2] [1.5]
	// [0.816 2.449]
}

// A Var is of one pass. What must last is cloned.
func ExampleStaleError() {
	tape := autograd.NewTape()
	y := autograd.Exp(tape.Const(tensor.New(1)))
	kept := y.Value().Clone()
	tape.Reset()
	defer func() {
		err := recover().(*autograd.StaleError)
		fmt.Println(err)
		fmt.Println(kept.Item())
	}()
	y.Value()
	// Output:
	// autograd: a Var of pass 1 was used in pass 2: Reset has rewound its tape; copy what must outlive a pass with Value().Clone()
	// 1
}

// A parameter changes between passes, not between a forward pass and its
// backward pass.
func ExampleChangedError() {
	w := autograd.NewParam("weight", tensor.FromSlice([]float32{1}))
	tape := autograd.NewTape()
	loss := autograd.Exp(tape.Leaf(w))
	tensor.Fill(w.Mutate(), 2)
	defer func() {
		err := recover().(*autograd.ChangedError)
		fmt.Println(err.Param)
	}()
	loss.Backward()
	// Output:
	// weight
}
