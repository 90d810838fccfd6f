package autograd

import "github.com/seed-312a1f22/dyad/tensor"

// MatMul returns the matrix product op(a)·op(b), where op transposes the last
// two axes when its flag is set, which costs nothing. The axes before the last
// two are a batch and broadcast: [2 3 4]·[4 5] is [2 3 5].
//
//	       da =                  db =
//	a·b    dy·bᵀ                 aᵀ·dy
//	aᵀ·b   b·dyᵀ                 a·dy
//	a·bᵀ   dy·b                  dyᵀ·a
//	aᵀ·bᵀ  bᵀ·dyᵀ                dyᵀ·aᵀ
//
// each summed over the batches along which the operand was repeated.
func MatMul(a, b Var, transA, transB bool) Var {
	return Apply(matMul{}, Attr{Ints: [8]int{flag(transA), flag(transB)}}, a, b)
}

type matMul struct{}

func (matMul) Name() string { return "MatMul" }

func (matMul) OutShape(at Attr, in []tensor.Shape) tensor.Shape {
	a, b := in[0], in[1]
	if a.Rank() < 2 || b.Rank() < 2 {
		panic(shapeError("MatMul", "both operands need two axes or more", a, b))
	}
	m, ka := a.Dim(-2), a.Dim(-1)
	if at.Ints[0] != 0 {
		m, ka = ka, m
	}
	kb, n := b.Dim(-2), b.Dim(-1)
	if at.Ints[1] != 0 {
		kb, n = n, kb
	}
	if ka != kb {
		panic(shapeError("MatMul", "inner dimensions differ", a, b))
	}
	// Batches broadcast as the shapes do whose last two lengths are set alike.
	s, ok := tensor.BroadcastShapes(a.With(-2, m).With(-1, n), b.With(-2, m).With(-1, n))
	if !ok {
		panic(shapeError("MatMul", "batches do not broadcast", a, b))
	}
	return s
}

func (matMul) Forward(c *Ctx) {
	tensor.MatMul(c.Out(), c.In(0), c.In(1), tensor.MatMulOpts{TransA: c.flag(0), TransB: c.flag(1)})
}

func (matMul) Backward(c *Ctx) {
	a, b, dy := c.In(0), c.In(1), c.OutGrad()
	transA, transB := c.flag(0), c.flag(1)
	if b.Rank() == 2 && !transA {
		// One b for the whole batch: the rows of all a are those of one tall matrix,
		// and db needs no sum over products.
		a, dy = matrix(c, a), matrix(c, dy)
	}
	if da, beta := c.GradBeta(0); da != nil {
		da = c.View(da, a.Shape())
		if transA {
			productTo(c, da, b, dy, transB, true, beta)
		} else {
			productTo(c, da, dy, b, false, !transB, beta)
		}
	}
	if db, beta := c.GradBeta(1); db != nil {
		if transB {
			productTo(c, db, dy, a, true, transA, beta)
		} else {
			productTo(c, db, a, dy, !transA, false, beta)
		}
	}
}

// FLOPs counts, for each of the products that a pass needs, the size of the
// result times the inner dimension, twice.
func (matMul) FLOPs(c *Ctx, d Direction) int64 {
	inner := c.In(0).Dim(-1)
	if c.flag(0) {
		inner = c.In(0).Dim(-2)
	}
	return productFLOPs(c, d, inner)
}

// productFLOPs counts the operations of products that all have the same factors:
// the result, and the gradients of the two operands, of which only those that are
// wanted are computed.
func productFLOPs(c *Ctx, d Direction, inner int) int64 {
	product := 2 * int64(c.Out().Size()) * int64(inner)
	if d == Forward {
		return product
	}
	n := int64(0)
	for operand := range 2 {
		if c.NeedsGrad(operand) {
			n += product
		}
	}
	return n
}

// matrix returns x as a matrix: its last axis, and all others in one.
func matrix(c *Ctx, x *tensor.Tensor) *tensor.Tensor {
	if x.Rank() == 2 {
		return x
	}
	rows, columns, _ := x.Shape().Split(-1)
	return c.View(x, tensor.MakeShape(rows, columns))
}

// productTo computes grad = beta·grad + op(x)·op(y), the product being summed
// over the batches that grad does not have.
func productTo(c *Ctx, grad, x, y *tensor.Tensor, transX, transY bool, beta float32) {
	// The product's shape is grad's, with the batches of both factors.
	m, n := grad.Dim(-2), grad.Dim(-1)
	s, _ := tensor.BroadcastShapes(x.Shape().With(-2, m).With(-1, n), y.Shape().With(-2, m).With(-1, n))
	o := tensor.MatMulOpts{TransA: transX, TransB: transY}
	if s == grad.Shape() {
		o.Beta = beta
		tensor.MatMul(grad, x, y, o)
		return
	}
	full := c.Scratch(s)
	tensor.MatMul(full, x, y, o)
	tensor.SumTo(grad, full, beta)
}

// Linear returns x·wᵀ + b: x is [… in], w is [out in] as PyTorch keeps it, b is
// [out] or the zero Var for none, and the result is [… out].
//
// dx = dy·w, dw = dyᵀ·x, db = dy summed over all axes but the last.
func Linear(x, w, b Var) Var {
	if b.IsZero() {
		return Apply(linear{}, Attr{}, x, w)
	}
	return Apply(linear{}, Attr{}, x, w, b)
}

// LinearReLU is ReLU(Linear(x, w, b)), with the same bits, where the ReLU is
// applied while the product is still in registers. In dx, dw and db, dy counts as
// 0 where the result is not positive.
func LinearReLU(x, w, b Var) Var {
	if b.IsZero() {
		return Apply(linearReLU{}, Attr{}, x, w)
	}
	return Apply(linearReLU{}, Attr{}, x, w, b)
}

type linear struct{}

func (linear) Name() string { return "Linear" }
func (linear) OutShape(_ Attr, in []tensor.Shape) tensor.Shape {
	return linearShape("Linear", in)
}
func (linear) Forward(c *Ctx)  { linearForward(c, false) }
func (linear) Backward(c *Ctx) { linearBackward(c, matrix(c, c.OutGrad())) }

type linearReLU struct{}

func (linearReLU) Name() string { return "LinearReLU" }
func (linearReLU) OutShape(_ Attr, in []tensor.Shape) tensor.Shape {
	return linearShape("LinearReLU", in)
}
func (linearReLU) Forward(c *Ctx) { linearForward(c, true) }
func (linearReLU) Backward(c *Ctx) {
	y := matrix(c, c.Out())
	dy := c.Scratch(y.Shape())
	tensor.ReLUGrad(dy, matrix(c, c.OutGrad()), y)
	linearBackward(c, dy)
}

func linearShape(op string, in []tensor.Shape) tensor.Shape {
	x, w := in[0], in[1]
	switch {
	case x.Rank() < 1 || w.Rank() != 2:
		panic(shapeError(op, "expected x [… in] and w [out in]", x, w))
	case x.Dim(-1) != w.Dim(1):
		panic(shapeError(op, "the last axis of x and of w differ", x, w))
	case len(in) == 3 && in[2] != tensor.MakeShape(w.Dim(0)):
		panic(shapeError(op, "the bias is not [out] for w [out in]", w, in[2]))
	}
	return x.With(-1, w.Dim(0))
}

func linearForward(c *Ctx, relu bool) {
	o := tensor.MatMulOpts{TransB: true, ReLU: relu}
	if c.NumIn() == 3 {
		o.Bias = c.In(2)
	}
	tensor.MatMul(matrix(c, c.Out()), matrix(c, c.In(0)), c.In(1), o)
}

// linearBackward goes back from dy, a matrix.
func linearBackward(c *Ctx, dy *tensor.Tensor) {
	if dx, beta := c.GradBeta(0); dx != nil {
		tensor.MatMul(matrix(c, dx), dy, c.In(1), tensor.MatMulOpts{Beta: beta})
	}
	if dw, beta := c.GradBeta(1); dw != nil {
		tensor.MatMul(dw, dy, matrix(c, c.In(0)), tensor.MatMulOpts{TransA: true, Beta: beta})
	}
	if c.NumIn() == 3 {
		if db, beta := c.GradBeta(2); db != nil {
			tensor.SumTo(db, dy, beta)
		}
	}
}

// FLOPs counts the products; the bias is little beside them.
func (linear) FLOPs(c *Ctx, d Direction) int64 { return productFLOPs(c, d, c.In(1).Dim(1)) }

// FLOPs counts the products.
func (linearReLU) FLOPs(c *Ctx, d Direction) int64 { return productFLOPs(c, d, c.In(1).Dim(1)) }
