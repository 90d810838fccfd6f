package tensor

import "github.com/seed-312a1f22/dyad/asm"

// ZeroPad writes x to dst with zeros before and behind it: lo[i] and hi[i] of
// them along spatial axis i of x, [N C …] with one to three axes behind. See
// ZeroPadShape.
func ZeroPad(dst, x *Tensor, lo, hi [3]int) {
	if want := ZeroPadShape(x.shape, lo, hi); dst.shape != want {
		panic(shapeErrorf("ZeroPad", "the destination, listed last, needs shape %v", want).with(x.shape, dst.shape))
	}
	checkApart("ZeroPad", dst, x)
	k := newPadding(x.shape, lo, hi)
	k.x, k.y = x.data, dst.data
	zeroPad.Run(x.shape.dims[0]*x.shape.dims[1], max(1, cheapGrain/max(1, volume(k.to))), k)
}

// ZeroPadGrad writes to dx the part of dy that x became by ZeroPad.
func ZeroPadGrad(dx, dy *Tensor, lo, hi [3]int) {
	if want := ZeroPadShape(dx.shape, lo, hi); dy.shape != want {
		panic(shapeErrorf("ZeroPadGrad", "the output's gradient, listed last, needs shape %v", want).with(dx.shape, dy.shape))
	}
	checkApart("ZeroPadGrad", dx, dy)
	k := newPadding(dx.shape, lo, hi)
	k.x, k.y = dx.data, dy.data
	zeroPadGrad.Run(dx.shape.dims[0]*dx.shape.dims[1], max(1, cheapGrain/max(1, volume(k.from))), k)
}

// ZeroPadShape returns the shape of x with lo[i] + hi[i] elements more along
// spatial axis i. It panics with a *ShapeError when there is no spatial axis, more
// than three, or a number is negative.
func ZeroPadShape(x Shape, lo, hi [3]int) Shape {
	rank := x.rank - 2
	if rank < 1 || rank > 3 {
		panic(shapeErrorf("ZeroPad", "expected [N C …] with one to three axes behind").with(x))
	}
	for i := range rank {
		if lo[i] < 0 || hi[i] < 0 {
			panic(shapeErrorf("ZeroPad", "spatial axis %d gets %d and %d zeros; they are at least 0", i, lo[i], hi[i]).with(x))
		}
		x.dims[2+i] += lo[i] + hi[i]
	}
	return x
}

// padding is what ZeroPad does to a channel, with axes as in convolution.
type padding struct {
	from, to, at [3]int
	x, y         []float32
}

func newPadding(x Shape, lo, hi [3]int) padding {
	k := padding{from: [3]int{1, 1, 1}, to: [3]int{1, 1, 1}}
	for i := range x.rank - 2 {
		place := axisPlace(i, x.rank-2)
		d := x.dims[2+i]
		k.from[place], k.to[place], k.at[place] = d, lo[i]+d+hi[i], lo[i]
	}
	return k
}

// channel returns a channel of x, one of y, and where x begins in the latter.
func (k *padding) channel(i int) (x, y []float32, at int) {
	nx, ny := volume(k.from), volume(k.to)
	return k.x[i*nx:][:nx], k.y[i*ny:][:ny], (k.at[0]*k.to[1]+k.at[1])*k.to[2] + k.at[2]
}

var zeroPad = NewKernel(func(lo, hi int, k *padding) {
	for i := lo; i < hi; i++ {
		x, y, at := k.channel(i)
		clear(y)
		asm.CopyBlocks(y[min(at, len(y)):], k.to[1]*k.to[2], k.to[2], x, k.from[1]*k.from[2], k.from[2], k.from[0], k.from[1], k.from[2])
	}
})

var zeroPadGrad = NewKernel(func(lo, hi int, k *padding) {
	for i := lo; i < hi; i++ {
		x, y, at := k.channel(i)
		asm.CopyBlocks(x, k.from[1]*k.from[2], k.from[2], y[min(at, len(y)):], k.to[1]*k.to[2], k.to[2], k.from[0], k.from[1], k.from[2])
	}
})
