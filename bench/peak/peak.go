// Package peak measures the most arithmetic that the processor can do: float32
// fused multiply-adds in registers, as many independent ones as keep its
// multiply-add units busy, without memory. No kernel can be faster, so the rate
// of a kernel as a fraction of it says how much is left to gain.
//
// Clocks change, with temperature and with what the neighbours do, and wide
// instructions may run at a lower one. Measure the peak beside the kernel, in
// turn, with the kernel's own instruction set, and take the ratio.
package peak

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/seed-312a1f22/dyad/asm"
)

// burst is how many iterations of a loop are timed at once: some 20 µs, long
// beside the clock's resolution, short beside a scheduler's slice.
const burst = 10_000

// A loop runs n iterations, each of a fixed number of multiply-adds, and returns
// the sum of its accumulators, lest a compiler leave them out.
type loop struct {
	run func(n int) float32
	ops int // floating-point operations in an iteration, two to a multiply-add
}

// FMA returns the peak of one core in GFLOP/s with an implementation of package
// asm, "avx512", "avx2" or "generic": the fastest of the bursts that fit into d,
// at least one. The error is that of asm.Use when the machine lacks it.
//
// The peak of "generic" is that of a loop in Go, on machines without assembly
// the only one there is. It counts float32 arithmetic that the compiler does not
// vectorise, so a kernel written for vector units may exceed it.
func FMA(implementation string, d time.Duration) (float64, error) {
	l, err := choose(implementation)
	if err != nil {
		return 0, err
	}
	return l.measure(d), nil
}

// FMAParallel returns the peak of several cores at once in GFLOP/s: FMA on as
// many goroutines as threads says, added up. They are as many cores only if
// GOMAXPROCS allows, and the machine has them.
func FMAParallel(implementation string, threads int, d time.Duration) (float64, error) {
	l, err := choose(implementation)
	if err != nil {
		return 0, err
	}
	rates := make([]float64, threads)
	var all sync.WaitGroup
	for i := range rates {
		all.Go(func() { rates[i] = l.measure(d) })
	}
	all.Wait()
	sum := 0.0
	for _, r := range rates {
		sum += r
	}
	return sum, nil
}

func choose(implementation string) (loop, error) {
	if known := asm.Implementations(); !slices.Contains(known, implementation) {
		return loop{}, fmt.Errorf("peak: implementation %q is not available here; choose one of %v", implementation, known)
	}
	return loops[implementation], nil
}

// measure returns the rate of the fastest burst.
func (l loop) measure(d time.Duration) float64 {
	l.run(burst) // raises the clock, and pays for the first wide instruction
	fastest := time.Duration(0)
	for start := time.Now(); ; {
		t := time.Now()
		l.run(burst)
		took := time.Since(t)
		if took > 0 && (fastest == 0 || took < fastest) {
			fastest = took
		}
		if fastest > 0 && time.Since(start) >= d {
			return float64(burst) * float64(l.ops) / float64(fastest.Nanoseconds())
		}
	}
}
