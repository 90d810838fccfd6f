package tensor

import "github.com/seed-312a1f22/dyad/asm"

// How many elements a chunk has: enough that handing it to another core, about
// a microsecond, is small beside the work. Arithmetic runs at several elements per
// nanosecond, what package asm approximates at one to three, and a function of Go
// takes a few nanoseconds for each.
const (
	cheapGrain  = 16 << 10
	mediumGrain = 4 << 10
	costlyGrain = 2 << 10
)

// Add writes a + b to dst, whose shape must be that of a and b broadcast.
func Add(dst, a, b *Tensor) { binary("Add", opAdd, dst, a, b) }

// Sub writes a − b to dst, whose shape must be that of a and b broadcast.
func Sub(dst, a, b *Tensor) { binary("Sub", opSub, dst, a, b) }

// Mul writes a·b, element by element, to dst, whose shape must be that of a
// and b broadcast.
func Mul(dst, a, b *Tensor) { binary("Mul", opMul, dst, a, b) }

// Div writes a/b, element by element, to dst, whose shape must be that of a and
// b broadcast.
func Div(dst, a, b *Tensor) { binary("Div", opDiv, dst, a, b) }

type operator uint8

const (
	opAdd operator = iota
	opSub
	opMul
	opDiv
)

// binaryArgs are the arguments of a broadcasting operation on two inputs.
type binaryArgs struct {
	op        operator
	dst, a, b []float32
	walk      walk
}

func binary(name string, op operator, dst, a, b *Tensor) {
	s, ok := BroadcastShapes(a.shape, b.shape)
	switch {
	case !ok:
		panic(shapeErrorf(name, "the inputs do not broadcast").with(a.shape, b.shape))
	case s != dst.shape:
		panic(shapeErrorf(name, "the destination does not have the inputs' broadcast shape").with(dst.shape, a.shape, b.shape))
	}
	checkSameOrApart(name, dst, a)
	checkSameOrApart(name, dst, b)
	binaryKernel.Run(len(dst.data), cheapGrain, binaryArgs{op, dst.data, a.data, b.data, newWalk(s, a.shape, b.shape)})
}

var binaryKernel = NewKernel(func(lo, hi int, k *binaryArgs) {
	inner := k.walk.last()
	for c := k.walk.at(lo); lo < hi; c = k.walk.next(c) {
		n := min(hi-lo, inner.dim-c.index[k.walk.rank-1])
		binaryRun(k.op, k.dst[lo:lo+n], k.a[c.a:], k.b[c.b:], inner.a != 0, inner.b != 0)
		lo += n
	}
})

// binaryRun computes one run of the last axis, along which an input either
// advances or stands still. Both stand still only when the run has one element.
func binaryRun(op operator, dst, a, b []float32, aMoves, bMoves bool) {
	n := len(dst)
	switch {
	case aMoves == bMoves && op == opAdd:
		asm.Add(dst, a[:n], b[:n])
	case aMoves == bMoves && op == opSub:
		asm.Sub(dst, a[:n], b[:n])
	case aMoves == bMoves && op == opMul:
		asm.Mul(dst, a[:n], b[:n])
	case aMoves == bMoves:
		asm.Div(dst, a[:n], b[:n])
	case aMoves && op == opAdd:
		asm.AddScalar(dst, a[:n], b[0])
	case aMoves && op == opSub:
		asm.AddScalar(dst, a[:n], -b[0])
	case aMoves && op == opMul:
		asm.Scale(dst, a[:n], b[0])
	case aMoves:
		b := b[0]
		for i, a := range a[:n] {
			dst[i] = a / b
		}
	case op == opAdd:
		asm.AddScalar(dst, b[:n], a[0])
	case op == opSub:
		a := a[0]
		for i, b := range b[:n] {
			dst[i] = a - b
		}
	case op == opMul:
		asm.Scale(dst, b[:n], a[0])
	default:
		a := a[0]
		for i, b := range b[:n] {
			dst[i] = a / b
		}
	}
}
