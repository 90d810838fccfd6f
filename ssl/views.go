package ssl

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// normEps is the norm below which a row counts as having it: a row of zeros
// stays one instead of becoming NaN.
const normEps = 1e-8

// applyViews runs the operation of a loss, which has the temperature in Floats[0].
// If State is a *[]int, Forward writes to it, for each of the rows, the rank of its
// positive among the other rows by similarity, 1 for the most similar: of the best
// one among the other views of its sample.
func applyViews(op autograd.Op, temperature float64, a autograd.Attr, z []autograd.Var) autograd.Var {
	if err := checkTemperature(temperature); err != nil {
		panic("ssl: " + op.Name() + ": " + err.Error())
	}
	a.Floats[0] = temperature
	return autograd.Apply(op, a, z...)
}

func checkTemperature(t float64) error {
	if !(t > 0) || math.IsInf(t, 1) {
		return fmt.Errorf("the temperature is %v; it is a positive number, usually from 0.05 to 1", t)
	}
	return nil
}

// checkViews returns the shape of a loss. It panics unless there are as many views
// as the loss needs, all [N, D].
func checkViews(op string, atLeast int, in []tensor.Shape) tensor.Shape {
	wrong := len(in) < atLeast
	for _, s := range in {
		wrong = wrong || s != in[0] || s.Rank() != 2 || s.Dim(0) < 1
	}
	if wrong {
		message := fmt.Sprintf("the views are not matrices [N, D] of one shape, %d or more", atLeast)
		panic(&tensor.ShapeError{Package: "ssl", Op: op, Message: message, Shapes: slices.Clone(in)})
	}
	return tensor.Shape{}
}

// views is what the losses work with that compare all views of a batch: tensors
// that live from Forward to Backward.
type views struct {
	count, n   int
	unit, norm *tensor.Tensor // [V·N, D] the rows ẑ, view after view, and [V·N, 1] the norms
	lse        *tensor.Tensor // [V·N, 1] what gram sums up
	gram       tensor.Gram    // of unit
}

// keep is how many exponentials of Forward are kept for Backward, which takes half
// as long again where it has to recompute them: 32 MiB, all of 4000 rows.
const keep = 8 << 20

// savedViews returns the views of a call. Rows that are a multiple of period apart
// are left out of lse.
func savedViews(c *autograd.Ctx, period int) views {
	n, d := c.In(0).Dim(0), c.In(0).Dim(1)
	rows := c.NumIn() * n
	column := tensor.MakeShape(rows, 1)
	v := views{
		count: c.NumIn(), n: n,
		unit: c.Saved(0, tensor.MakeShape(rows, d)), norm: c.Saved(1, column), lse: c.Saved(2, column),
	}
	v.gram = tensor.Gram{X: v.unit, Scale: gramScale(c), Period: period}
	if c.Recording() {
		v.gram.Kept = c.Saved(3, tensor.MakeShape(min(keep, tensor.GramKept(rows))))
	}
	return v
}

func gramScale(c *autograd.Ctx) float32 {
	return max(float32(1/c.Attr().Floats[0]), math.SmallestNonzeroFloat32)
}

// viewsFLOPs counts the products of the rows with one another; all else is little
// beside them.
func viewsFLOPs(c *autograd.Ctx, d autograd.Direction) int64 {
	rows := c.NumIn() * c.In(0).Dim(0)
	kept := 0
	if c.Recording() {
		kept = keep
	}
	forward, backward := tensor.GramFLOPs(rows, c.In(0).Dim(1), gramScale(c), kept)
	if d == autograd.Forward {
		return forward
	}
	return backward
}

// ofView returns the rows of a view of x, which has V·N rows.
func (v *views) ofView(x *tensor.Tensor, view int) tensor.Tensor {
	return part(x, view, v.count, v.n, x.Dim(1))
}

// part returns one of a number of equal parts of x, with the given shape.
func part(x *tensor.Tensor, index, parts int, shape ...int) (p tensor.Tensor) {
	size := x.Size() / parts
	p.SetView(x.Data()[index*size:][:size], tensor.MakeShape(shape...))
	return p
}

// normalize fills unit and norm from the inputs.
func (v *views) normalize(c *autograd.Ctx) {
	for view := range v.count {
		unit, norm := v.ofView(v.unit, view), v.ofView(v.norm, view)
		tensor.NormalizeForward(&unit, &norm, c.In(view), normEps)
	}
}

// denormalize writes the gradients of the inputs, given that of unit.
func (v *views) denormalize(c *autograd.Ctx, dUnit *tensor.Tensor) {
	for view := range v.count {
		if dz := c.Grad(view); dz != nil {
			dy, unit, norm := v.ofView(dUnit, view), v.ofView(v.unit, view), v.ofView(v.norm, view)
			tensor.NormalizeBackward(dz, &dy, &unit, &norm, normEps)
		}
	}
}

// logSumExp fills lse and, where they are wanted, the ranks, given the products of
// the pairs.
func (v *views) logSumExp(c *autograd.Ctx, positives *tensor.Tensor) {
	ranks := wantedRanks(c)
	if ranks == nil {
		v.gram.LogSumExp(v.lse, nil, nil)
		return
	}
	best, above := c.Scratch(v.lse.Shape()), c.Scratch(v.lse.Shape())
	tensor.Fill(best, float32(math.Inf(-1)))
	for k, cos := range positives.Data() {
		row := k % best.Size()
		best.Data()[row] = max(best.Data()[row], cos)
	}
	v.gram.LogSumExp(v.lse, best, above)
	for i := range ranks {
		ranks[i] = 1 + int(above.Data()[i])
	}
}

func wantedRanks(c *autograd.Ctx) []int {
	if ranks, ok := c.Attr().State.(*[]int); ok {
		return *ranks
	}
	return nil
}
