package par

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/seed-312a1f22/dyad/bench/alloctest"
)

// setProcs sets GOMAXPROCS for the duration of a test.
func setProcs(t *testing.T, n int) {
	old := runtime.GOMAXPROCS(n)
	t.Cleanup(func() { runtime.GOMAXPROCS(old) })
}

type marks struct{ visits []atomic.Int32 }

// mark counts the visits of every index, and marks chunk starts with 1<<16.
var mark = New(func(lo, hi int, a *marks) {
	a.visits[lo].Add(1 << 16)
	for i := lo; i < hi; i++ {
		a.visits[i].Add(1)
	}
})

func TestRunVisitsEachChunkOnce(t *testing.T) {
	for _, procs := range []int{1, 2, 7} {
		for _, c := range []struct{ n, grain int }{
			{1, 1}, {1, 100}, {2, 1}, {10, 3}, {12, 3}, {100, 1}, {1000, 7}, {1000, 999}, {1000, 1000}, {1000, 1001},
		} {
			t.Run(fmt.Sprintf("procs=%d/n=%d/grain=%d", procs, c.n, c.grain), func(t *testing.T) {
				setProcs(t, procs)
				a := marks{make([]atomic.Int32, c.n)}
				mark.Run(c.n, c.grain, a)
				for i := range a.visits {
					want := int32(1)
					if i%c.grain == 0 {
						want += 1 << 16
					}
					if got := a.visits[i].Load(); got != want {
						t.Fatalf("index %d: %#x, want %#x", i, got, want)
					}
				}
			})
		}
	}
}

func TestRunOfNothing(t *testing.T) {
	never := New(func(lo, hi int, _ *struct{}) { t.Errorf("called for [%d, %d)", lo, hi) })
	never.Run(0, 5, struct{}{})
	never.Run(-3, 5, struct{}{})
}

func TestRunPanicsWithoutGrain(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	mark.Run(3, 0, marks{})
}

// sum adds [lo, hi) of the values into one cell per chunk; row does so for each
// row of a square, from inside a kernel.
type sumArgs struct {
	x     []int
	sums  []int
	grain int
}

var sum = New(func(lo, hi int, a *sumArgs) {
	total := 0
	for _, v := range a.x[lo:hi] {
		total += v
	}
	a.sums[lo/a.grain] = total
})

type rowArgs struct {
	x, sums []int
	n       int
}

var rows = New(func(lo, hi int, a *rowArgs) {
	for i := lo; i < hi; i++ {
		const grain = 3
		parts := make([]int, (a.n+grain-1)/grain)
		sum.Run(a.n, grain, sumArgs{a.x[i*a.n : (i+1)*a.n], parts, grain})
		for _, p := range parts {
			a.sums[i] += p
		}
	}
})

func TestNestedRun(t *testing.T) {
	for _, procs := range []int{1, 2, 7} {
		t.Run(fmt.Sprint("procs=", procs), func(t *testing.T) {
			setProcs(t, procs)
			checkRows(t, 50)
		})
	}
}

// checkRows sums the rows of 0, 1, 2, … in a square of n·n.
func checkRows(t *testing.T, n int) {
	x, sums := make([]int, n*n), make([]int, n)
	for i := range x {
		x[i] = i
	}
	rows.Run(n, 1, rowArgs{x, sums, n})
	for i, got := range sums {
		if want := i*n*n + n*(n-1)/2; got != want {
			t.Errorf("row %d: %d, want %d", i, got, want)
		}
	}
}

func TestConcurrentRuns(t *testing.T) {
	for _, procs := range []int{1, 2, 7} {
		t.Run(fmt.Sprint("procs=", procs), func(t *testing.T) {
			setProcs(t, procs)
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					for n := range 40 {
						checkRows(t, n)
					}
				})
			}
			wg.Wait()
		})
	}
}

// TestRunUsesOtherGoroutines has two chunks meet: neither ends without the other.
func TestRunUsesOtherGoroutines(t *testing.T) {
	setProcs(t, 2)
	meet := New(func(lo, hi int, a *[2]chan int) {
		a[lo] <- lo
		<-a[1-lo]
	})
	for range 100 {
		meet.Run(2, 1, [2]chan int{make(chan int, 1), make(chan int, 1)})
	}
}

func TestRunAllocatesNothing(t *testing.T) {
	for _, procs := range []int{1, 2, 7} {
		t.Run(fmt.Sprint("procs=", procs), func(t *testing.T) {
			setProcs(t, procs)
			a := sumArgs{make([]int, 1000), make([]int, 100), 10}
			alloctest.None(t, "1000 runs", func() {
				for range 1000 {
					sum.Run(len(a.x), a.grain, a)
				}
			})
		})
	}
}

func BenchmarkRun(b *testing.B) {
	for _, chunks := range []int{1, 2, 16} {
		b.Run(fmt.Sprint("chunks=", chunks), func(b *testing.B) {
			a := sumArgs{make([]int, chunks*16), make([]int, chunks), 16}
			for b.Loop() {
				sum.Run(len(a.x), a.grain, a)
			}
		})
	}
}
