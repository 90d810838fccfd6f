package gradcheck_test

import (
	"fmt"
	"math"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/autograd/gradcheck"
	"github.com/seed-312a1f22/dyad/tensor"
)

// sin is the sine, with a Backward that is right or forgets the factor dy.
type sin struct{ forgetful bool }

func (sin) Name() string                                             { return "Sin" }
func (sin) OutShape(_ autograd.Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (sin) Forward(c *autograd.Ctx)                                  { tensor.Map(c.Out(), c.In(0), sine, 0, 0) }
func (s sin) Backward(c *autograd.Ctx) {
	dx := c.Grad(0)
	tensor.Map(dx, c.In(0), cosine, 0, 0)
	if !s.forgetful {
		tensor.Mul(dx, dx, c.OutGrad())
	}
}

func sine(x, _, _ float32) float32   { return float32(math.Sin(float64(x))) }
func cosine(x, _, _ float32) float32 { return float32(math.Cos(float64(x))) }

// An operation of your own is checked in a line of its test.
func ExampleCheck() {
	x := tensor.FromSlice([]float32{0.2, 1.1, -0.7})
	for _, op := range []sin{{forgetful: false}, {forgetful: true}} {
		err := gradcheck.Check(func(_ *autograd.Tape, in []autograd.Var) autograd.Var {
			return autograd.Apply(op, autograd.Attr{}, in...)
		}, gradcheck.Options{}, x)
		fmt.Println(err == nil)
	}
	// Output:
	// true
	// false
}

// Values of about 1000 have rounding errors a thousand times those of 1.
func ExampleOptions() {
	x := tensor.FromSlice([]float32{31, 29, 30})
	err := gradcheck.Check(func(_ *autograd.Tape, in []autograd.Var) autograd.Var {
		return autograd.Mul(in[0], in[0])
	}, gradcheck.Options{Abs: 0.2, Seed: 7}, x)
	fmt.Println(err)
	// Output:
	// <nil>
}
