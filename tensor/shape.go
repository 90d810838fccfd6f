package tensor

import (
	"strconv"
	"strings"
)

// MaxRank is the largest number of axes that a Shape has. Volumes in batches
// have five (N, C, D, H, W); six leaves room for one more.
const MaxRank = 6

// Shape is the length of each axis of a tensor, the outermost first. It is a
// small value that is compared with ==; the zero Shape is that of a scalar,
// which has no axes and one element.
type Shape struct {
	rank int
	dims [MaxRank]int // zero beyond rank, so that == compares shapes
}

// MakeShape returns the shape with the given axis lengths. It panics with a
// *ShapeError when there are more than MaxRank of them or one is negative.
func MakeShape(dims ...int) Shape {
	var s Shape
	if len(dims) > MaxRank {
		panic(shapeErrorf("MakeShape", "a shape has at most %d axes, not %d", MaxRank, len(dims)))
	}
	for i, d := range dims {
		if d < 0 {
			panic(shapeErrorf("MakeShape", "axis %d has negative length %d", i, d))
		}
		s.dims[i] = d
	}
	s.rank = len(dims)
	return s
}

// Rank returns the number of axes.
func (s Shape) Rank() int { return s.rank }

// Dim returns the length of an axis. A negative axis counts from the end: −1
// is the last one. It panics with a *ShapeError when there is no such axis.
func (s Shape) Dim(axis int) int { return s.dims[s.axis("Dim", axis)] }

// axis returns the axis as a number from 0 to rank−1, or panics in the name of op.
func (s Shape) axis(op string, axis int) int {
	a := axis
	if a < 0 {
		a += s.rank
	}
	if a < 0 || a >= s.rank {
		panic(shapeErrorf(op, "no axis %d in", axis).with(s))
	}
	return a
}

// Axis returns axis as a number from 0 to Rank()−1: itself, or Rank()+axis when
// it is negative. It panics with a *ShapeError when there is no such axis.
func (s Shape) Axis(axis int) int { return s.axis("Axis", axis) }

// Size returns the number of elements: the product of the axis lengths, 1 for
// a scalar.
func (s Shape) Size() int {
	n := 1
	for _, d := range s.dims[:s.rank] {
		n *= d
	}
	return n
}

// Dims returns the axis lengths in a new slice.
func (s Shape) Dims() []int { return append([]int(nil), s.dims[:s.rank]...) }

// With returns the shape with the length of one axis changed. A negative axis
// counts from the end. It panics with a *ShapeError when there is no such axis
// or the length is negative.
func (s Shape) With(axis, dim int) Shape {
	i := s.axis("With", axis)
	if dim < 0 {
		panic(shapeErrorf("With", "axis %d would have negative length %d", axis, dim).with(s))
	}
	s.dims[i] = dim
	return s
}

// Split returns the product of the lengths before an axis, the length of the
// axis, and the product of those behind it: the three loops of an operation
// along that axis. A negative axis counts from the end.
func (s Shape) Split(axis int) (outer, dim, inner int) {
	axis = s.axis("Split", axis)
	outer, inner = 1, 1
	for _, d := range s.dims[:axis] {
		outer *= d
	}
	for _, d := range s.dims[axis+1 : s.rank] {
		inner *= d
	}
	return outer, s.dims[axis], inner
}

// String returns the axis lengths as "[2 3]"; "[]" for a scalar.
func (s Shape) String() string {
	var b strings.Builder
	b.WriteByte('[')
	for i, d := range s.dims[:s.rank] {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.Itoa(d))
	}
	b.WriteByte(']')
	return b.String()
}

// BroadcastShapes returns the shape of an elementwise operation on a and b by
// NumPy's rule: shapes are aligned at their last axes, and two lengths fit when
// they are equal or one of them is 1. ok is false when they do not fit.
func BroadcastShapes(a, b Shape) (s Shape, ok bool) {
	s.rank = max(a.rank, b.rank)
	for i := 1; i <= s.rank; i++ {
		x, y := a.fromEnd(i), b.fromEnd(i)
		switch {
		case x == y || y == 1:
			s.dims[s.rank-i] = x
		case x == 1:
			s.dims[s.rank-i] = y
		default:
			return Shape{}, false
		}
	}
	return s, true
}

// fromEnd returns the length of the i-th axis from the end, the last being 1;
// axes that are not there have length 1, as broadcasting has it. The receiver is a
// pointer because to copy a Shape would take most of the time.
func (s *Shape) fromEnd(i int) int {
	if i > s.rank {
		return 1
	}
	return s.dims[s.rank-i]
}
