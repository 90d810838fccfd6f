package data

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Affine turns, moves, scales and shears an image, by bilinear interpolation.
// What comes from outside of the image is 0. It is torchvision's RandomAffine:
// the image is sheared along y, then along x, scaled and turned, all about its
// centre, and then moved by whole pixels. Positive angles turn it clockwise, as
// they do in RandomAffine; those of [Rotation] do the opposite, as in
// torchvision's RandomRotation. Every parameter is uniform between two numbers.
type Affine struct {
	Degrees   [2]float64 // the angle, −360 to 360
	Translate [2]float64 // the largest shift to the right or left, and down or up, as fractions of the width and of the height: 0 to 1
	Scale     [2]float64 // the factor, more than 0; {1, 1} keeps the size
	ShearX    [2]float64 // the angle of the shear along x in degrees, between −90 and 90
	ShearY    [2]float64 // and along y
}

// OutShape returns in.
func (v Affine) OutShape(in tensor.Shape) (tensor.Shape, error) {
	unit := func(a float64) bool { return a >= 0 && a <= 1 }
	shear := func(b [2]float64) bool { return within(b, -90, 90) && b[0] > -90 && b[1] < 90 }
	switch {
	case !within(v.Degrees, -360, 360):
		return in, fmt.Errorf("data: Affine: Degrees is %v, expected −360 ≤ low ≤ high ≤ 360", v.Degrees)
	case !unit(v.Translate[0]) || !unit(v.Translate[1]):
		return in, fmt.Errorf("data: Affine: Translate is %v, expected two numbers from 0 to 1", v.Translate)
	case !within(v.Scale, 1e-6, 1e6):
		return in, fmt.Errorf("data: Affine: Scale is %v, expected 1e-6 ≤ low ≤ high ≤ 1e+6 ({1, 1} keeps the size)", v.Scale)
	case !shear(v.ShearX):
		return in, fmt.Errorf("data: Affine: ShearX is %v, expected −90 < low ≤ high < 90", v.ShearX)
	case !shear(v.ShearY):
		return in, fmt.Errorf("data: Affine: ShearY is %v, expected −90 < low ≤ high < 90", v.ShearY)
	}
	return in, checkImage("Affine", in)
}

// Apply transforms x.
func (v Affine) Apply(x *Sample, r *rand.Rand) {
	angle := uniform(r, v.Degrees)
	right := drawShift(r, v.Translate[0], x.Shape.Dim(2))
	down := drawShift(r, v.Translate[1], x.Shape.Dim(1))
	scale := uniform(r, v.Scale)
	shearX, shearY := uniform(r, v.ShearX), uniform(r, v.ShearY)
	affine(x, angle, right, down, scale, shearX, shearY)
}

// affine transforms x; angles are in degrees.
func affine(x *Sample, angle float64, right, down int, scale, shearX, shearY float64) {
	const degree = math.Pi / 180
	angle, shearX, shearY = float64(angle*degree), float64(shearX*degree), float64(shearY*degree)
	// The output is (a b; c d)·scale times the input, turned and sheared but of
	// the same area: the inverse is (d −b; −c a)/scale.
	sin, cos := math.Sincos(angle - shearY)
	a, c := cos/math.Cos(shearY), sin/math.Cos(shearY)
	b := -float64(a*math.Tan(shearX)) - math.Sin(angle)
	d := -float64(c*math.Tan(shearX)) + math.Cos(angle)
	xx, xy, yx, yy := d/scale, -b/scale, -c/scale, a/scale
	dx, dy := float64(right), float64(down)
	warp(x, inverse{
		xx: float32(xx), xy: float32(xy), x: float32(-float64(xx*dx) - float64(xy*dy)),
		yx: float32(yx), yy: float32(yy), y: float32(-float64(yx*dx) - float64(yy*dy)),
	})
}
