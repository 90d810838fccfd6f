package data

import (
	"fmt"
	"math"
)

// Standardization holds what brings each feature of a table to mean 0 and
// standard deviation 1: the z-score (x − Mean)/Std.
type Standardization struct {
	Mean, Std []float64 // of each element of a sample
}

// FitStandardization measures the samples of train, one after the other, in
// float64. Std has divisor n, as scikit-learn's StandardScaler has. A feature
// that is the same in all samples gets Std 1 and so becomes 0. It is an error
// when there is no sample or one cannot be read.
func FitStandardization(train Dataset) (Standardization, error) {
	n, size := train.Len(), train.Shape().Size()
	if n == 0 {
		return Standardization{}, fmt.Errorf("data: FitStandardization: no samples, expected one at least")
	}
	s := Standardization{make([]float64, size), make([]float64, size)}
	sample := make([]float32, size)
	// Welford's update: with δ = x − mean of those before, the mean moves by δ/k
	// and the sum of squares by δ·(x − mean). Equal values give a sum of exactly 0.
	for i := range n {
		if err := train.Sample(sample, i); err != nil {
			return Standardization{}, fmt.Errorf("data: sample %d: %w", i, err)
		}
		k := float64(i + 1)
		for j, v := range sample {
			delta := float64(v) - s.Mean[j]
			s.Mean[j] += delta / k
			s.Std[j] += float64(delta * (float64(v) - s.Mean[j]))
		}
	}
	for j, squares := range s.Std {
		s.Std[j] = math.Sqrt(squares / float64(n))
		if s.Std[j] == 0 {
			s.Std[j] = 1
		}
	}
	return s, nil
}

// Standardize returns ds with every sample standardised, computed in float64.
// Training and test samples are to share the statistics of the former. The
// result reads through to ds, and is [Labeled] or [Named] if ds is. It is an
// error when s does not fit the samples, a mean is not finite or a standard
// deviation is not positive and finite.
func Standardize(ds Dataset, s Standardization) (Dataset, error) {
	size := ds.Shape().Size()
	if len(s.Mean) != size || len(s.Std) != size {
		return nil, fmt.Errorf("data: Standardize: %d means and %d standard deviations, expected %d of each for samples of shape %v", len(s.Mean), len(s.Std), size, ds.Shape())
	}
	for j, std := range s.Std {
		if mean := s.Mean[j]; math.IsNaN(mean) || math.IsInf(mean, 0) {
			return nil, fmt.Errorf("data: Standardize: Mean[%d] is %v, expected a finite number", j, mean)
		}
		if !(std > 0) || math.IsInf(std, 0) {
			return nil, fmt.Errorf("data: Standardize: Std[%d] is %v, expected a positive number", j, std)
		}
	}
	out := standardized{ds, s}
	labels, classes := Labels(ds)
	if labels == nil {
		return out, nil
	}
	l, err := WithLabels(out, labels, classes)
	if names := ClassNames(ds); names != nil && err == nil {
		return WithClassNames(l, names)
	}
	return l, err
}

type standardized struct {
	Dataset
	Standardization
}

// Sample reads sample i and standardises it in place.
func (s standardized) Sample(dst []float32, i int) error {
	if err := s.Dataset.Sample(dst, i); err != nil {
		return err
	}
	dst = dst[:len(s.Mean)]
	for j, v := range dst {
		dst[j] = float32((float64(v) - s.Mean[j]) / s.Std[j])
		if math.IsInf(float64(dst[j]), 0) {
			return fmt.Errorf("element %d is %v, too many standard deviations of %v from the mean %v for a float32", j, v, s.Std[j], s.Mean[j])
		}
	}
	return nil
}
