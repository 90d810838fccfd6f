package data

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Rotation turns an image about its centre, counter-clockwise for positive
// angles, by bilinear interpolation. What comes from outside of the image is 0.
type Rotation struct {
	Degrees [2]float64 // the angle is uniform between the two, −360 to 360
}

// OutShape returns in.
func (v Rotation) OutShape(in tensor.Shape) (tensor.Shape, error) {
	if !within(v.Degrees, -360, 360) {
		return in, fmt.Errorf("data: Rotation: Degrees is %v, expected −360 ≤ low ≤ high ≤ 360", v.Degrees)
	}
	return in, checkImage("Rotation", in)
}

// Apply rotates x.
func (v Rotation) Apply(x *Sample, r *rand.Rand) {
	sin64, cos64 := math.Sincos(uniform(r, v.Degrees) * (math.Pi / 180))
	sin, cos := float32(sin64), float32(cos64)
	if sin == 0 && cos == 1 {
		return
	}
	warp(x, inverse{xx: cos, xy: -sin, yx: sin, yy: cos})
}
