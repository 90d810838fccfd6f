package data

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Flip reverses one axis of a signal [C L], an image [C H W] or a volume
// [C D H W] with probability P.
type Flip struct {
	P    float64 // 0 to 1
	Axis int     // of the sample's shape, channels excepted; a negative one counts from the end: −1 is the width
}

// OutShape returns in.
func (v Flip) OutShape(in tensor.Shape) (tensor.Shape, error) {
	if err := checkProbability("Flip", v.P); err != nil {
		return in, err
	}
	if err := checkSpatial("Flip", in); err != nil {
		return in, err
	}
	if n := in.Rank(); v.Axis <= -n || v.Axis == 0 || v.Axis >= n {
		return in, fmt.Errorf("data: Flip: Axis is %d, expected ±1 to ±%d for samples of shape %v", v.Axis, n-1, in)
	}
	return in, nil
}

// Apply reverses the axis of x with probability P.
func (v Flip) Apply(x *Sample, r *rand.Rand) {
	if r.Float64() < v.P {
		flip(x, v.Axis)
	}
}

// HorizontalFlip mirrors an image [C H W], left to right, with probability P.
type HorizontalFlip struct {
	P float64 // 0 to 1; the paper uses 0.5
}

// OutShape returns in.
func (v HorizontalFlip) OutShape(in tensor.Shape) (tensor.Shape, error) {
	if err := checkProbability("HorizontalFlip", v.P); err != nil {
		return in, err
	}
	return in, checkImage("HorizontalFlip", in)
}

// Apply mirrors x with probability P.
func (v HorizontalFlip) Apply(x *Sample, r *rand.Rand) { Flip{v.P, -1}.Apply(x, r) }

// VerticalFlip mirrors an image [C H W], top to bottom, with probability P.
type VerticalFlip struct {
	P float64 // 0 to 1
}

// OutShape returns in.
func (v VerticalFlip) OutShape(in tensor.Shape) (tensor.Shape, error) {
	if err := checkProbability("VerticalFlip", v.P); err != nil {
		return in, err
	}
	return in, checkImage("VerticalFlip", in)
}

// Apply mirrors x with probability P.
func (v VerticalFlip) Apply(x *Sample, r *rand.Rand) { Flip{v.P, -2}.Apply(x, r) }

// flip reverses an axis of x.
func flip(x *Sample, axis int) {
	_, n, inner := x.Shape.Split(axis)
	for block := range slices.Chunk(x.Data, n*inner) {
		if inner == 1 {
			slices.Reverse(block)
			continue
		}
		for lo, hi := 0, n-1; lo < hi; lo, hi = lo+1, hi-1 {
			a, b := block[lo*inner:][:inner], block[hi*inner:][:inner]
			for i := range a {
				a[i], b[i] = b[i], a[i]
			}
		}
	}
}
