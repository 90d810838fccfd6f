package tensor

import (
	"fmt"
	"strings"
	"unsafe"
)

// ShapeError is what an operation panics with when the shapes of its operands
// do not fit. Packages built on tensor use it too, for their own operations.
type ShapeError struct {
	Package string  // where the operation lives; "tensor" when empty
	Op      string  // the operation: "MatMul"
	Message string  // what does not fit: "inner dimensions differ"
	Shapes  []Shape // the operands' shapes
}

// Error returns a sentence such as
// "tensor: MatMul: inner dimensions differ: [64 512] × [256 128]".
func (e *ShapeError) Error() string {
	var b strings.Builder
	pkg := e.Package
	if pkg == "" {
		pkg = "tensor"
	}
	fmt.Fprintf(&b, "%s: %s: %s", pkg, e.Op, e.Message)
	for i, s := range e.Shapes {
		b.WriteString([]string{": ", " × "}[min(i, 1)])
		b.WriteString(s.String())
	}
	return b.String()
}

func shapeErrorf(op, format string, args ...any) *ShapeError {
	return &ShapeError{Op: op, Message: fmt.Sprintf(format, args...)}
}

func (e *ShapeError) with(shapes ...Shape) *ShapeError {
	e.Shapes = append(e.Shapes, shapes...)
	return e
}

// OverlapError is what an operation panics with when its destination shares
// memory with an input in a way that would change the input while it is read.
type OverlapError struct {
	Op string // the operation: "MatMul"
}

// Error returns a sentence that names the operation.
func (e *OverlapError) Error() string {
	return "tensor: " + e.Op + ": the destination overlaps an input"
}

// checkElementwise panics unless dst and x have the same shape and the same
// memory or none in common.
func checkElementwise(op string, dst, x *Tensor) {
	if dst.shape != x.shape {
		panic(shapeErrorf(op, "shapes differ").with(dst.shape, x.shape))
	}
	checkSameOrApart(op, dst, x)
}

// checkElementwise2 is checkElementwise for two inputs.
func checkElementwise2(op string, dst, x, y *Tensor) {
	if dst.shape != x.shape || dst.shape != y.shape {
		panic(shapeErrorf(op, "shapes differ").with(dst.shape, x.shape, y.shape))
	}
	checkSameOrApart(op, dst, x)
	checkSameOrApart(op, dst, y)
}

// checkSameOrApart panics unless dst and x have the same memory or none in common.
func checkSameOrApart(op string, dst, x *Tensor) {
	if overlaps(dst.data, x.data) && (len(dst.data) != len(x.data) || &dst.data[0] != &x.data[0]) {
		panic(&OverlapError{op})
	}
}

// checkApart panics when dst shares memory with x.
func checkApart(op string, dst, x *Tensor) {
	if overlaps(dst.data, x.data) {
		panic(&OverlapError{op})
	}
}

// overlaps reports whether two slices have an element in common.
func overlaps(x, y []float32) bool {
	if len(x) == 0 || len(y) == 0 {
		return false
	}
	const size = unsafe.Sizeof(x[0])
	a, b := uintptr(unsafe.Pointer(&x[0])), uintptr(unsafe.Pointer(&y[0]))
	return a < b+uintptr(len(y))*size && b < a+uintptr(len(x))*size
}
