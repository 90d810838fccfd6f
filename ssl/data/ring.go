package data

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/seed-312a1f22/dyad/tensor"
)

// ring is the memory of one epoch in progress: the batches that are with the
// consumer or being prepared, and what each worker needs. The consumer hands
// slots to the workers as jobs; whichever worker finishes a slot's last job
// signals done, and then the slot is the consumer's until it hands it out again.
type ring struct {
	order    []int // the samples in the order of the epoch
	slots    []*slot
	workers  []*worker
	consumer *worker // of the goroutine that ranges over the epoch
}

// slot is the memory of one batch.
type slot struct {
	batch Batch
	full  []*tensor.Tensor // the views of a whole batch
	last  []*tensor.Tensor // their leading rows, for the last batch of an epoch
	done  chan struct{}    // receives one value when the batch is ready

	mu      sync.Mutex
	pending int   // jobs not finished
	err     error // of the sample that comes first among those that failed
	errRow  int
}

// job is rows lo to hi−1 of a batch.
type job struct {
	slot   *slot
	lo, hi int
}

// chunkSize is the number of samples in a job: enough to make handing it over
// cheap, few enough that all workers share the first batch of an epoch.
const chunkSize = 16

// chunks returns the number of jobs in a batch of n.
func chunks(n int) int { return (n + chunkSize - 1) / chunkSize }

// newRing returns the memory for epochs of n samples in the given number of batches.
func newRing(n, batches int, cfg LoaderConfig, shapes []tensor.Shape) *ring {
	// One slot is with the consumer while Prefetch others are prepared.
	r := &ring{order: make([]int, n), slots: make([]*slot, min(cfg.Prefetch, batches-1)+1), consumer: newWorker()}
	for i := range r.slots {
		s := &slot{full: make([]*tensor.Tensor, len(shapes)), last: make([]*tensor.Tensor, len(shapes))}
		for v, shape := range shapes {
			s.full[v] = tensor.New(append([]int{cfg.Batch}, shape.Dims()...)...)
			s.last[v] = s.full[v].Slice(0, n%cfg.Batch)
		}
		r.slots[i] = s
	}
	return r
}

// prepare makes r ready for an epoch with the given number of workers.
func (r *ring) prepare(workers int) {
	for len(r.workers) < workers {
		r.workers = append(r.workers, newWorker())
	}
	r.workers = r.workers[:workers]
	for _, s := range r.slots {
		// A new channel, since an epoch left early may leave a signal behind.
		s.done = make(chan struct{}, 1)
	}
}

// shuffle puts the samples into the order of an epoch.
func (r *ring) shuffle(cfg LoaderConfig, epoch int) {
	for i := range r.order {
		r.order[i] = i
	}
	if cfg.Shuffle {
		rand.New(rand.NewPCG(epochKey(cfg.Seed, epoch), 0)).Shuffle(len(r.order), func(i, j int) {
			r.order[i], r.order[j] = r.order[j], r.order[i]
		})
	}
}

// fail records that a row of s could not be made.
func (s *slot) fail(row int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil || row < s.errRow {
		s.err, s.errRow = err, row
	}
}

// finish counts off one job of s.
func (s *slot) finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending--; s.pending == 0 {
		s.done <- struct{}{}
	}
}

// worker is what one goroutine needs to prepare samples.
type worker struct {
	sample []float32 // as the dataset gives it
	view   Sample    // in the making
	source *rand.PCG
	rand   *rand.Rand // of source
}

func newWorker() *worker {
	source := new(rand.PCG)
	return &worker{source: source, rand: rand.New(source)}
}

// run works on jobs until there are no more.
func (w *worker) run(ctx context.Context, l *Loader, key uint64, jobs <-chan job) {
	for j := range jobs {
		w.do(ctx, j, l, key)
	}
}

// await works on jobs until s is ready or ctx is done.
func (w *worker) await(ctx context.Context, s *slot, l *Loader, key uint64, jobs <-chan job) {
	for ctx.Err() == nil {
		select {
		case <-s.done:
			return
		default:
		}
		select {
		case <-s.done:
			return
		case <-ctx.Done():
		case j := <-jobs:
			w.do(ctx, j, l, key)
		}
	}
}

// do works on one job. Once ctx is done it only counts it off.
func (w *worker) do(ctx context.Context, j job, l *Loader, key uint64) {
	for row := j.lo; row < j.hi && ctx.Err() == nil; row++ {
		if err := w.fill(l, key, &j.slot.batch, row); err != nil {
			j.slot.fail(row, err)
			break
		}
	}
	j.slot.finish()
}

// fill makes one row of every view of a batch.
func (w *worker) fill(l *Loader, key uint64, b *Batch, row int) error {
	index, shape := b.Index[row], l.ds.Shape()
	size := shape.Size()
	if cap(w.sample) < size {
		w.sample = make([]float32, size)
	}
	raw := w.sample[:size]
	if err := l.ds.Sample(raw, index); err != nil {
		return fmt.Errorf("data: sample %d: %w", index, err)
	}
	for v, view := range l.cfg.Views {
		w.view.load(raw, shape)
		w.source.Seed(key, viewKey(index, v))
		view.Apply(&w.view, w.rand)
		if w.view.Shape != l.shapes[v] {
			return fmt.Errorf("data: sample %d: view %d made a sample of shape %v, its OutShape promised %v", index, v, w.view.Shape, l.shapes[v])
		}
		n := l.shapes[v].Size()
		copy(b.Views[v].Data()[row*n:][:n], w.view.Data)
	}
	return nil
}
