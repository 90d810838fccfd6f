package gradcheck_test

import (
	"math"
	"regexp"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/autograd/gradcheck"
	"github.com/seed-312a1f22/dyad/tensor"
)

// product is x₀·x₁ elementwise, with a Backward of the test's.
type product struct{ backward func(c *autograd.Ctx) }

func (*product) Name() string                                             { return "product" }
func (*product) OutShape(_ autograd.Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (*product) Forward(c *autograd.Ctx) {
	tensor.Mul(c.Out(), c.In(0), c.In(1))
	tensor.Copy(c.Saved(0, c.In(1).Shape()), c.In(1))
}
func (p *product) Backward(c *autograd.Ctx) { p.backward(c) }

// right is the gradient that product has.
func right(c *autograd.Ctx) {
	for i := range 2 {
		if grad := c.Grad(i); grad != nil {
			tensor.Mul(grad, c.OutGrad(), c.In(1-i))
		}
	}
}

func TestCheck(t *testing.T) {
	for _, test := range []struct {
		name     string
		backward func(c *autograd.Ctx)
		want     string // a regular expression; empty for no error
	}{
		{"right", right, ""},
		{"wrong sign", func(c *autograd.Ctx) {
			right(c)
			if grad := c.Grad(1); grad != nil {
				tensor.Neg(grad, grad)
			}
		}, `^gradcheck: input 1 of shape \[2 3\], element \[\d \d\]: the backward pass gives (-?)[\d.]+, but central differences give (-?)[\d.]+ \(tolerance [\d.e-]+\)$`},
		{"two per cent too large", func(c *autograd.Ctx) {
			right(c)
			if grad := c.Grad(0); grad != nil {
				tensor.Scale(grad, grad, 1.02)
			}
		}, `input 0 .* central differences`},
		{"one element", func(c *autograd.Ctx) {
			right(c)
			if grad := c.Grad(0); grad != nil {
				grad.Data()[4] = 0
			}
		}, `input 0 of shape \[2 3\], element \[1 1\]: the backward pass gives 0, but`},
		{"not a number", func(c *autograd.Ctx) {
			right(c)
			if grad := c.Grad(0); grad != nil {
				grad.Data()[2] = float32(math.NaN())
			}
		}, `input 0 of shape \[2 3\], element \[0 2\]: the backward pass gives NaN, but`},
		{"destroys what was saved", func(c *autograd.Ctx) {
			right(c)
			saved := c.Saved(0, c.In(1).Shape())
			if grad := c.Grad(0); grad != nil {
				tensor.Mul(grad, c.OutGrad(), saved)
			}
			tensor.Fill(saved, 0)
		}, `input 0 .* half of what two backward passes add up to is`},
		{"overwrites where it should add", func(c *autograd.Ctx) {
			if grad, _ := c.GradBeta(0); grad != nil {
				tensor.Mul(grad, c.OutGrad(), c.In(1))
			}
			if grad := c.Grad(1); grad != nil {
				tensor.Mul(grad, c.OutGrad(), c.In(0))
			}
		}, `input 0 .* half of what two backward passes add up to is`},
		{"relies on zeros", func(c *autograd.Ctx) {
			for i := range 2 {
				if grad, _ := c.GradBeta(i); grad != nil {
					for j, dy := range c.OutGrad().Data() {
						grad.Data()[j] += dy * c.In(1 - i).Data()[j]
					}
				}
			}
		}, `input 0 .* when it alone is asked for, in memory that was used before, it is NaN`},
		{"wrong when alone", func(c *autograd.Ctx) {
			right(c)
			if grad := c.Grad(0); grad != nil && !c.NeedsGrad(1) {
				tensor.Scale(grad, grad, 2)
			}
		}, `input 0 .* when it alone is asked for, in memory that was used before, it is`},
	} {
		t.Run(test.name, func(t *testing.T) {
			op := &product{test.backward}
			err := gradcheck.Check(func(_ *autograd.Tape, in []autograd.Var) autograd.Var {
				return autograd.Apply(op, autograd.Attr{}, in...)
			}, gradcheck.Options{}, sample(1), sample(2))
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && err == nil:
				t.Error("not found")
			case test.want != "" && !regexp.MustCompile(test.want).MatchString(err.Error()):
				t.Errorf("error %q does not match %q", err, test.want)
			}
		})
	}
}

// sample returns six numbers of about 1.
func sample(k int) *tensor.Tensor {
	x := tensor.New(2, 3)
	for i := range x.Data() {
		x.Data()[i] = 1 + float32(i*k%5)/4
	}
	return x
}

func TestInputThatDoesNotMatter(t *testing.T) {
	x, y := sample(1), sample(2)
	before := x.Clone()
	err := gradcheck.Check(func(_ *autograd.Tape, in []autograd.Var) autograd.Var {
		return autograd.Sum(autograd.Exp(in[1]))
	}, gradcheck.Options{}, x, y)
	if err != nil {
		t.Error(err)
	}
	for i, v := range x.Data() {
		if v != before.Data()[i] {
			t.Fatal("Check has changed an input")
		}
	}
}

func TestTolerances(t *testing.T) {
	op := &product{func(c *autograd.Ctx) {
		right(c)
		if grad := c.Grad(0); grad != nil {
			tensor.Scale(grad, grad, 1.01)
		}
	}}
	f := func(_ *autograd.Tape, in []autograd.Var) autograd.Var {
		return autograd.Apply(op, autograd.Attr{}, in...)
	}
	if gradcheck.Check(f, gradcheck.Options{}, sample(1), sample(2)) == nil {
		t.Error("a hundredth is within the default tolerance")
	}
	for _, o := range []gradcheck.Options{{Rel: 0.02}, {Abs: 1}} {
		if err := gradcheck.Check(f, o, sample(1), sample(2)); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
