package data

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Shift moves an image by whole pixels in both directions, as the translation
// of torchvision's RandomAffine does. What comes from outside of it is 0.
type Shift struct {
	Max float64 // the largest shift, as a fraction of the width and of the height: 0 to 1
}

// OutShape returns in.
func (v Shift) OutShape(in tensor.Shape) (tensor.Shape, error) {
	if !(v.Max >= 0 && v.Max <= 1) {
		return in, fmt.Errorf("data: Shift: Max is %v, expected 0 to 1", v.Max)
	}
	return in, checkImage("Shift", in)
}

// Apply moves x right by round(U(−Max, Max)·W) pixels and down by
// round(U(−Max, Max)·H).
func (v Shift) Apply(x *Sample, r *rand.Rand) {
	channels, height, width := x.Shape.Dim(0), x.Shape.Dim(1), x.Shape.Dim(2)
	right, down := drawShift(r, v.Max, width), drawShift(r, v.Max, height)
	if right == 0 && down == 0 {
		return
	}
	src := x.Renew(x.Shape)
	clear(x.Data)
	n := width - max(right, -right) // pixels of a row that stay within the image
	for k := range channels {
		for i := max(0, down); i < min(height, height+down); i++ {
			to := (k*height + i) * width
			from := to - down*width
			copy(x.Data[to+max(0, right):][:n], src[from+max(0, -right):][:n])
		}
	}
}

// drawShift draws a number of pixels, to either side, by which to move along an
// axis of n.
func drawShift(r *rand.Rand, most float64, n int) int {
	return int(math.RoundToEven(uniform(r, [2]float64{-most, most}) * float64(n)))
}
