package tensor

import "github.com/seed-312a1f22/dyad/asm"

// BroadcastTo writes x to dst, repeated along the axes that x lacks or has with
// length 1.
func BroadcastTo(dst, x *Tensor) {
	if s, ok := BroadcastShapes(dst.shape, x.shape); !ok || s != dst.shape {
		panic(shapeErrorf("BroadcastTo", "the input does not broadcast to the destination").with(dst.shape, x.shape))
	}
	checkSameOrApart("BroadcastTo", dst, x)
	broadcastKernel.Run(len(dst.data), cheapGrain, binaryArgs{
		dst: dst.data, a: x.data, walk: newWalk(dst.shape, x.shape, x.shape),
	})
}

var broadcastKernel = NewKernel(func(lo, hi int, k *binaryArgs) {
	inner := k.walk.last()
	for c := k.walk.at(lo); lo < hi; c = k.walk.next(c) {
		n := min(hi-lo, inner.dim-c.index[k.walk.rank-1])
		if dst := k.dst[lo : lo+n]; inner.a != 0 {
			copy(dst, k.a[c.a:])
		} else {
			v := k.a[c.a] // not loaded again for every element
			for i := range dst {
				dst[i] = v
			}
		}
		lo += n
	}
})

// SumTo writes beta·dst + Σx to dst, where the sum is over the axes of x that
// dst lacks or has with length 1: the adjoint of BroadcastTo, and so the
// gradient of an operation that broadcast its input. With beta = 0 the former
// dst is not read. Sums accumulate in float64.
func SumTo(dst, x *Tensor, beta float32) {
	if s, ok := BroadcastShapes(dst.shape, x.shape); !ok || s != x.shape {
		panic(shapeErrorf("SumTo", "the destination does not broadcast to the input").with(dst.shape, x.shape))
	}
	if len(dst.data) == len(x.data) { // nothing to sum
		checkApart("SumTo", dst, x)
		addToKernel.Run(len(dst.data), cheapGrain, unaryArgs{dst: dst.data, x: x.data, a: beta})
		return
	}
	var reduced [MaxRank]bool
	for i := 1; i <= x.shape.rank; i++ {
		reduced[x.shape.rank-i] = dst.shape.fromEnd(i) == 1
	}
	reduce("SumTo", reduceSum, dst, x, reduced, beta, 1)
}

// addToKernel writes a·dst + x to dst.
var addToKernel = NewKernel(func(lo, hi int, k *unaryArgs) {
	dst, x := k.dst[lo:hi], k.x[lo:hi]
	switch k.a {
	case 0:
		copy(dst, x)
	case 1:
		asm.Add(dst, dst, x)
	default:
		asm.Scale(dst, dst, k.a)
		asm.Add(dst, dst, x)
	}
})
