package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/ssl/eval"
)

// watched is how many samples the features are measured on.
const watched = 256

// pairs are two views of some samples, the same ones each time.
type pairs [2]*data.Loader

func newPairs(set data.Dataset, views []data.View, seed uint64) (p pairs, err error) {
	some, err := spread(set, watched)
	if err != nil {
		return p, err
	}
	for i := range p {
		// Another seed each, since both are the only view of their loaders.
		p[i], err = data.NewLoader(some, data.LoaderConfig{
			Batch: some.Len(), Views: views[i : i+1], Seed: seed + uint64(i), Prefetch: 1,
		})
		if err != nil {
			return p, err
		}
	}
	return p, nil
}

// measure returns how the encoder's features of the pairs lie.
func (p pairs) measure(ctx context.Context, encoder ssl.Encoder) (eval.Measurements, error) {
	a, err := ssl.Features(ctx, encoder, p[0])
	if err != nil {
		return eval.Measurements{}, err
	}
	b, err := ssl.Features(ctx, encoder, p[1])
	if err != nil {
		return eval.Measurements{}, err
	}
	return eval.Measure(a, b), nil
}

// watch finds words for what goes wrong in a training, for each thing once.
type watch struct {
	pairs    pairs
	history  []eval.Health
	warnings []string
}

// after is called after an epoch.
func (w *watch) after(ctx context.Context, model *ssl.SimCLR, e *ssl.Epoch) error {
	m, err := w.pairs.measure(ctx, model.Encoder)
	if err != nil {
		return fmt.Errorf("measuring the features after epoch %d: %w", e.Epoch+1, err)
	}
	m.Log(e.Record)
	w.add(eval.Health{Loss: e.Train.Loss, Chance: e.Train.Chance, Orthogonal: e.Train.Orthogonal, Measurements: m})
	return nil
}

func (w *watch) add(h eval.Health) {
	w.history = append(w.history, h)
	for _, text := range eval.Diagnose(w.history) {
		if !w.told(text) {
			w.warnings = append(w.warnings, fmt.Sprintf("epoch %d: %s", len(w.history), text))
		}
	}
}

// told reports whether there was a warning of this kind: one that begins with the
// same words, up to the numbers.
func (w *watch) told(text string) bool {
	kind, _, _ := strings.Cut(text, ":")
	if i := strings.IndexAny(kind, "0123456789"); i >= 0 {
		kind = kind[:i]
	}
	for _, warning := range w.warnings {
		if strings.Contains(warning, kind) {
			return true
		}
	}
	return false
}
