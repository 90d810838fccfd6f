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
	channels, height, width := x.Shape.Dim(0), x.Shape.Dim(1), x.Shape.Dim(2)
	centreX, centreY := float32(width-1)/2, float32(height-1)/2
	src := x.Renew(x.Shape)
	size := height * width
	for i := range height {
		// The output pixel at (dx, dy) from the centre is the input's where the
		// inverse rotation takes it; y points down.
		dy := float32(i) - centreY
		dySin, dyCos := float32(dy*sin), float32(dy*cos)
		for j := range width {
			dx := float32(j) - centreX
			px := centreX + (float32(dx*cos) - dySin)
			py := centreY + (float32(dx*sin) + dyCos)
			x0, y0 := int(px), int(py)
			inside := px >= 0 && py >= 0 && x0+1 < width && y0+1 < height
			at, tx, ty := y0*width+x0, px-float32(x0), py-float32(y0)
			for k := range channels {
				plane, to := src[k*size:][:size], k*size+i*width+j
				if inside {
					upper, lower := plane[at:][:2], plane[at+width:][:2]
					x.Data[to] = lerp(lerp(upper[0], upper[1], tx), lerp(lower[0], lower[1], tx), ty)
				} else {
					x.Data[to] = readBorder(plane, height, width, px, py)
				}
			}
		}
	}
}

// readBorder returns the bilinear interpolation of an image at (x, y), which
// may lie outside of it: pixels that are not there count as 0.
func readBorder(plane []float32, height, width int, x, y float32) float32 {
	if !(x > -1 && x < float32(width) && y > -1 && y < float32(height)) {
		return 0
	}
	x0, y0 := int(math.Floor(float64(x))), int(math.Floor(float64(y)))
	var corners [4]float32
	for i := range corners {
		if cx, cy := x0+i%2, y0+i/2; cx >= 0 && cx < width && cy >= 0 && cy < height {
			corners[i] = plane[cy*width+cx]
		}
	}
	tx, ty := x-float32(x0), y-float32(y0)
	return lerp(lerp(corners[0], corners[1], tx), lerp(corners[2], corners[3], tx), ty)
}
