package bench

import (
	"fmt"
	"testing"

	"github.com/seed-312a1f22/dyad/bench/protocol"
	"github.com/seed-312a1f22/dyad/bench/workload"
)

// BenchmarkNTXent is the loss of SimCLR alone, forward and backward, of
// projections 128 wide. MiB is the memory that the first call needs beyond its
// inputs and their gradients, where the system tells.
func BenchmarkNTXent(b *testing.B) {
	for _, w := range workload.NTXent {
		training(b, fmt.Sprintf("batch=%d", w.M), w)
	}
}

// BenchmarkBatchNorm is BatchNorm and ReLU, forward and backward.
func BenchmarkBatchNorm(b *testing.B) {
	for _, w := range workload.BatchNorm {
		training(b, fmt.Sprintf("batch=%d/channels=%d", w.M, w.N), w)
	}
}

// BenchmarkAdamW is an update of ten million parameters.
func BenchmarkAdamW(b *testing.B) {
	for _, w := range workload.AdamW {
		training(b, "layers="+w.Name, w)
	}
}

// BenchmarkConv are the convolutions of ResNet-18, forward and backward.
func BenchmarkConv(b *testing.B) {
	for _, w := range workload.Conv {
		training(b, w.Name, w)
	}
}

// training times a part of a training step on one core and on more.
func training(b *testing.B, name string, w protocol.Work) {
	for _, n := range threads() {
		b.Run(fmt.Sprintf("%s/threads=%d", name, n), func(b *testing.B) {
			cores(b, n)
			job, err := workload.Training(w)
			if err != nil {
				b.Fatal(err)
			}
			memory := protocol.Memory(job.Run) - job.Result
			b.ReportAllocs()
			for b.Loop() {
				job.Run()
			}
			b.ReportMetric(1e3*b.Elapsed().Seconds()/float64(b.N), "ms")
			if flop := workload.ConvFLOP(w); flop > 0 {
				b.ReportMetric(1e-9*flop*float64(b.N)/b.Elapsed().Seconds(), "GFLOP/s")
			}
			if w.Kind == "ntxent" && memory > 0 {
				b.ReportMetric(float64(memory)/(1<<20), "MiB")
			}
		})
	}
}
