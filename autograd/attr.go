package autograd

import (
	"fmt"

	"github.com/seed-312a1f22/dyad/tensor"
)

// How the built-in operations write their arguments into an Attr and read them.

func (c *Ctx) float(k int) float32 { return float32(c.Attr().Floats[k]) }

func (c *Ctx) flag(k int) bool { return c.Attr().Ints[k] != 0 }

func flag(set bool) int {
	if set {
		return 1
	}
	return 0
}

// list returns what is in Ints as a length and as many numbers: axes, or the
// lengths of a shape. Of an Attr in a Ctx it is memory of the tape, which can be
// handed on as a variadic argument without an allocation.
func (a *Attr) list() []int { return a.Ints[1 : 1+a.Ints[0]] }

// axesAttr returns an Attr whose list is the given axes of s, counted from 0;
// all of them when none is given.
func axesAttr(op string, s tensor.Shape, axes []int) (a Attr) {
	a.Ints[0] = len(axes)
	if len(axes) == 0 {
		a.Ints[0] = s.Rank()
		for i := range s.Rank() {
			a.Ints[1+i] = i
		}
	}
	seen := 0
	for i, axis := range axes {
		at := axis
		if axis < 0 {
			at += s.Rank()
		}
		if at < 0 || at >= s.Rank() {
			panic(shapeError(op, fmt.Sprintf("no axis %d in", axis), s))
		}
		if seen>>at&1 != 0 {
			panic(shapeError(op, fmt.Sprintf("axis %d is given twice for", axis), s))
		}
		seen |= 1 << at
		a.Ints[1+i] = at
	}
	return a
}

func shapeError(op, message string, shapes ...tensor.Shape) *tensor.ShapeError {
	return &tensor.ShapeError{Package: "autograd", Op: op, Message: message, Shapes: shapes}
}
