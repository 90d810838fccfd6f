package ssl_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// endless is a Loader of an epoch of n batches, all the same one.
type endless struct {
	batch []*tensor.Tensor
	n     int
}

func (e endless) Len() int { return e.n }

func (e endless) Batches(context.Context, int) iter.Seq2[[]*tensor.Tensor, error] {
	return func(yield func([]*tensor.Tensor, error) bool) {
		for range e.n {
			if !yield(e.batch, nil) {
				return
			}
		}
	}
}

// heapGrowth trains a small network for the given number of steps, with changes to
// its configuration. It returns by how many bytes the live heap grew between step
// 100 and the last one, and how many objects were allocated meanwhile.
func heapGrowth(t *testing.T, from ssl.Loader, steps int, changes ...func(*ssl.Config)) (bytes, mallocs int64) {
	t.Helper()
	var warm, end runtime.MemStats
	done := 0
	model := newModel(t, func(c *ssl.Config) {
		encoder, err := nn.NewMLP(nn.DefaultMLP(12, 4), rand.New(rand.NewPCG(1, 1)))
		check(err)
		c.Encoder, c.HiddenDims = encoder, []int{4}
		for _, change := range changes {
			change(c)
		}
		c.Epochs = steps / from.Len()
		c.OnStep = func(ssl.Step) {
			switch done++; done {
			case 100:
				runtime.GC()
				runtime.GC() // what the first one took out of sync.Pools
				runtime.ReadMemStats(&warm)
			case steps:
				runtime.ReadMemStats(&end)
				mallocs = int64(end.Mallocs - warm.Mallocs)
				runtime.GC()
				runtime.GC()
				runtime.ReadMemStats(&end)
				bytes = int64(end.HeapAlloc) - int64(warm.HeapAlloc)
			}
		}
	})
	if err := model.Fit(t.Context(), from, nil); err != nil {
		t.Fatal(err)
	}
	if done != steps {
		t.Fatalf("%d steps, want %d", done, steps)
	}
	return bytes, mallocs
}

// TestHeapIsFlat holds that a training that goes on for long needs no more memory
// than one that has begun, and that its steps allocate nothing.
func TestHeapIsFlat(t *testing.T) {
	if testing.Short() {
		t.Skip("10,000 steps")
	}
	const steps, slack = 10_000, 16 << 10 // less than two bytes a step
	r := rand.New(rand.NewPCG(1, 1))
	set, err := data.NewMemory(normal(r, 800, 12).Data(), tensor.MakeShape(12))
	check(err)
	config := data.DefaultLoaderConfig(data.Noise{Std: 0.1})
	config.Batch = 8
	loader, err := data.NewLoader(set, config)
	check(err)
	for _, procs := range []int{1, 2} {
		t.Run(fmt.Sprint("GOMAXPROCS=", procs), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			bytes, mallocs := heapGrowth(t, endless{clusters(1, 8, 12)[0], steps}, steps)
			if bytes > slack {
				t.Errorf("ready batches: the live heap grew by %d bytes in %d steps", bytes, steps)
			}
			// The runtime itself allocates now and then, when a goroutine parks.
			if mallocs > steps/100 {
				t.Errorf("ready batches: %d allocations in %d steps", mallocs, steps)
			}
			bytes, mallocs = heapGrowth(t, endless{clusters(1, 8, 12)[0], steps}, steps, everything)
			if bytes > slack || mallocs > steps/100 {
				t.Errorf("every feature on: the live heap grew by %d bytes, with %d allocations, in %d steps", bytes, mallocs, steps)
			}
			// An epoch of a loader starts goroutines, and ends them.
			if bytes, _ := heapGrowth(t, loader, steps); bytes > slack {
				t.Errorf("loader: the live heap grew by %d bytes in %d epochs", bytes, steps/loader.Len())
			}
		})
	}
}
