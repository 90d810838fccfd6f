package tensor

import "math"

// Tensor is a Shape and its elements, contiguous and row-major: the last axis
// is the one whose neighbours lie side by side. The zero Tensor is not usable;
// make one with New, FromSlice or Scalar.
//
// A view (Reshape, Slice, Row) shares its elements with the tensor it was made
// from. Reading a tensor from several goroutines is safe; writing is not.
type Tensor struct {
	shape Shape
	data  []float32
}

// Named is a tensor with a name, as checkpoints have them.
type Named struct {
	Name   string
	Tensor *Tensor
}

// New returns a tensor of zeros: New(2, 3) has two rows of three, New() is a
// scalar.
func New(dims ...int) *Tensor { return NewShape(MakeShape(dims...)) }

// NewShape returns a tensor of zeros with the given shape.
func NewShape(s Shape) *Tensor { return &Tensor{s, allocate(s.Size())} }

// FromSlice returns a tensor whose elements are data itself, not a copy. It
// panics with a *ShapeError unless the shape has len(data) elements. A shape
// that is not given is [len(data)].
func FromSlice(data []float32, dims ...int) *Tensor {
	if len(dims) == 0 {
		return &Tensor{MakeShape(len(data)), data}
	}
	return fromSlice(data, MakeShape(dims...))
}

func fromSlice(data []float32, s Shape) *Tensor {
	t := new(Tensor)
	t.SetView(data, s)
	return t
}

// SetView makes t, whose former elements it forgets, a view of data with the
// given shape: FromSlice without a new Tensor, for code that keeps its own. It
// panics with a *ShapeError unless the shape has len(data) elements.
func (t *Tensor) SetView(data []float32, s Shape) {
	if s.Size() != len(data) {
		panic(shapeErrorf("FromSlice", "%d values do not fill", len(data)).with(s))
	}
	t.shape, t.data = s, data
}

// Scalar returns a tensor without axes that holds v.
func Scalar(v float32) *Tensor { return &Tensor{data: []float32{v}} }

// Shape returns the tensor's shape.
func (t *Tensor) Shape() Shape { return t.shape }

// Rank returns the number of axes.
func (t *Tensor) Rank() int { return t.shape.rank }

// Dim returns the length of an axis; −1 is the last one.
func (t *Tensor) Dim(axis int) int { return t.shape.Dim(axis) }

// Size returns the number of elements.
func (t *Tensor) Size() int { return len(t.data) }

// Data returns the elements themselves, in row-major order.
func (t *Tensor) Data() []float32 { return t.data }

// At returns the element at the given index, one number for each axis, each
// from 0 to the axis' length less one. It panics with a *ShapeError otherwise.
func (t *Tensor) At(index ...int) float32 { return t.data[t.offset("At", index)] }

// Set writes the element at the given index, which is as for At.
func (t *Tensor) Set(v float32, index ...int) { t.data[t.offset("Set", index)] = v }

func (t *Tensor) offset(op string, index []int) int {
	if len(index) != t.shape.rank {
		panic(shapeErrorf(op, "%d indices for", len(index)).with(t.shape))
	}
	at := 0
	for axis, i := range index {
		d := t.shape.dims[axis]
		if i < 0 || i >= d {
			panic(shapeErrorf(op, "index %d is outside axis %d of", i, axis).with(t.shape))
		}
		at = at*d + i
	}
	return at
}

// Item returns the only element of a tensor that has one, whatever its rank.
// It panics with a *ShapeError when there are more or none.
func (t *Tensor) Item() float32 {
	if len(t.data) != 1 {
		panic(shapeErrorf("Item", "not a single element").with(t.shape))
	}
	return t.data[0]
}

// Reshape returns a view of the same elements with another shape. One length
// may be −1: it becomes what fills the tensor. It panics with a *ShapeError
// when the number of elements differs.
func (t *Tensor) Reshape(dims ...int) *Tensor {
	return &Tensor{t.shape.Reshape(dims...), t.data}
}

// Reshape returns the shape that a tensor of shape s gets by Tensor.Reshape.
func (s Shape) Reshape(dims ...int) Shape {
	var to Shape
	free, known := -1, 1
	to.rank = min(len(dims), MaxRank)
	for i, d := range dims {
		switch {
		case i == MaxRank, d < -1, d == -1 && free >= 0:
			panic(reshapeError(dims, s))
		case d == -1:
			free = i
		default:
			to.dims[i] = d
			known *= d
		}
	}
	if free >= 0 && known > 0 {
		to.dims[free] = s.Size() / known
	}
	if to.Size() != s.Size() {
		panic(reshapeError(dims, s))
	}
	return to
}

// reshapeError copies dims, so that Reshape's own does not escape.
func reshapeError(dims []int, s Shape) *ShapeError {
	return shapeErrorf("Reshape", "%v does not hold the elements of", append([]int(nil), dims...)).with(s)
}

// Slice returns a view of the entries lo ≤ i < hi of the leading axis, which
// lie together. It panics with a *ShapeError when they are not all there.
func (t *Tensor) Slice(lo, hi int) *Tensor {
	if t.shape.rank == 0 || lo < 0 || hi < lo || hi > t.shape.dims[0] {
		panic(shapeErrorf("Slice", "no entries %d to %d on the leading axis of", lo, hi).with(t.shape))
	}
	_, _, inner := t.shape.Split(0)
	return &Tensor{t.shape.With(0, hi-lo), t.data[lo*inner : hi*inner : hi*inner]}
}

// Row returns the elements of entry i of the leading axis: row i of a matrix.
// It panics with a *ShapeError when there is none.
func (t *Tensor) Row(i int) []float32 { return t.Slice(i, i+1).data }

// Clone returns a copy with elements of its own.
func (t *Tensor) Clone() *Tensor {
	c := NewShape(t.shape)
	copy(c.data, t.data)
	return c
}

// Copy writes the elements of x to dst. The shapes must be the same.
func Copy(dst, x *Tensor) {
	checkElementwise("Copy", dst, x)
	copy(dst.data, x.data)
}

// Fill writes v to every element of dst.
func Fill(dst *Tensor, v float32) {
	for i := range dst.data {
		dst.data[i] = v
	}
}

// AllFinite reports whether no element is NaN or infinite.
func (t *Tensor) AllFinite() bool {
	for _, v := range t.data {
		if math.Float32bits(v)&0x7f800000 == 0x7f800000 { // the exponent of Inf and NaN
			return false
		}
	}
	return true
}
