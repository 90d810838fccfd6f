package data

import (
	"errors"
	"fmt"
	"math"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Dataset is a number of samples of one shape, in a fixed order.
//
// Its methods are called from several goroutines at once.
type Dataset interface {
	// Len returns the number of samples.
	Len() int
	// Shape returns the shape of one sample: [C H W] for images, [M] for vectors.
	Shape() tensor.Shape
	// Sample writes sample i, 0 ≤ i < Len(), into dst, which has Shape().Size()
	// elements. An error means that the sample could not be read or decoded.
	Sample(dst []float32, i int) error
}

// Labeled is a Dataset whose samples belong to classes.
type Labeled interface {
	Dataset
	// Label returns the class of sample i: 0 ≤ Label(i) < Classes().
	Label(i int) int
	// Classes returns the number of classes.
	Classes() int
}

// Labels returns the label of every sample and the number of classes, or nil
// and 0 when ds is not [Labeled].
func Labels(ds Dataset) (labels []int, classes int) {
	l, ok := ds.(Labeled)
	if !ok {
		return nil, 0
	}
	labels = make([]int, l.Len())
	for i := range labels {
		labels[i] = l.Label(i)
	}
	return labels, l.Classes()
}

// WithLabels returns ds with labels attached, in place of any that it had, and
// of the names of their classes: labels[i] is the class of sample i, from 0 to
// classes−1. The slice is kept, not copied. It is an error when the numbers of
// labels and samples differ or a label is out of range.
func WithLabels(ds Dataset, labels []int, classes int) (Labeled, error) {
	if len(labels) != ds.Len() {
		return nil, fmt.Errorf("data: %d labels for %d samples, expected one for each", len(labels), ds.Len())
	}
	for i, l := range labels {
		if l < 0 || l >= classes {
			return nil, fmt.Errorf("data: label %d is %d, expected 0 to %d (of %d classes)", i, l, classes-1, classes)
		}
	}
	return labeled{ds, labels, classes}, nil
}

type labeled struct {
	Dataset
	labels  []int
	classes int
}

func (l labeled) Label(i int) int { return l.labels[i] }
func (l labeled) Classes() int    { return l.classes }

// Subset returns the dataset whose sample k is sample indices[k] of ds. It
// reads through to ds and keeps the slice. An index may occur more than once.
// The result is [Labeled] if ds is, and [Named] if ds is. It is an error when
// there is no index or one is out of range.
func Subset(ds Dataset, indices []int) (Dataset, error) {
	if len(indices) == 0 {
		return nil, errors.New("data: Subset: no indices, expected one at least")
	}
	for k, i := range indices {
		if i < 0 || i >= ds.Len() {
			return nil, fmt.Errorf("data: Subset: index %d is %d, expected 0 to %d", k, i, ds.Len()-1)
		}
	}
	s := subset{ds, indices}
	switch ds := ds.(type) {
	case Named:
		return named{labeledSubset{s, ds}, ds.ClassNames()}, nil
	case Labeled:
		return labeledSubset{s, ds}, nil
	}
	return s, nil
}

type subset struct {
	ds      Dataset
	indices []int
}

func (s subset) Len() int                          { return len(s.indices) }
func (s subset) Shape() tensor.Shape               { return s.ds.Shape() }
func (s subset) Sample(dst []float32, i int) error { return s.ds.Sample(dst, s.indices[i]) }

type labeledSubset struct {
	subset
	labels Labeled
}

func (s labeledSubset) Label(i int) int { return s.labels.Label(s.indices[i]) }
func (s labeledSubset) Classes() int    { return s.labels.Classes() }

// Split cuts ds in two by order: the first part has the given fraction of the
// samples, rounded to a whole number, and the second has the rest. Both are
// views as [Subset] makes them. It is an error when a part would be empty.
func Split(ds Dataset, fraction float64) (first, rest Dataset, err error) {
	n := ds.Len()
	// The comparison is false for NaN, which no conversion to int is defined for.
	if !(fraction > 0 && fraction < 1) {
		return nil, nil, fmt.Errorf("data: Split: fraction %v, expected one between 0 and 1", fraction)
	}
	k := int(math.Round(fraction * float64(n)))
	if k == 0 || k == n {
		return nil, nil, fmt.Errorf("data: Split: %d samples cannot be split at fraction %v into two parts", n, fraction)
	}
	indices := make([]int, n)
	for i := range indices {
		indices[i] = i
	}
	if first, err = Subset(ds, indices[:k]); err != nil {
		return nil, nil, err
	}
	rest, err = Subset(ds, indices[k:])
	return first, rest, err
}

// ReadAll returns every sample of ds in one tensor [Len, …Shape].
func ReadAll(ds Dataset) (*tensor.Tensor, error) {
	shape, err := batchShape(ds.Len(), ds.Shape())
	if err != nil {
		return nil, err
	}
	all := tensor.NewShape(shape)
	size := ds.Shape().Size()
	for i := range ds.Len() {
		if err := ds.Sample(all.Data()[i*size:][:size], i); err != nil {
			return nil, fmt.Errorf("data: sample %d: %w", i, err)
		}
	}
	return all, nil
}

// batchShape returns [n, …sample], or an error when samples of that shape
// cannot be put in a batch.
func batchShape(n int, sample tensor.Shape) (tensor.Shape, error) {
	if sample.Rank() >= tensor.MaxRank {
		return tensor.Shape{}, fmt.Errorf("data: samples of shape %v, expected %d dimensions at most", sample, tensor.MaxRank-1)
	}
	return tensor.MakeShape(append([]int{n}, sample.Dims()...)...), nil
}
