package main

import (
	"math"
	"slices"
	"testing"
)

func TestMedian(t *testing.T) {
	for _, test := range []struct {
		x    []float64
		want float64
	}{
		{[]float64{3}, 3},
		{[]float64{3, 1}, 2},
		{[]float64{9, 1, 2}, 2},
		{[]float64{4, 1, 100, 2}, 3},
		{nil, math.NaN()},
	} {
		before := slices.Clone(test.x)
		if got := median(test.x); got != test.want && !(math.IsNaN(got) && math.IsNaN(test.want)) {
			t.Errorf("median(%v) = %v, want %v", test.x, got, test.want)
		}
		if !slices.Equal(test.x, before) {
			t.Errorf("median changed %v to %v", before, test.x)
		}
	}
}

func TestGeometricMean(t *testing.T) {
	for _, test := range []struct {
		x    []float64
		want float64
	}{
		{[]float64{3}, 3},
		{[]float64{2, 0.5}, 1},
		{[]float64{1, 2, 4}, 2},
		{nil, math.NaN()},
	} {
		if got := geometricMean(test.x); math.Abs(got-test.want) > 1e-12 || math.IsNaN(got) != math.IsNaN(test.want) {
			t.Errorf("geometricMean(%v) = %v, want %v", test.x, got, test.want)
		}
	}
}
