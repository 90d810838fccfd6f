package autograd

import (
	"fmt"
	"slices"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Reshape returns the same elements with another shape, without a copy. One
// length may be −1: it becomes what fills the tensor.   dx = dy in x's shape.
func Reshape(x Var, dims ...int) Var {
	s := x.Shape().Reshape(dims...)
	a := Attr{Ints: [8]int{s.Rank()}}
	for i := range s.Rank() {
		a.Ints[1+i] = s.Dim(i)
	}
	return Apply(reshape{}, a, x)
}

type reshape struct{}

func (reshape) Name() string { return "Reshape" }
func (reshape) OutShape(a Attr, _ []tensor.Shape) tensor.Shape {
	return tensor.MakeShape(a.list()...)
}
func (reshape) ViewOffset(Attr, tensor.Shape) int { return 0 }
func (reshape) Forward(*Ctx)                      {}
func (reshape) Backward(c *Ctx) {
	tensor.Copy(c.GradInPlace(0), c.View(c.OutGrad(), c.In(0).Shape()))
}

// Transpose returns a copy of x with its axes in another order: axis i of the
// result is axis perm[i] of x. Without perm the order is reversed, as in NumPy.
// For a matrix product, MatMul's flags transpose without a copy.
//
// dx = dy with its axes in the inverse order.
func Transpose(x Var, perm ...int) Var {
	s := x.Shape()
	a := axesAttr("Transpose", s, perm)
	switch n := len(perm); {
	case n == 0:
		slices.Reverse(a.list())
	case n != s.Rank():
		panic(shapeError("Transpose", fmt.Sprintf("%d axes are given for", n), s))
	}
	return Apply(transpose{}, a, x)
}

type transpose struct{}

func (transpose) Name() string { return "Transpose" }
func (transpose) OutShape(a Attr, in []tensor.Shape) tensor.Shape {
	s := in[0]
	for i, axis := range a.list() {
		s = s.With(i, in[0].Dim(axis))
	}
	return s
}
func (transpose) Forward(c *Ctx) { tensor.Transpose(c.Out(), c.In(0), c.Attr().list()...) }
func (transpose) Backward(c *Ctx) {
	var inverse [tensor.MaxRank]int
	perm := c.Attr().list()
	for i, axis := range perm {
		inverse[axis] = i
	}
	tensor.Transpose(c.Grad(0), c.OutGrad(), inverse[:len(perm)]...)
}

// Concat joins tensors along an axis; their other axes are equal.   dxᵢ = the
// part of dy that came from xᵢ.
func Concat(axis int, xs ...Var) Var {
	if len(xs) == 0 {
		panic("autograd: Concat: there is nothing to join")
	}
	return Apply(concat{}, Attr{Ints: [8]int{xs[0].Shape().Axis(axis)}}, xs...)
}

type concat struct{}

func (concat) Name() string { return "Concat" }
func (concat) OutShape(a Attr, in []tensor.Shape) tensor.Shape {
	axis, s, sum := a.Ints[0], in[0], 0
	for _, x := range in {
		if x.Rank() != s.Rank() || x.With(axis, s.Dim(axis)) != s {
			panic(shapeError("Concat", fmt.Sprintf("shapes differ beside axis %d", axis), s, x))
		}
		sum += x.Dim(axis)
	}
	return s.With(axis, sum)
}
func (concat) Forward(c *Ctx) {
	at := 0
	for i := range c.NumIn() {
		copyPart(c.Out(), c.In(i), c.Attr().Ints[0], at, true)
		at += c.In(i).Dim(c.Attr().Ints[0])
	}
}
func (concat) Backward(c *Ctx) {
	at := 0
	for i := range c.NumIn() {
		if dx := c.Grad(i); dx != nil {
			copyPart(c.OutGrad(), dx, c.Attr().Ints[0], at, false)
		}
		at += c.In(i).Dim(c.Attr().Ints[0])
	}
}

// copyPart copies between part and what lies in whole from index at of an axis:
// into whole, or out of it.
func copyPart(whole, part *tensor.Tensor, axis, at int, into bool) {
	outer, dim, inner := whole.Shape().Split(axis)
	run := part.Dim(axis) * inner
	for o := range outer {
		w := whole.Data()[(o*dim+at)*inner:][:run]
		p := part.Data()[o*run:][:run]
		if into {
			copy(w, p)
		} else {
			copy(p, w)
		}
	}
}

// Slice returns the entries lo ≤ i < hi of an axis; of the leading axis without
// a copy.   dx = dy there, 0 elsewhere.
func Slice(x Var, axis, lo, hi int) Var {
	s := x.Shape()
	axis = s.Axis(axis)
	if lo < 0 || hi < lo || hi > s.Dim(axis) {
		panic(shapeError("Slice", fmt.Sprintf("no entries %d to %d on axis %d of", lo, hi, axis), s))
	}
	a := Attr{Ints: [8]int{axis, lo, hi}}
	if axis == 0 {
		return Apply(sliceLeading{}, a, x)
	}
	return Apply(slice{}, a, x)
}

type slice struct{}

func (slice) Name() string { return "Slice" }
func (slice) OutShape(a Attr, in []tensor.Shape) tensor.Shape {
	return in[0].With(a.Ints[0], a.Ints[2]-a.Ints[1])
}
func (slice) Forward(c *Ctx) {
	copyPart(c.In(0), c.Out(), c.Attr().Ints[0], c.Attr().Ints[1], false)
}
func (slice) Backward(c *Ctx) {
	dx, beta := c.GradBeta(0)
	dy := c.OutGrad().Data()
	if beta == 0 {
		tensor.Fill(dx, 0)
	}
	axis, lo := c.Attr().Ints[0], c.Attr().Ints[1]
	outer, dim, inner := dx.Shape().Split(axis)
	run := c.OutGrad().Dim(axis) * inner
	for o := range outer {
		accumulate(dx.Data()[(o*dim+lo)*inner:][:run], dy[o*run:][:run])
	}
}

type sliceLeading struct{ slice }

func (sliceLeading) ViewOffset(a Attr, in tensor.Shape) int {
	_, _, inner := in.Split(0)
	return a.Ints[1] * inner
}

// Gather returns the given rows: entry i of the result is entry rows[i] of the
// leading axis of x. A row may come several times, as in an embedding.
// dx[r] = the sum of dy[i] over all i with rows[i] = r, in the order of i.
//
// It keeps rows, which must not change before Backward.
func Gather(x Var, rows []int) Var { return Apply(gather{}, Attr{Index: rows}, x) }

type gather struct{}

func (gather) Name() string { return "Gather" }
func (gather) OutShape(a Attr, in []tensor.Shape) tensor.Shape {
	x := in[0]
	if x.Rank() == 0 {
		panic(shapeError("Gather", "a scalar has no rows", x))
	}
	for i, r := range a.Index {
		if r < 0 || r >= x.Dim(0) {
			panic(shapeError("Gather", fmt.Sprintf("rows[%d] = %d is no row of", i, r), x))
		}
	}
	return x.With(0, len(a.Index))
}
func (gather) Forward(c *Ctx) {
	_, _, n := c.In(0).Shape().Split(0)
	for i, r := range c.Attr().Index {
		copy(c.Out().Data()[i*n:][:n], c.In(0).Data()[r*n:][:n])
	}
}
func (gather) Backward(c *Ctx) {
	dx, beta := c.GradBeta(0)
	if beta == 0 {
		tensor.Fill(dx, 0)
	}
	_, _, n := dx.Shape().Split(0)
	for i, r := range c.Attr().Index {
		accumulate(dx.Data()[r*n:][:n], c.OutGrad().Data()[i*n:][:n])
	}
}

// accumulate adds x to y.
func accumulate(y, x []float32) {
	for i, v := range x {
		y[i] += v
	}
}
