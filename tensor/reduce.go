package tensor

import (
	"math"

	"github.com/seed-312a1f22/dyad/asm"
)

// Sum writes the sum of x over the given axes to dst; without axes, over all of
// them. A negative axis counts from the end. dst has the shape of x with the
// reduced axes left out, or kept with length 1. Sums accumulate in float64.
func Sum(dst, x *Tensor, axes ...int) {
	reduced, _ := reducedAxes("Sum", dst, x, axes)
	reduce("Sum", reduceSum, dst, x, reduced, 0, 1)
}

// Mean writes the mean of x over the given axes to dst; axes and dst are as for
// Sum. The mean of no elements is NaN.
func Mean(dst, x *Tensor, axes ...int) {
	reduced, n := reducedAxes("Mean", dst, x, axes)
	reduce("Mean", reduceSum, dst, x, reduced, 0, float64(n))
}

// Max writes the maximum of x over the given axes to dst; axes and dst are as
// for Sum. A NaN among the elements makes the maximum NaN. It panics with a
// *ShapeError when there are no elements to choose from.
func Max(dst, x *Tensor, axes ...int) {
	reduced, n := reducedAxes("Max", dst, x, axes)
	if n == 0 && len(dst.data) > 0 {
		panic(shapeErrorf("Max", "no elements along the reduced axes of").with(x.shape))
	}
	reduce("Max", reduceMax, dst, x, reduced, 0, 1)
}

// reducedAxes marks the axes that a reduction names, checks dst's shape, and
// returns the number of elements that make one result.
func reducedAxes(op string, dst, x *Tensor, axes []int) (reduced [MaxRank]bool, n int) {
	for _, axis := range axes {
		reduced[x.shape.axis(op, axis)] = true
	}
	var without Shape
	with := x.shape
	n = 1
	for i, d := range x.shape.dims[:x.shape.rank] {
		reduced[i] = reduced[i] || len(axes) == 0
		if reduced[i] {
			n *= d
			with.dims[i] = 1
		} else {
			without.dims[without.rank] = d
			without.rank++
		}
	}
	if dst.shape != with && dst.shape != without {
		panic(shapeErrorf(op, "the destination needs shape %v or %v", without, with).with(dst.shape, x.shape))
	}
	return reduced, n
}

type reduction uint8

const (
	reduceSum reduction = iota
	reduceMax
)

// reduceArgs are the arguments of a reduction. The axes of x are sorted into
// those kept and those reduced, neighbours of a kind merged; the last axis of x
// is not in the lists but is the run: if it is kept, runs are added up side by
// side, if it is reduced, each run is added up in itself.
type reduceArgs struct {
	op            reduction
	dst, x        []float32
	beta, divisor float64
	kept, reduced axisList
	run           int
	runKept       bool
}

// axisList is a nest of loops over x, the outermost first.
type axisList struct {
	rank         int
	dims, stride [MaxRank]int
}

// offset returns where iteration i of the nest lies in x.
func (l *axisList) offset(i int) int {
	at := 0
	for axis := l.rank - 1; axis >= 0; axis-- {
		at += i % l.dims[axis] * l.stride[axis]
		i /= l.dims[axis]
	}
	return at
}

// size returns the number of iterations of the nest.
func (l *axisList) size() int {
	n := 1
	for _, d := range l.dims[:l.rank] {
		n *= d
	}
	return n
}

// stripWidth returns how many of n neighbouring columns one chunk of work has at
// most: as many as the kernels of package asm take together, but fewer where that
// leaves something for a second core. 16 float32 are a cache line.
func stripWidth(n int) int {
	switch {
	case n >= 4*asm.StripWidth:
		return asm.StripWidth
	case n >= 4*asm.StripWidth/2:
		return asm.StripWidth / 2
	}
	return asm.StripWidth / 4
}

// reduce writes beta·dst + (the reduction of x over the marked axes)/divisor.
func reduce(name string, op reduction, dst, x *Tensor, reduced [MaxRank]bool, beta float32, divisor float64) {
	checkApart(name, dst, x)
	k := reduceArgs{op: op, dst: dst.data, x: x.data, beta: float64(beta), divisor: divisor}
	k.sortAxes(x.shape, reduced)
	outer, inner := k.kept.size(), k.reduced.size()
	switch {
	case len(dst.data) == 0:
	case len(x.data) == 0: // sums of nothing
		for i := range dst.data {
			k.store(i, 0)
		}
	case k.runKept:
		width := stripWidth(k.run)
		blocks := (k.run + width - 1) / width
		reduceColumns.Run(outer*blocks, max(1, cheapGrain/2/(inner*width)), k)
	case op == reduceSum && outer == 1 && inner == 1:
		k.store(0, total(totalSum, x.data, nil))
	default:
		reduceRows.Run(outer, max(1, cheapGrain/(inner*k.run)), k)
	}
}

// sortAxes fills kept, reduced, run and runKept.
func (k *reduceArgs) sortAxes(s Shape, reduced [MaxRank]bool) {
	type axis struct {
		dim, stride int
		reduced     bool
	}
	var merged [MaxRank]axis // from the last axis to the first
	rank, stride := 0, 1
	for i := s.rank - 1; i >= 0; i-- {
		d := s.dims[i]
		switch {
		case d == 1:
		case rank > 0 && merged[rank-1].reduced == reduced[i]:
			merged[rank-1].dim *= d
		default:
			merged[rank] = axis{d, stride, reduced[i]}
			rank++
		}
		stride *= d
	}
	k.run = 1
	if rank > 0 {
		k.run, k.runKept = merged[0].dim, !merged[0].reduced
	}
	for i := rank - 1; i > 0; i-- {
		l := &k.kept
		if merged[i].reduced {
			l = &k.reduced
		}
		l.dims[l.rank], l.stride[l.rank] = merged[i].dim, merged[i].stride
		l.rank++
	}
}

func (k *reduceArgs) store(i int, v float64) {
	v /= k.divisor
	if k.beta != 0 {
		v += float64(k.beta * float64(k.dst[i]))
	}
	k.dst[i] = float32(v)
}

// reduceRows computes results lo to hi, each from runs of the last axis.
var reduceRows = NewKernel(func(lo, hi int, k *reduceArgs) {
	n := k.reduced.size()
	for i := lo; i < hi; i++ {
		base := k.kept.offset(i)
		sum, largest := 0.0, float32(math.Inf(-1))
		for j := range n {
			at := base + k.reduced.offset(j)
			run := k.x[at : at+k.run]
			if k.op == reduceSum {
				sum += asm.Sum(run)
			} else {
				largest = maxNaN(largest, asm.Max(run))
			}
		}
		if k.op == reduceSum {
			k.store(i, sum)
		} else {
			k.dst[i] = largest
		}
	}
})

// reduceColumns computes blocks lo to hi of neighbouring results.
var reduceColumns = NewKernel(func(lo, hi int, k *reduceArgs) {
	block := stripWidth(k.run)
	blocks := (k.run + block - 1) / block
	for b := lo; b < hi; b++ {
		row, column := b/blocks, b%blocks*block
		width := min(block, k.run-column)
		at := k.kept.offset(row) + column
		out := row*k.run + column
		if k.op == reduceMax {
			k.maxColumns(k.dst[out:out+width], at)
		} else {
			k.sumColumns(out, at, width)
		}
	}
})

// maxColumns writes the maxima of the neighbouring columns that begin at at.
func (k *reduceArgs) maxColumns(largest []float32, at int) {
	copy(largest, k.x[at:])
	for j := 1; j < k.reduced.size(); j++ {
		row := k.x[at+k.reduced.offset(j):]
		for c, v := range row[:len(largest)] {
			largest[c] = maxNaN(largest[c], v)
		}
	}
}

// sumColumns stores the sums of width columns that begin at at. Along the last of
// the reduced axes, a column's elements are the same distance apart.
func (k *reduceArgs) sumColumns(out, at, width int) {
	rows, stride := 1, width
	if last := k.reduced.rank - 1; last >= 0 {
		rows, stride = k.reduced.dims[last], k.reduced.stride[last]
	}
	var sums [asm.StripWidth]float64
	for j := 0; j < k.reduced.size(); j += rows {
		asm.ColumnSums(&sums, k.x[at+k.reduced.offset(j):], rows, width, stride)
	}
	for c, v := range sums[:width] {
		k.store(out+c, v)
	}
}

// maxNaN returns the larger of x and y, NaN if either is.
func maxNaN(x, y float32) float32 {
	if y > x || y != y {
		return y
	}
	return x
}
