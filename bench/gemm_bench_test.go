package bench

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/seed-312a1f22/dyad/asm"
	"github.com/seed-312a1f22/dyad/bench/peak"
	"github.com/seed-312a1f22/dyad/bench/protocol"
	"github.com/seed-312a1f22/dyad/bench/workload"
)

// BenchmarkGemm is the serial kernel, asm.Gemm, on one core, with each
// implementation in assembly, and gonum beside it. %peak is the rate as a
// fraction of what peak.FMA measures in the same seconds; gonum's is of the best
// implementation's.
func BenchmarkGemm(b *testing.B) {
	for _, implementation := range assembly() {
		for _, w := range workload.Gemm {
			b.Run(gemmName(implementation, w), func(b *testing.B) {
				use(b, implementation)
				cores(b, 1)
				run(b, w, workload.Serial)
			})
		}
	}
	for _, w := range workload.Gemm {
		b.Run(gemmName("gonum", w), func(b *testing.B) {
			cores(b, 1)
			run(b, w, workload.Gonum)
		})
	}
}

// BenchmarkMatMul is tensor.MatMul on one core and on more; its %peak is of so
// many cores.
func BenchmarkMatMul(b *testing.B) {
	for _, implementation := range assembly() {
		for _, w := range workload.Gemm {
			for _, n := range threads() {
				b.Run(fmt.Sprintf("%s/threads=%d", gemmName(implementation, w), n), func(b *testing.B) {
					use(b, implementation)
					cores(b, n)
					run(b, w, workload.Parallel)
				})
			}
		}
	}
}

// BenchmarkDot and BenchmarkAxpy are asm.Dot and asm.Axpy, on one core, and
// gonum's. MB/s counts the vectors once for each time they are read or written.
func BenchmarkDot(b *testing.B)  { vectors(b, workload.Dot, 8) }
func BenchmarkAxpy(b *testing.B) { vectors(b, workload.Axpy, 12) }

func vectors(b *testing.B, all []protocol.Work, bytesPerElement int64) {
	for _, implementation := range append(assembly(), "gonum") {
		for _, w := range all {
			b.Run(fmt.Sprintf("impl=%s/n=%d", implementation, w.N), func(b *testing.B) {
				prepare := workload.Gonum
				if implementation != "gonum" {
					use(b, implementation)
					prepare = workload.Serial
				}
				b.SetBytes(bytesPerElement * int64(w.N))
				run(b, w, prepare)
			})
		}
	}
}

// assembly returns the implementations that are worth a benchmark: all but the
// portable one, unless there is no other.
func assembly() []string {
	all := asm.Implementations()
	return all[:max(len(all)-1, 1)]
}

// use selects an implementation until b ends.
func use(b *testing.B, implementation string) {
	before := asm.Implementation()
	if err := asm.Use(implementation); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := asm.Use(before); err != nil {
			b.Error(err)
		}
	})
}

// threads returns the numbers of threads that are worth a benchmark: 1, 2, 4 and
// so on, as many as there are cores.
func threads() []int {
	var all []int
	for n := 1; n <= runtime.NumCPU(); n *= 2 {
		all = append(all, n)
	}
	return all
}

// cores sets GOMAXPROCS until b ends. It is not left to -cpu, since a benchmark
// with b.Loop runs before the testing package has set the first of its values.
func cores(b *testing.B, n int) {
	before := runtime.GOMAXPROCS(n)
	b.Cleanup(func() { runtime.GOMAXPROCS(before) })
}

func gemmName(implementation string, w protocol.Work) string {
	return fmt.Sprintf("impl=%s/m=%d/n=%d/k=%d", implementation, w.M, w.N, w.K)
}

// run times the work and reports its rate, of matrix products also as a fraction
// of the peak of GOMAXPROCS cores, measured before and after.
func run(b *testing.B, w protocol.Work, prepare func(protocol.Work) (protocol.Job, error)) {
	job, err := prepare(w)
	if err != nil {
		b.Fatal(err)
	}
	before := fmaPeak(b)
	job.Run() // the first call of some allocates what the others use
	b.ReportAllocs()
	for b.Loop() {
		job.Run()
	}
	rate := w.FLOP() * float64(b.N) / float64(b.Elapsed().Nanoseconds())
	b.ReportMetric(rate, "GFLOP/s")
	if w.Kind == "gemm" {
		b.ReportMetric(100*rate/max(before, fmaPeak(b)), "%peak")
	}
}

// fmaPeak measures for 2 ms, enough for a hundred bursts.
func fmaPeak(b *testing.B) float64 {
	rate, err := peak.FMAParallel(asm.Implementation(), runtime.GOMAXPROCS(0), 2*time.Millisecond)
	if err != nil {
		b.Fatal(err)
	}
	return rate
}
