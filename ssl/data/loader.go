package data

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"sync"

	"github.com/seed-312a1f22/dyad/tensor"
)

// LoaderConfig says how a [Loader] makes batches. Zero means zero, except for
// Workers; start from [DefaultLoaderConfig].
type LoaderConfig struct {
	Batch    int    // samples in a batch: 1 to the size of the dataset
	Views    []View // one transformation for each view of a sample: two for SimCLR
	Shuffle  bool   // a new random order every epoch; otherwise the dataset's order
	DropLast bool   // leave out the last batch of an epoch when it is not full
	Seed     uint64 // of the order and of the views
	Workers  int    // goroutines that prepare batches; 0 means GOMAXPROCS − 1, but one at least
	Prefetch int    // batches prepared while the consumer works on one
}

// DefaultLoaderConfig returns the configuration for training with two views
// made by view: shuffled batches of 256, the last one dropped unless full, two
// batches ahead.
func DefaultLoaderConfig(view View) LoaderConfig {
	return LoaderConfig{Batch: 256, Views: []View{view, view}, Shuffle: true, DropLast: true, Prefetch: 2}
}

// Loader makes the batches of an epoch from the samples of a dataset. It can be
// ranged over any number of times, also by several goroutines at once.
type Loader struct {
	ds     Dataset
	cfg    LoaderConfig
	shapes []tensor.Shape // of one sample in each view

	mu   sync.Mutex
	idle []*ring // buffers of epochs that are over
}

// NewLoader returns a loader of ds. It is an error when a field of cfg is out
// of range, when the batch is larger than the dataset, or when a view's
// parameters or the samples' shape do not suit.
func NewLoader(ds Dataset, cfg LoaderConfig) (*Loader, error) {
	switch n := ds.Len(); {
	case n < 1:
		return nil, errors.New("data: NewLoader: the dataset has no samples, expected one at least")
	case cfg.Batch < 1:
		return nil, fmt.Errorf("data: NewLoader: Batch is %d, expected 1 or more", cfg.Batch)
	case cfg.Batch > n:
		return nil, fmt.Errorf("data: NewLoader: Batch is %d, larger than the dataset of %d samples", cfg.Batch, n)
	case len(cfg.Views) == 0:
		return nil, errors.New("data: NewLoader: Views is empty, expected one at least (Identity{} for the samples themselves)")
	case cfg.Workers < 0:
		return nil, fmt.Errorf("data: NewLoader: Workers is %d, expected 0 (for GOMAXPROCS) or more", cfg.Workers)
	case cfg.Prefetch < 0:
		return nil, fmt.Errorf("data: NewLoader: Prefetch is %d, expected 0 or more", cfg.Prefetch)
	}
	cfg.Views = append([]View(nil), cfg.Views...)
	l := &Loader{ds: ds, cfg: cfg, shapes: make([]tensor.Shape, len(cfg.Views))}
	for i, v := range cfg.Views {
		if v == nil {
			return nil, fmt.Errorf("data: NewLoader: Views[%d] is nil", i)
		}
		out, err := v.OutShape(ds.Shape())
		if err != nil {
			return nil, err
		}
		if _, err := batchShape(cfg.Batch, out); err != nil {
			return nil, err
		}
		l.shapes[i] = out
	}
	return l, nil
}

// Len returns the number of batches in an epoch.
func (l *Loader) Len() int {
	if l.cfg.DropLast {
		return l.ds.Len() / l.cfg.Batch
	}
	return (l.ds.Len() + l.cfg.Batch - 1) / l.cfg.Batch
}

// Batch is a number of samples, each in all of its views.
type Batch struct {
	Views []*tensor.Tensor // row k of each, [B, …], is a view of sample Index[k]
	Index []int            // which samples of the dataset; for their labels, for example
}

// Batches returns an iterator over the views of the batches of an epoch:
// [Loader.Epoch] without the indices.
func (l *Loader) Batches(ctx context.Context, epoch int) iter.Seq2[[]*tensor.Tensor, error] {
	return func(yield func([]*tensor.Tensor, error) bool) {
		for b, err := range l.Epoch(ctx, epoch) {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(b.Views, nil) {
				return
			}
		}
	}
}

// Epoch returns an iterator over the batches of an epoch. A batch, its tensors
// and its indices are valid until the next iteration, when their memory is used
// again; the indices must not be changed.
//
// The batches depend on the configured seed, the epoch's number and the dataset
// alone. When a sample cannot be read or ctx is done, the iterator yields a nil
// batch with the error, which for a sample names its index, and ends. The
// goroutines that prepare batches have returned when the loop is left.
//
// A batch is prepared while the consumer works on those before it. By default
// that leaves the consumer's processor to the consumer; only when it asks for a
// batch that is not ready does it help to prepare it.
func (l *Loader) Epoch(ctx context.Context, epoch int) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		r := l.acquire()
		defer l.release(r)
		r.shuffle(l.cfg, epoch)
		// Room for every job that can be waiting: no send below ever blocks.
		jobs := make(chan job, len(r.slots)*chunks(l.cfg.Batch))
		workerCtx, cancel := context.WithCancel(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer close(jobs)
		defer cancel()
		key := epochKey(l.cfg.Seed, epoch)
		for _, w := range r.workers {
			running.Go(func() { w.run(workerCtx, l, key, jobs) })
		}

		batches := l.Len()
		for b := range min(len(r.slots), batches) {
			l.dispatch(r, b, jobs)
		}
		for b := range batches {
			s := r.slots[b%len(r.slots)]
			r.consumer.await(ctx, s, l, key, jobs)
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if s.err != nil {
				yield(nil, s.err)
				return
			}
			if !yield(&s.batch, nil) {
				return
			}
			if next := b + len(r.slots); next < batches {
				l.dispatch(r, next, jobs)
			}
		}
	}
}

// dispatch hands batch b to the workers.
func (l *Loader) dispatch(r *ring, b int, jobs chan<- job) {
	s := r.slots[b%len(r.slots)]
	index := r.order[b*l.cfg.Batch:]
	index = index[:min(l.cfg.Batch, len(index))]
	s.batch = Batch{s.full, index}
	if len(index) < l.cfg.Batch {
		s.batch.Views = s.last
	}
	s.err, s.pending = nil, chunks(len(index))
	for lo := 0; lo < len(index); lo += chunkSize {
		jobs <- job{s, lo, min(lo+chunkSize, len(index))}
	}
}

// acquire returns a ring that no other epoch uses.
func (l *Loader) acquire() *ring {
	l.mu.Lock()
	defer l.mu.Unlock()
	var r *ring
	if n := len(l.idle); n > 0 {
		r, l.idle = l.idle[n-1], l.idle[:n-1]
	} else {
		r = newRing(l.ds.Len(), l.Len(), l.cfg, l.shapes)
	}
	r.prepare(l.workers())
	return r
}

// release takes a ring back.
func (l *Loader) release(r *ring) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.idle = append(l.idle, r)
}

// workers returns the number of goroutines of an epoch. One for each processor
// would be one too many: it would push the consumer aside to prepare batches that
// are not needed yet.
func (l *Loader) workers() int {
	if l.cfg.Workers > 0 {
		return l.cfg.Workers
	}
	return max(1, runtime.GOMAXPROCS(0)-1)
}
