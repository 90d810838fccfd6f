package data_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"testing/synctest"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// Goroutines are gone when the loop is left: synctest.Test fails otherwise.
func TestLoaderStops(t *testing.T) {
	ds := digits(t, 200)
	config := data.LoaderConfig{Batch: 10, Views: []data.View{noise, noise}, Workers: 4, Prefetch: 5}
	for _, c := range []struct {
		name string
		loop func(t *testing.T, l *data.Loader)
	}{
		{"at the end", func(t *testing.T, l *data.Loader) { epoch(t, l, 0) }},
		{"break", func(t *testing.T, l *data.Loader) {
			for range l.Epoch(context.Background(), 0) {
				break
			}
			epoch(t, l, 0) // and the loader can be used again
		}},
		{"panic", func(t *testing.T, l *data.Loader) {
			defer func() {
				if recover() == nil {
					t.Error("the loop's panic is lost")
				}
			}()
			for range l.Epoch(context.Background(), 0) {
				panic("in the loop")
			}
		}},
		{"cancel", func(t *testing.T, l *data.Loader) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			n := 0
			for b, err := range l.Epoch(ctx, 0) {
				switch n++; {
				case n <= 3 && err != nil:
					t.Fatal(err)
				case n == 3:
					cancel()
				case n == 4 && (b != nil || !errors.Is(err, context.Canceled)):
					t.Errorf("after cancel: %v, %v; want an error", b, err)
				}
			}
			if n != 4 {
				t.Errorf("%d iterations, want 3 and the error", n)
			}
		}},
		{"cancelled before", func(t *testing.T, l *data.Loader) {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			n := 0
			for _, err := range l.Batches(ctx, 0) {
				if n++; !errors.Is(err, context.Canceled) {
					t.Errorf("error %v", err)
				}
			}
			if n != 1 {
				t.Errorf("%d iterations, want 1", n)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLoader(t, ds, config)
				c.loop(t, l)
			})
		})
	}
}

func TestLoaderSampleError(t *testing.T) {
	for _, workers := range []int{1, 2, 7} {
		// Samples 70 and up are broken; batch 1 has those from 50 to 99.
		l := newLoader(t, broken{numbers(t, 200), 70}, data.LoaderConfig{
			Batch: 50, Views: []data.View{data.Identity{}}, Workers: workers, Prefetch: 2,
		})
		n := 0
		for b, err := range l.Epoch(context.Background(), 0) {
			switch n++; n {
			case 1:
				if err != nil {
					t.Fatal(err)
				}
			case 2:
				wantError(t, err, "data: sample 70: broken")
				if b != nil || !errors.Is(err, errBroken) {
					t.Errorf("%v, %v; want no batch and the dataset's error", b, err)
				}
			}
		}
		if n != 2 {
			t.Errorf("%d iterations, want a batch and the error", n)
		}
	}
}

// liar is a view that does not do what its OutShape says.
type liar struct{ data.Identity }

func (liar) Apply(x *data.Sample, _ *rand.Rand) { x.Renew(tensor.MakeShape(1)) }

func TestLoaderViewError(t *testing.T) {
	l := newLoader(t, numbers(t, 2), data.LoaderConfig{Batch: 2, Views: []data.View{data.Identity{}, liar{}}})
	for _, err := range l.Epoch(context.Background(), 0) {
		wantError(t, err, "sample 0: view 1 made a sample of shape [1], its OutShape promised [2]")
	}
}
