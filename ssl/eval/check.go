package eval

import (
	"fmt"
	"math"

	"github.com/seed-312a1f22/dyad/tensor"
)

// maxImpliedClasses bounds the number of classes that is read off the labels.
// It is three times the number of classes in ImageNet-21k; a larger label is
// more likely an identifier, and would ask for as many rows of weights.
const maxImpliedClasses = 1 << 16

// checkFeatures returns features as a matrix with a row for each example, the
// axes behind the first laid side by side. Features that have no row or no
// column, or a value that is not finite, are an error. who starts its sentence.
func checkFeatures(who string, features *tensor.Tensor) (*tensor.Tensor, error) {
	if features.Rank() < 2 {
		return nil, fmt.Errorf("eval: %s: features have shape %v, want [examples features]", who, features.Shape())
	}
	if features.Size() == 0 {
		return nil, fmt.Errorf("eval: %s: features of shape %v are empty", who, features.Shape())
	}
	x := matrix(features)
	if !x.AllFinite() {
		for i, v := range x.Data() {
			if v64 := float64(v); math.IsNaN(v64) || math.IsInf(v64, 0) {
				return nil, fmt.Errorf("eval: %s: feature %d of row %d is %v, want a finite number", who, i%x.Dim(1), i/x.Dim(1), v)
			}
		}
	}
	return x, nil
}

// checkTraining checks features as checkFeatures does, and the labels that go
// with them. It returns the number of classes, which is one more than the
// largest label when classes is 0.
func checkTraining(who string, features *tensor.Tensor, labels []int, classes int) (*tensor.Tensor, int, error) {
	x, err := checkFeatures(who, features)
	if err != nil {
		return nil, 0, err
	}
	implied := classes == 0
	if implied {
		classes = maxImpliedClasses
	}
	if err := checkLabels(who, labels, x.Dim(0), classes); err != nil {
		return nil, 0, err
	}
	least, largest := labels[0], labels[0]
	for _, label := range labels {
		least, largest = min(least, label), max(largest, label)
	}
	if least == largest {
		return nil, 0, fmt.Errorf("eval: %s: all %d labels are %d, want two classes or more", who, len(labels), least)
	}
	if implied {
		classes = largest + 1
	}
	return x, classes, nil
}

// checkLabels returns an error unless there is a label for each row and each is
// one of the classes 0 to classes−1.
func checkLabels(who string, labels []int, rows, classes int) error {
	if len(labels) != rows {
		return fmt.Errorf("eval: %s: %d labels for %d rows of features, want as many", who, len(labels), rows)
	}
	for i, label := range labels {
		if label < 0 || label >= classes {
			return fmt.Errorf("eval: %s: label %d of row %d is outside the classes 0 to %d", who, label, i, classes-1)
		}
	}
	return nil
}

// checkWidth returns an error unless x, which was not there when the features
// were learned, has as many columns as they had.
func checkWidth(who string, x *tensor.Tensor, columns int) error {
	if x.Dim(1) != columns {
		return fmt.Errorf("eval: %s: rows of %d features, want %d as in training", who, x.Dim(1), columns)
	}
	return nil
}

// matrix returns a view of x, which has two axes or more, with the axes behind
// the first made into one.
func matrix(x *tensor.Tensor) *tensor.Tensor {
	_, rows, columns := x.Shape().Split(0)
	return x.Reshape(rows, columns)
}

// accuracy returns the share of predictions that equal the label.
func accuracy(predicted, labels []int) float64 {
	right := 0
	for i, label := range labels {
		if predicted[i] == label {
			right++
		}
	}
	return float64(right) / float64(len(labels))
}
