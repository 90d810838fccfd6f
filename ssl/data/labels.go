package data

import (
	"context"
	"errors"
	"iter"

	"github.com/seed-312a1f22/dyad/tensor"
)

// LabeledBatches is [Loader.Batches] with labels: before it yields a batch it sets
// *labels to the labels of its samples, one for each row of a view, in the memory
// that is there if it is enough. It yields an error when the dataset is not
// [Labeled].
func (l *Loader) LabeledBatches(ctx context.Context, epoch int, labels *[]int) iter.Seq2[[]*tensor.Tensor, error] {
	return func(yield func([]*tensor.Tensor, error) bool) {
		ds, ok := l.ds.(Labeled)
		if !ok {
			yield(nil, errors.New("data: LabeledBatches: the dataset has no labels, expected one for each sample, which WithLabels attaches"))
			return
		}
		for b, err := range l.Epoch(ctx, epoch) {
			if err != nil {
				yield(nil, err)
				return
			}
			*labels = (*labels)[:0]
			for _, i := range b.Index {
				*labels = append(*labels, ds.Label(i))
			}
			if !yield(b.Views, nil) {
				return
			}
		}
	}
}
