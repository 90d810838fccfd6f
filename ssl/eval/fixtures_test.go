package eval_test

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/seed-312a1f22/dyad/tensor"
)

// normal returns rows of independent standard normal features.
func normal(seed uint64, dims ...int) *tensor.Tensor {
	x := tensor.New(dims...)
	tensor.Normal(x, rand.New(rand.NewPCG(seed, 0)), 0, 1)
	return x
}

// blobs returns n rows of d features in round clouds of spread 1 around the
// given number of random centres of spread `apart`, and the centres' numbers.
// Equal seeds have equal centres only when all else is equal.
func blobs(seed uint64, n, d, classes int, apart float32) (*tensor.Tensor, []int) {
	centers, x := normal(seed, classes, d), normal(seed+1, n, d)
	labels := make([]int, n)
	for i := range labels {
		labels[i] = i % classes
		for j, c := range centers.Row(labels[i]) {
			x.Row(i)[j] += apart * c
		}
	}
	return x, labels
}

// near fails the test unless got is within tolerance of want.
func near(t *testing.T, name string, got, want, tolerance float64) {
	t.Helper()
	if !(got >= want-tolerance && got <= want+tolerance) {
		t.Errorf("%s = %.12g, want %.12g ± %g", name, got, want, tolerance)
	}
}

// atProcs calls f at GOMAXPROCS 1, 2 and 7 and fails the test unless it returns
// the same, to the bit, each time.
func atProcs[T comparable](t *testing.T, name string, f func() T) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	want := f()
	for _, procs := range []int{2, 7} {
		runtime.GOMAXPROCS(procs)
		if got := f(); got != want {
			t.Errorf("%s at GOMAXPROCS %d is %v, but %v at 1", name, procs, got, want)
		}
	}
}

// panics returns the value that f panics with, nil when it does not.
func panics(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}
