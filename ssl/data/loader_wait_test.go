package data_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// slow is a dataset whose samples take a millisecond each, of a clock that stands
// still while anything runs.
type slow struct{ n int }

func (s slow) Len() int          { return s.n }
func (slow) Shape() tensor.Shape { return tensor.MakeShape(1) }
func (slow) Sample([]float32, int) error {
	time.Sleep(time.Millisecond)
	return nil
}

// TestLoaderDoesNotWait measures an epoch of slow samples. A consumer that takes
// longer for a batch than one worker waits for the first batch alone; one that
// does nothing works beside the worker.
func TestLoaderDoesNotWait(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name           string
		batches, batch int
		workers        int
		step, want     time.Duration
	}{
		{"a slow step, one worker", 20, 16, 1, 17 * ms, (16 + 20*17) * ms},
		{"a slow step, three workers", 20, 16, 3, 17 * ms, (16 + 20*17) * ms},
		{"no step, one worker", 20, 32, 1, 0, 20 * 32 * ms / 2},
		{"no step, three workers", 20, 64, 3, 0, 20 * 64 * ms / 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLoader(t, slow{c.batches * c.batch}, data.LoaderConfig{Batch: c.batch, Views: []data.View{data.Identity{}}, Workers: c.workers, Prefetch: 2})
				start := time.Now()
				for _, err := range l.Batches(context.Background(), 0) {
					if err != nil {
						t.Fatal(err)
					}
					time.Sleep(c.step)
				}
				if got := time.Since(start); got != c.want {
					t.Errorf("an epoch took %v, want %v", got, c.want)
				}
			})
		})
	}
}
