package bench

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/seed-312a1f22/dyad/bench/workload"
)

// BenchmarkStep is one training step of SimCLR on a ready batch: two views
// forward, NT-Xent, backward, AdamW. GFLOP/s counts the products of the linear
// layers; allocations are those of a step once it is warm.
func BenchmarkStep(b *testing.B) {
	for _, c := range workload.Steps {
		for _, n := range threads() {
			b.Run(fmt.Sprintf("%s/threads=%d", c.Name, n), func(b *testing.B) {
				cores(b, n)
				step(b, c)
			})
		}
	}
}

func step(b *testing.B, c workload.StepCase) {
	s, err := c.New()
	if err != nil {
		b.Fatal(err)
	}
	for range 3 { // the first step allocates what the others use
		s.Run()
	}
	runtime.GC() // after New's garbage, so that it is not collected in the middle
	b.ReportAllocs()
	for b.Loop() {
		s.Run()
	}
	seconds := b.Elapsed().Seconds() / float64(b.N)
	b.ReportMetric(1e3*seconds, "ms/step")
	b.ReportMetric(1e-9*s.FLOP()/seconds, "GFLOP/s")
}
