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
	factor := float32(uniform(r, v.Factor))
	for i, a := range x.Data {
		x.Data[i] = clip(factor * a)
	}
}

// Noise adds Gaussian noise to every value, independently, and clips the result
// to 0–1.
type Noise struct {
	Std float64 // standard deviation of the noise before clipping, 0 or more
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
		x.Data[i] = clip(a + float32(std*float32(r.NormFloat64())))
	}
}

// clip returns x limited to 0–1.
func clip(x float32) float32 { return min(max(x, 0), 1) }
