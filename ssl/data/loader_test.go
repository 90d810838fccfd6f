package data_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// noise makes every view of every sample different.
var noise = data.Noise{Std: 0.1}

func newLoader(t testing.TB, ds data.Dataset, cfg data.LoaderConfig) *data.Loader {
	t.Helper()
	l, err := data.NewLoader(ds, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func digits(t testing.TB, n int) *data.Digits {
	t.Helper()
	d, err := data.NewDigits(n, 1)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// epoch returns everything that an epoch yields, copied.
func epoch(t testing.TB, l *data.Loader, number int) (batches []data.Batch) {
	t.Helper()
	for b, err := range l.Epoch(context.Background(), number) {
		if err != nil {
			t.Fatal(err)
		}
		c := data.Batch{Index: slices.Clone(b.Index)}
		for _, v := range b.Views {
			c.Views = append(c.Views, v.Clone())
		}
		batches = append(batches, c)
	}
	return batches
}

func sameBatches(a, b []data.Batch) bool {
	return slices.EqualFunc(a, b, func(a, b data.Batch) bool {
		return slices.Equal(a.Index, b.Index) && slices.EqualFunc(a.Views, b.Views, func(x, y *tensor.Tensor) bool {
			return x.Shape() == y.Shape() && slices.Equal(x.Data(), y.Data())
		})
	})
}

func TestLoaderSameForAnyWorkers(t *testing.T) {
	ds := digits(t, 100)
	view := data.Compose{
		data.RandomResizedCrop{Scale: [2]float64{0.3, 1}, Ratio: [2]float64{3. / 4, 4. / 3}},
		data.Rotation{Degrees: [2]float64{-15, 15}},
		data.Shift{Max: 0.1},
		data.Brightness{Factor: [2]float64{0.6, 1.4}},
		data.RandomApply{P: 0.5, View: noise},
	}
	config := data.LoaderConfig{Batch: 33, Views: []data.View{view, view}, Shuffle: true, Seed: 5, Workers: 1}
	want := epoch(t, newLoader(t, ds, config), 3)
	// And the same on every machine, with and without fused multiply-add.
	sum := sha256.New()
	for _, b := range want {
		binary.Write(sum, binary.LittleEndian, b.Views[0].Data())
		binary.Write(sum, binary.LittleEndian, b.Views[1].Data())
	}
	if got := fmt.Sprintf("%x", sum.Sum(nil)); got != viewsSum {
		t.Errorf("the views have SHA-256 %s, want %s", got, viewsSum)
	}
	for _, c := range []struct{ workers, prefetch, procs int }{
		{0, 0, 1}, {0, 2, 2}, {2, 1, 2}, {7, 3, 7}, {7, 100, 2}, {1, math.MaxInt, 1},
	} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(c.procs))
			config.Workers, config.Prefetch = c.workers, c.prefetch
			l := newLoader(t, ds, config)
			epoch(t, l, 2) // leaves other content in the buffers
			if !sameBatches(epoch(t, l, 3), want) {
				t.Error("other batches than with one worker")
			}
		})
	}
}

const viewsSum = "2c08c4097521a828fdca6def342fad02f31ee69e4058446b17f26857e21b47bd"

// The randomness is what the package documentation says.
func TestLoaderSeeds(t *testing.T) {
	mix := func(z uint64) uint64 { // SplitMix64, as published
		z += 0x9e3779b97f4a7c15
		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
		z = (z ^ (z >> 27)) * 0x94d049bb133111eb
		return z ^ (z >> 31)
	}
	const seed, number = 42, 6
	ds := digits(t, 20)
	l := newLoader(t, ds, data.LoaderConfig{Batch: 8, Views: []data.View{noise, data.Identity{}, noise}, Shuffle: true, Seed: seed})
	key := mix(mix(seed) ^ number)

	order := make([]int, 20)
	for i := range order {
		order[i] = i
	}
	rand.New(rand.NewPCG(key, 0)).Shuffle(20, func(i, j int) { order[i], order[j] = order[j], order[i] })

	var got []int
	for _, b := range epoch(t, l, number) {
		got = append(got, b.Index...)
		for k, index := range b.Index {
			for v, view := range []data.View{noise, data.Identity{}, noise} {
				x := data.Sample{Shape: ds.Shape(), Data: make([]float32, 784)}
				if err := ds.Sample(x.Data, index); err != nil {
					t.Fatal(err)
				}
				view.Apply(&x, rand.New(rand.NewPCG(key, mix(mix(uint64(index))^uint64(v)))))
				if !slices.Equal(x.Data, b.Views[v].Row(k)) {
					t.Errorf("view %d of sample %d differs", v, index)
				}
			}
		}
	}
	if !slices.Equal(got, order) {
		t.Errorf("order %v, want %v", got, order)
	}
}

func TestLoaderVaries(t *testing.T) {
	ds := digits(t, 64)
	config := data.LoaderConfig{Batch: 64, Views: []data.View{noise, noise}, Seed: 1}
	l := newLoader(t, ds, config)
	b := epoch(t, l, 0)[0]
	if slices.Equal(b.Views[0].Data(), b.Views[1].Data()) {
		t.Error("both views are the same")
	}
	if !sameBatches(epoch(t, l, 0), []data.Batch{b}) {
		t.Error("the same epoch differs the second time")
	}
	if sameBatches(epoch(t, l, 1), []data.Batch{b}) {
		t.Error("two epochs are the same")
	}
	config.Seed = 2
	if sameBatches(epoch(t, newLoader(t, ds, config), 0), []data.Batch{b}) {
		t.Error("two seeds give the same")
	}
}

// Every sample comes once an epoch, in whole batches but for the last.
func TestLoaderCoverage(t *testing.T) {
	for _, c := range []struct {
		n, batch          int
		shuffle, dropLast bool
		sizes             []int
	}{
		{10, 4, false, false, []int{4, 4, 2}},
		{10, 4, true, false, []int{4, 4, 2}},
		{10, 4, true, true, []int{4, 4}},
		{12, 4, true, false, []int{4, 4, 4}},
		{12, 12, false, true, []int{12}},
		{3, 1, true, true, []int{1, 1, 1}},
	} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			l := newLoader(t, numbers(t, c.n), data.LoaderConfig{
				Batch: c.batch, Views: []data.View{data.Identity{}}, Shuffle: c.shuffle, DropLast: c.dropLast, Prefetch: 1,
			})
			if l.Len() != len(c.sizes) {
				t.Errorf("Len is %d, want %d", l.Len(), len(c.sizes))
			}
			var sizes, seen []int
			for _, b := range epoch(t, l, 0) {
				sizes = append(sizes, len(b.Index))
				seen = append(seen, b.Index...)
				if want := tensor.MakeShape(len(b.Index), 2); b.Views[0].Shape() != want {
					t.Errorf("shape %v, want %v", b.Views[0].Shape(), want)
				}
				for k, i := range b.Index {
					if got := b.Views[0].At(k, 1); got != float32(-i) {
						t.Errorf("row %d is of sample %v, its index says %d", k, -got, i)
					}
				}
			}
			if !slices.Equal(sizes, c.sizes) {
				t.Errorf("batches of %v, want %v", sizes, c.sizes)
			}
			if sorted := slices.IsSorted(seen); sorted == c.shuffle && c.n > 3 && c.batch < c.n {
				t.Errorf("order %v with Shuffle %v", seen, c.shuffle)
			}
			slices.Sort(seen)
			if len(slices.Compact(seen)) != sum(c.sizes) {
				t.Errorf("samples %v, want each once", seen)
			}
		})
	}
}

func sum(x []int) (s int) {
	for _, v := range x {
		s += v
	}
	return s
}

func TestLoaderBatches(t *testing.T) {
	l := newLoader(t, digits(t, 40), data.LoaderConfig{Batch: 16, Views: []data.View{noise, noise}, Shuffle: true})
	want := epoch(t, l, 0)
	i := 0
	for views, err := range l.Batches(context.Background(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		for v, x := range views {
			if !slices.Equal(x.Data(), want[i].Views[v].Data()) {
				t.Errorf("view %d of batch %d differs from Epoch's", v, i)
			}
		}
		i++
	}
	if i != len(want) {
		t.Errorf("%d batches, want %d", i, len(want))
	}
	for range l.Batches(context.Background(), 0) {
		break // must not be called again
	}
}

func TestNewLoaderErrors(t *testing.T) {
	ds := numbers(t, 10)
	for _, c := range []struct {
		name   string
		change func(*data.LoaderConfig)
		want   string
	}{
		{"batch 0", func(c *data.LoaderConfig) { c.Batch = 0 }, "Batch is 0, expected 1 or more"},
		{"batch too large", func(c *data.LoaderConfig) { c.Batch = 11 }, "Batch is 11, larger than the dataset of 10 samples"},
		{"no views", func(c *data.LoaderConfig) { c.Views = nil }, "Views is empty"},
		{"nil view", func(c *data.LoaderConfig) { c.Views[1] = nil }, "Views[1] is nil"},
		{"bad view", func(c *data.LoaderConfig) { c.Views[1] = data.Shift{} }, "Shift: sample of shape [2]"},
		{"workers", func(c *data.LoaderConfig) { c.Workers = -1 }, "Workers is -1"},
		{"prefetch", func(c *data.LoaderConfig) { c.Prefetch = -1 }, "Prefetch is -1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := data.DefaultLoaderConfig(data.Identity{})
			config.Batch = 5
			c.change(&config)
			_, err := data.NewLoader(ds, config)
			wantError(t, err, c.want)
		})
	}
	_, err := data.NewLoader(empty{ds}, data.DefaultLoaderConfig(data.Identity{}))
	wantError(t, err, "the dataset has no samples")
}

type empty struct{ data.Dataset }

func (empty) Len() int { return 0 }

// Several epochs at once do not disturb each other.
func TestLoaderConcurrentEpochs(t *testing.T) {
	l := newLoader(t, digits(t, 60), data.LoaderConfig{Batch: 20, Views: []data.View{noise, noise}, Shuffle: true, Prefetch: 1})
	want := [][]data.Batch{epoch(t, l, 0), epoch(t, l, 1)}
	var running sync.WaitGroup
	for i := range 4 {
		running.Go(func() {
			if !sameBatches(epoch(t, l, i%2), want[i%2]) {
				t.Errorf("epoch %d differs beside others", i%2)
			}
		})
	}
	running.Wait()
}

func TestLoaderAllocations(t *testing.T) {
	const batches = 50
	l := newLoader(t, digits(t, batches*4), data.LoaderConfig{
		Batch: 4, Views: []data.View{data.DigitsView(), noise}, Shuffle: true, Workers: 2, Prefetch: 2,
	})
	ctx := context.Background()
	run := func() {
		for _, err := range l.Batches(ctx, 0) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	run()
	// An epoch makes channels, goroutines and a generator; a batch nothing.
	if n := testing.AllocsPerRun(5, run); n > 40 {
		t.Errorf("an epoch of %d batches allocates %v times, want 40 at most", batches, n)
	}
}
