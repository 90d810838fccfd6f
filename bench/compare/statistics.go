package main

import (
	"math"
	"slices"
)

// median returns the middle of the values, or the mean of the two middle ones;
// NaN of none. It does not change the order of x.
func median(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(x))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// geometricMean returns the mean that suits ratios: of 2 and ½ it is 1. It is NaN
// of none.
func geometricMean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += math.Log(v)
	}
	return math.Exp(sum / float64(len(x)))
}
