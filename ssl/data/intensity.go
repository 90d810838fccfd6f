package data

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Brightness multiplies every value by one random factor and clips the result
// to 0–1.
type Brightness struct {
	Factor [2]float64 // the factor is uniform between the two, which are 0 or more
}

// OutShape returns in: samples of any shape will do.
func (v Brightness) OutShape(in tensor.Shape) (tensor.Shape, error) {
	if !within(v.Factor, 0, math.MaxFloat32) {
		return in, fmt.Errorf("data: Brightness: Factor is %v, expected 0 ≤ low ≤ high", v.Factor)
	}
	return in, nil
}

// Apply multiplies x.
func (v Brightness) Apply(x *Sample, r *rand.Rand) {
	adjustBrightness(x, float32(uniform(r, v.Factor)))
}

// Noise adds Gaussian noise to every value, independently, and clips the result
// to 0–1 unless told otherwise.
type Noise struct {
	Std       float64 // standard deviation of the noise before clipping, 0 or more
	Unclipped bool    // leave the result as it is: for vectors and whatever else has no such bounds
}

// OutShape returns in: samples of any shape will do.
func (v Noise) OutShape(in tensor.Shape) (tensor.Shape, error) {
	if !(v.Std >= 0 && v.Std <= math.MaxFloat32) {
		return in, fmt.Errorf("data: Noise: Std is %v, expected 0 or more", v.Std)
	}
	return in, nil
}

// Apply adds noise to x.
func (v Noise) Apply(x *Sample, r *rand.Rand) {
	std := float32(v.Std)
	for i, a := range x.Data {
		a += float32(std * float32(r.NormFloat64()))
		if !v.Unclipped {
			a = clip(a)
		}
		x.Data[i] = a
	}
}

// scaleClip sets every value a to scale·a + shift, limited to 0–1.
func scaleClip(values []float32, scale, shift float32) {
	for i, a := range values {
		values[i] = clip(float32(scale*a) + shift)
	}
}

// clip returns x limited to 0–1; a NaN stays one.
func clip(x float32) float32 { return min(max(x, 0), 1) }
