package main

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// part is a part of a data set.
type part struct {
	set    data.Dataset
	labels []int        // nil for none
	single *data.Loader // each sample once, in order, as it is
}

func newPart(set data.Dataset) (part, error) {
	labels, _ := data.Labels(set)
	single, err := data.NewLoader(set, data.LoaderConfig{
		Batch: min(512, set.Len()), Views: []data.View{data.Identity{}}, Prefetch: 1,
	})
	return part{set, labels, single}, err
}

// samples are the two parts of a data set.
type samples struct {
	train, test part
	classes     int
}

// newSamples returns the parts with their labels, unless these are all the same.
func newSamples(train, test data.Dataset) (s samples, err error) {
	if s.train, err = newPart(train); err != nil {
		return s, err
	}
	if s.test, err = newPart(test); err != nil {
		return s, err
	}
	_, a := data.Labels(train)
	_, b := data.Labels(test)
	s.classes = max(a, b)
	if labels := s.train.labels; labels != nil && slices.Min(labels) == slices.Max(labels) {
		s.train.labels = nil
	}
	return s, nil
}

// labeled reports whether there is anything to evaluate by.
func (s *samples) labeled() bool { return s.train.labels != nil && s.test.labels != nil }

// isVector reports whether samples are rows of a table.
func isVector(sample tensor.Shape) bool { return sample.Rank() == 1 }

// noun says what samples are.
func noun(sample tensor.Shape) string {
	switch sample.Rank() {
	case 1:
		return "rows"
	case 3:
		return "images"
	case 4:
		return "volumes"
	}
	return "samples"
}

// standardized brings the columns of both parts to mean 0 and standard deviation 1,
// by those of train, and returns what it did for the encoder's file.
func standardized(train, test data.Dataset) (a, b data.Dataset, text string, err error) {
	s, err := data.FitStandardization(train)
	if err != nil {
		return nil, nil, "", err
	}
	object, err := json.Marshal(s)
	if err != nil {
		return nil, nil, "", err
	}
	if a, err = data.Standardize(train, s); err == nil {
		b, err = data.Standardize(test, s)
	}
	return a, b, string(object), err
}

// restandardized does to a set what text says was done in training.
func restandardized(ds data.Dataset, text string) (data.Dataset, error) {
	if text == "" {
		return ds, nil
	}
	var s data.Standardization
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return nil, fmt.Errorf("the metadata %q: %w", standardizationKey, err)
	}
	return data.Standardize(ds, s)
}

// spread returns up to n samples at even distances over the set.
func spread(ds data.Dataset, n int) (data.Dataset, error) {
	return data.Subset(ds, evenly(n, ds.Len()))
}
