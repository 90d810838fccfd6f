package tensor

import (
	"math"
	"math/rand/v2"
)

// Uniform fills dst with values drawn from the half-open interval [lo, hi), in
// order, one draw of r each: the same generator gives the same values.
func Uniform(dst *Tensor, r *rand.Rand, lo, hi float32) {
	for i := range dst.data {
		v := float32(float64(lo) + float64(float64(hi-lo)*r.Float64()))
		if v >= hi { // by rounding to float32
			v = math.Nextafter32(hi, lo)
		}
		dst.data[i] = v
	}
}

// Normal fills dst with values drawn from the normal distribution with the
// given mean and standard deviation, in order: the same generator gives the
// same values.
func Normal(dst *Tensor, r *rand.Rand, mean, std float32) {
	for i := range dst.data {
		dst.data[i] = float32(float64(mean) + float64(float64(std)*r.NormFloat64()))
	}
}
