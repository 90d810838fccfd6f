package data

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/tensor"
)

// RandomCrop cuts a part of the given size out of a signal [C L], an image
// [C H W] or a volume [C D H W], at a random place. It is torchvision's
// RandomCrop, for any number of axes.
type RandomCrop struct {
	// Size is the shape of the part without its channels: [L], [H W] or [D H W].
	// The zero Shape stands for that of the sample, which makes sense with padding.
	Size tensor.Shape
	// Padding is how many zeros are put before and after each axis first: 0 or
	// more. Images of CIFAR are often padded by 4.
	Padding int
}

// OutShape returns the sample's channels and Size.
func (v RandomCrop) OutShape(in tensor.Shape) (tensor.Shape, error) {
	if err := checkSpatial("RandomCrop", in); err != nil {
		return in, err
	}
	const most = 1 << 20 // far from where the sums would overflow
	if v.Padding < 0 || v.Padding > most {
		return in, fmt.Errorf("data: RandomCrop: Padding is %d, expected 0 to %d", v.Padding, most)
	}
	if n := v.Size.Rank(); n != 0 && n != in.Rank()-1 {
		return in, fmt.Errorf("data: RandomCrop: Size is %v, expected %d numbers for samples of shape %v", v.Size, in.Rank()-1, in)
	}
	out := v.out(in)
	for axis := 1; axis < in.Rank(); axis++ {
		if n := out.Dim(axis); n < 1 || n > in.Dim(axis)+2*v.Padding {
			return in, fmt.Errorf("data: RandomCrop: Size is %v, expected 1 to %d in place of %d for samples of shape %v",
				v.Size, in.Dim(axis)+2*v.Padding, n, in)
		}
	}
	return out, nil
}

// out returns the shape of the result.
func (v RandomCrop) out(in tensor.Shape) tensor.Shape {
	for i := range v.Size.Rank() {
		in = in.With(i+1, v.Size.Dim(i))
	}
	return in
}

// Apply crops x.
func (v RandomCrop) Apply(x *Sample, r *rand.Rand) {
	in, out := x.Shape, v.out(x.Shape)
	var from [tensor.MaxRank]int // the place in the sample of the first value of each axis
	for axis := 1; axis < in.Rank(); axis++ {
		from[axis] = r.IntN(in.Dim(axis)+2*v.Padding-out.Dim(axis)+1) - v.Padding
	}
	src := x.Renew(out)
	clear(x.Data)
	last := in.Rank() - 1
	n, width := in.Dim(last), out.Dim(last)
	lo, hi := max(0, -from[last]), min(width, n-from[last]) // the values of a row that are in the sample
	if lo >= hi {
		return
	}
rows:
	for row := range len(x.Data) / width {
		// The row's coordinates, last axis first, give its place in the sample.
		rest, at, stride := row, 0, n
		for axis := last - 1; axis >= 0; axis-- {
			i := rest%out.Dim(axis) + from[axis]
			if i < 0 || i >= in.Dim(axis) {
				continue rows
			}
			rest /= out.Dim(axis)
			at += i * stride
			stride *= in.Dim(axis)
		}
		copy(x.Data[row*width+lo:row*width+hi], src[at+from[last]+lo:])
	}
}
