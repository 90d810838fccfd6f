// Package gradcheck compares the gradients that a backward pass computes with
// those that differences of the values show. An operation whose Backward has a
// wrong sign, a missing factor or a forgotten sum does not pass.
//
//	err := gradcheck.Check(func(t *autograd.Tape, in []autograd.Var) autograd.Var {
//		return autograd.MatMul(in[0], in[1], false, true)
//	}, gradcheck.Options{}, a, b)
//
// # The method
//
// Let y = f(x) and r be a fixed random tensor of y's shape. The scalar
//
//	φ(x) = Σ r·y(x)
//
// has the gradient Jᵀr, which is what y.BackwardFrom(r) computes: all outputs
// are checked at once, and since r is random, errors in several of them do not
// cancel. For each element of each input, the derivative of φ is estimated from
// values alone by central differences,
//
//	D(h) = (φ(x+h) − φ(x−h))/2h = φ′ + φ‴h²/6 + O(h⁴),
//
// at two steps, which Richardson's extrapolation (4D(h/2) − D(h))/3 combines so
// that the term in h² falls out. Values are float32, sums are float64, and h is
// the step that was taken after x+h and x−h have been rounded to float32.
//
// Points where f has a kink within h of x (ReLU near 0, a maximum of nearly
// equal elements) have no derivative to be found in this way: choose others.
//
// # What else is checked
//
// A second BackwardFrom on the same tape must double the gradients: Backward
// must leave intact what Forward saved, and gradients must be added up. Each
// input's gradient must be the same when it is the only one that is asked for,
// and when the memory that it is written to has been used before: Backward must
// write every element.
package gradcheck

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// Options are the settings of Check. A zero field has the default.
type Options struct {
	// Seed chooses the random projection r.
	Seed uint64

	// Step is h, relative to max(1, |x|). The default is 2⁻⁵. Rounding of the
	// values makes an error of about 2⁻²⁴/h in the difference and truncation one
	// of about h⁴; their sum is least where h is near (2⁻²⁴)^(1/5) ≈ 2⁻⁵.
	Step float64

	// Abs and Rel are the tolerances: the two derivatives may differ by
	// Abs + Rel·s, where s is the largest derivative of the same input. The
	// defaults are 2e-4 and 1e-3. For values of about 1 and 50 outputs, rounding
	// makes an error of about 2⁻²⁴·√50/h·2 ≈ 3e-5, which Abs covers with room,
	// and a wrong formula is seldom wrong by less than a hundredth, ten times
	// Rel. A function with larger values needs a larger Abs in proportion.
	Abs, Rel float64
}

// Check returns nil when the gradients of f at the inputs agree with central
// differences, and otherwise an error that names the input, the element where
// they disagree most, and both numbers.
//
// f builds y on the tape it is given, from one Var per input; it is called
// several times for each element of each input, so inputs should be small, and
// it must compute the same each time: what is random in it is seeded in it.
// Check does not change the inputs.
func Check(f func(t *autograd.Tape, in []autograd.Var) autograd.Var, o Options, inputs ...*tensor.Tensor) error {
	if o.Step == 0 {
		o.Step = 1.0 / 32
	}
	if o.Abs == 0 {
		o.Abs = 2e-4
	}
	if o.Rel == 0 {
		o.Rel = 1e-3
	}
	c := checker{f: f, o: o, tape: autograd.NewEval()}
	for _, x := range inputs {
		c.inputs = append(c.inputs, x.Clone())
	}
	once := c.gradients(nil, func(backward func(), _ []*autograd.Param) { backward() })
	for i, g := range once {
		if err := c.compare(i, g, c.differences(i), "central differences give", o.Abs, o.Rel); err != nil {
			return err
		}
	}
	// The same formulas run again, so all that may differ is the rounding of sums.
	const rounding = 1e-5
	for i, g := range c.gradients(nil, twice) {
		tensor.Scale(g, g, 0.5)
		if err := c.compare(i, once[i], float64s(g), "half of what two backward passes add up to is", rounding, rounding); err != nil {
			return err
		}
	}
	for i := range c.inputs {
		g := c.gradients(&i, overwriting)[i]
		if err := c.compare(i, once[i], float64s(g), "when it alone is asked for, in memory that was used before, it is", rounding, rounding); err != nil {
			return err
		}
	}
	return nil
}

func twice(backward func(), _ []*autograd.Param) {
	backward()
	backward()
}

// overwriting leaves NaN where the gradients are to be written.
func overwriting(backward func(), params []*autograd.Param) {
	backward()
	for _, p := range params {
		if g := p.Grad(); g != nil {
			tensor.Fill(g, float32(math.NaN()))
			p.ZeroGrad()
		}
	}
	backward()
}

type checker struct {
	f      func(t *autograd.Tape, in []autograd.Var) autograd.Var
	o      Options
	inputs []*tensor.Tensor
	r      *tensor.Tensor // the projection, once the shape of f's result is known
	tape   *autograd.Tape // for values
}

// project returns the projection, which has y's shape.
func (c *checker) project(y *tensor.Tensor) *tensor.Tensor {
	if c.r == nil {
		c.r = tensor.NewShape(y.Shape())
		tensor.Normal(c.r, rand.New(rand.NewPCG(c.o.Seed, 0)), 0, 1)
	}
	return c.r
}

// gradients returns the gradients of φ that run leaves in the parameters that
// the inputs are put into; only is the input that gets one, nil for all.
func (c *checker) gradients(only *int, run func(backward func(), params []*autograd.Param)) []*tensor.Tensor {
	tape := autograd.NewTape()
	in := make([]autograd.Var, len(c.inputs))
	params := make([]*autograd.Param, len(c.inputs))
	for i, x := range c.inputs {
		params[i] = autograd.NewParam(fmt.Sprint("input ", i), x)
		if in[i] = tape.Const(x); only == nil || *only == i {
			in[i] = tape.Leaf(params[i])
		}
	}
	// Adding a parameter of 0 changes no value and no gradient, and leaves something
	// to differentiate where y depends on no input that gets a gradient.
	y := autograd.Add(c.f(tape, in), tape.Leaf(autograd.NewParam("zero", tensor.New())))
	run(func() { y.BackwardFrom(c.project(y.Value())) }, params)
	grads := make([]*tensor.Tensor, len(params))
	for i, p := range params {
		if grads[i] = p.Grad(); grads[i] == nil { // y does not depend on it
			grads[i] = tensor.NewShape(p.Value().Shape())
		}
	}
	return grads
}

// value returns φ at the present inputs.
func (c *checker) value() float64 {
	c.tape.Reset()
	in := make([]autograd.Var, len(c.inputs))
	for i, x := range c.inputs {
		in[i] = c.tape.Const(x)
	}
	return tensor.Dot(c.r, c.f(c.tape, in).Value())
}

// differences returns the derivative of φ by each element of an input, from
// values alone.
func (c *checker) differences(input int) []float64 {
	x := c.inputs[input].Data()
	d := make([]float64, len(x))
	for i, at := range x {
		central := func(h float64) float64 {
			above, below := float32(float64(at)+h), float32(float64(at)-h)
			x[i] = above
			up := c.value()
			x[i] = below
			down := c.value()
			x[i] = at
			return (up - down) / (float64(above) - float64(below))
		}
		h := c.o.Step * math.Max(1, math.Abs(float64(at)))
		d[i] = (4*central(h/2) - central(h)) / 3
	}
	return d
}

// compare returns an error for the element where the gradient is furthest from
// want, if that is beyond the tolerance.
func (c *checker) compare(input int, gradient *tensor.Tensor, want []float64, says string, abs, rel float64) error {
	got := float64s(gradient)
	scale := 0.0
	for i := range got {
		scale = max(scale, math.Abs(got[i]), math.Abs(want[i])) // NaN if one is
	}
	worst, at := 0.0, -1
	for i := range got {
		if d := math.Abs(got[i] - want[i]); at < 0 || d > worst || d != d {
			worst, at = d, i
			if d != d {
				break
			}
		}
	}
	tolerance := abs + rel*scale
	if at < 0 || worst <= tolerance {
		return nil
	}
	return fmt.Errorf("gradcheck: input %d of shape %v, element %v: the backward pass gives %v, but %s %v (tolerance %.2g)",
		input, gradient.Shape(), index(gradient.Shape(), at), float32(got[at]), says, float32(want[at]), tolerance)
}

// index returns the index of element i of a tensor of shape s.
func index(s tensor.Shape, i int) []int {
	at := s.Dims()
	for axis := len(at) - 1; axis >= 0; axis-- {
		at[axis], i = i%at[axis], i/at[axis]
	}
	return at
}

func float64s(x *tensor.Tensor) []float64 {
	y := make([]float64, x.Size())
	for i, v := range x.Data() {
		y[i] = float64(v)
	}
	return y
}
