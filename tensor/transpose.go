package tensor

import "github.com/seed-312a1f22/dyad/asm"

// Transpose writes x with its axes in another order to dst: axis i of dst is
// axis perm[i] of x. A negative axis counts from the end. Without perm the axes
// are reversed. It panics with a *ShapeError unless perm names every axis once
// and dst has the permuted shape.
func Transpose(dst, x *Tensor, perm ...int) {
	s := x.shape
	if len(perm) != 0 && len(perm) != s.rank {
		panic(shapeErrorf("Transpose", "%d axes in the new order of", len(perm)).with(s))
	}
	var strides, from [MaxRank]int // of the axes of x; the axis of x that dst's axis is
	var seen [MaxRank]bool
	stride := 1
	for i := s.rank - 1; i >= 0; i-- {
		strides[i] = stride
		stride *= s.dims[i]
		from[i] = s.rank - 1 - i
		if len(perm) > 0 {
			from[i] = s.axis("Transpose", perm[i])
		}
		if seen[from[i]] {
			panic(shapeErrorf("Transpose", "axis %d appears twice in the new order of", from[i]).with(s))
		}
		seen[from[i]] = true
	}
	to := Shape{rank: s.rank}
	for i := range s.rank {
		to.dims[i] = s.dims[from[i]]
	}
	if dst.shape != to {
		panic(shapeErrorf("Transpose", "the destination needs shape %v", to).with(dst.shape, s))
	}
	checkApart("Transpose", dst, x)
	k := transposeArgs{dst: dst.data, x: x.data, rows: 1, dstRow: 1}
	var l axisList
	for i := range s.rank {
		d, step := to.dims[i], strides[from[i]]
		if n := l.rank; d == 1 {
			continue
		} else if n > 0 && l.stride[n-1] == d*step { // neighbours in x, too
			l.dims[n-1], l.stride[n-1] = l.dims[n-1]*d, step
			continue
		}
		l.dims[l.rank], l.stride[l.rank] = d, step
		l.rank++
	}
	k.nest(l)
	if len(x.data) > 0 {
		strips := (k.rows + stripRows - 1) / stripRows
		transposeKernel.Run(k.outer.size()*strips, max(1, cheapGrain/(stripRows*k.width)), k)
	}
}

// transposeArgs describes dst as a nest of loops around matrices: each has rows
// that are next to each other in x and a width that is next to each other in
// dst. If the last axis of dst is the last one of x, the matrices are single
// rows, and copied.
type transposeArgs struct {
	dst, x []float32
	outer  axisList // strides in x
	to     axisList // the same axes, strides in dst

	rows, dstRow int // how far apart rows lie in dst; in x they are neighbours
	width, xStep int // how far apart elements of a row lie in x
}

// nest takes the loops over dst, the last of which is the width, apart.
func (k *transposeArgs) nest(l axisList) {
	k.width, k.xStep = 1, 1
	if l.rank > 0 {
		k.width, k.xStep = l.dims[l.rank-1], l.stride[l.rank-1]
	}
	stride := k.width
	var to axisList // from the last axis to the first
	for i := l.rank - 2; i >= 0; i-- {
		if l.stride[i] == 1 {
			k.rows, k.dstRow = l.dims[i], stride
		} else {
			to.dims[to.rank], to.stride[to.rank] = i, stride
			to.rank++
		}
		stride *= l.dims[i]
	}
	for j := to.rank - 1; j >= 0; j-- {
		i, n := to.dims[j], k.to.rank
		k.outer.dims[n], k.outer.stride[n] = l.dims[i], l.stride[i]
		k.to.dims[n], k.to.stride[n] = l.dims[i], to.stride[j]
		k.outer.rank, k.to.rank = n+1, n+1
	}
}

// stripRows is the number of rows that are written side by side: 16 neighbours
// in x are a cache line.
const stripRows = 16

var transposeKernel = NewKernel(func(lo, hi int, k *transposeArgs) {
	strips := (k.rows + stripRows - 1) / stripRows
	for s := lo; s < hi; s++ {
		row := s % strips * stripRows
		rows := min(stripRows, k.rows-row)
		x := k.x[k.outer.offset(s/strips)+row:]
		dst := k.dst[k.to.offset(s/strips)+row*k.dstRow:]
		if k.xStep == 1 {
			copy(dst[:k.width], x)
			continue
		}
		asm.Transpose(dst, k.dstRow, x, k.xStep, k.width, rows)
	}
})
