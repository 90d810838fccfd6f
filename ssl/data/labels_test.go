package data_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// TestLabeledBatches holds that the batches are those of Epoch, and the labels
// those of their samples.
func TestLabeledBatches(t *testing.T) {
	ds := digits(t, 50)
	l := newLoader(t, ds, data.LoaderConfig{Batch: 16, Views: []data.View{noise, noise, noise}, Shuffle: true, Seed: 3, Prefetch: 2})
	want, labels, k := epoch(t, l, 2), []int(nil), 0
	for views, err := range l.LabeledBatches(t.Context(), 2, &labels) {
		if err != nil {
			t.Fatal(err)
		}
		b := want[k]
		k++
		if len(labels) != len(b.Index) {
			t.Fatalf("%d labels for %d samples", len(labels), len(b.Index))
		}
		for i, index := range b.Index {
			if labels[i] != ds.Label(index) {
				t.Errorf("batch %d, row %d: label %d, want %d", k, i, labels[i], ds.Label(index))
			}
		}
		for i, v := range views {
			if !slices.Equal(v.Data(), b.Views[i].Data()) {
				t.Errorf("batch %d: view %d is not that of Epoch", k, i)
			}
		}
	}
	if k != len(want) {
		t.Errorf("%d batches, want %d", k, len(want))
	}
	for range l.LabeledBatches(t.Context(), 0, &labels) {
		break // which ends it
	}
}

func TestLabeledBatchesErrors(t *testing.T) {
	set, err := data.NewMemory(make([]float32, 8), tensor.MakeShape(2))
	if err != nil {
		t.Fatal(err)
	}
	var labels []int
	for views, err := range newLoader(t, set, data.LoaderConfig{Batch: 2, Views: []data.View{noise}}).LabeledBatches(t.Context(), 0, &labels) {
		if want := "data: LabeledBatches: the dataset has no labels, expected one for each sample, which WithLabels attaches"; views != nil || err == nil || err.Error() != want {
			t.Errorf("%v and error %v, want %q", views, err, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range newLoader(t, digits(t, 4), data.LoaderConfig{Batch: 2, Views: []data.View{noise}}).LabeledBatches(ctx, 0, &labels) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	}
}

func ExampleLoader_LabeledBatches() {
	points, err := data.NewMemory([]float32{0, 1, 2, 3}, tensor.MakeShape(1))
	if err != nil {
		fmt.Println(err)
		return
	}
	ds, err := data.WithLabels(points, []int{0, 1, 1, 0}, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	loader, err := data.NewLoader(ds, data.LoaderConfig{Batch: 2, Views: []data.View{data.Identity{}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	var labels []int
	for views, err := range loader.LabeledBatches(context.Background(), 0, &labels) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(views[0].Data(), labels)
	}
	// Output:
	// [0 1] [0 1]
	// [2 3] [1 0]
}
