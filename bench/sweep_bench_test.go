package bench

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-312a1f22/dyad/asm"
	"github.com/seed-312a1f22/dyad/bench/protocol"
)

// sweepLast is the last size of a sweep; the first is 1. It is past 128, with a
// remainder for every size of a tile.
const sweepLast = 130

// BenchmarkSweep looks for cliffs: matrix products of all sizes from 1 to 130,
// with one, or each, of m, n and k as the size. The metrics are, over the sizes,
// the lowest rate as a fraction of the mean rate of its two neighbours, the size
// where that is, and the rate at the last size. With -v it prints every rate.
func BenchmarkSweep(b *testing.B) {
	families := []struct {
		name string
		work func(size int) protocol.Work
	}{
		{"m=n=k", func(s int) protocol.Work { return protocol.Gemm(s, s, s) }},
		{"m/n=512/k=512", func(s int) protocol.Work { return protocol.Gemm(s, 512, 512) }},
		{"n/m=512/k=512", func(s int) protocol.Work { return protocol.Gemm(512, s, 512) }},
		{"k/m=512/n=512", func(s int) protocol.Work { return protocol.Gemm(512, 512, s) }},
	}
	for _, implementation := range assembly() {
		for _, family := range families {
			b.Run(fmt.Sprintf("impl=%s/vary=%s", implementation, family.name), func(b *testing.B) {
				use(b, implementation)
				s := newSweep(family.work)
				for b.Loop() {
					s.pass()
				}
				worst, at := s.cliff()
				b.ReportMetric(worst, "worst/neighbours")
				b.ReportMetric(float64(at), "worst-size")
				b.ReportMetric(s.rate(sweepLast), "GFLOP/s")
				if testing.Verbose() {
					for size := 1; size <= sweepLast; size++ {
						b.Logf("%3d %7.2f GFLOP/s", size, s.rate(size))
					}
				}
			})
		}
	}
}

// sweep holds the fastest time seen of each size, which noise only ever adds to.
type sweep struct {
	work    func(size int) protocol.Work
	space   *asm.Workspace
	a, b, c []float32
	fastest [sweepLast + 1]time.Duration // of the calls that take at least sweepTime
	calls   [sweepLast + 1]int
}

// sweepTime is how long a size is timed in a pass: long beside the clock's
// resolution, short enough for a pass to take some 10 ms.
const sweepTime = 20 * time.Microsecond

func newSweep(work func(size int) protocol.Work) *sweep {
	s := &sweep{work: work, space: asm.NewWorkspace()}
	last := work(sweepLast)
	s.a = protocol.Operand(last.M*last.K, 0)
	s.b = protocol.Operand(last.K*last.N, 1)
	s.c = make([]float32, last.M*last.N)
	for size := 1; size <= sweepLast; size++ {
		s.calls[size] = 1
		for s.time(size) < sweepTime {
			s.calls[size] *= 2
		}
	}
	return s
}

// time runs the product of a size as often as its count of calls says.
func (s *sweep) time(size int) time.Duration {
	w := s.work(size)
	start := time.Now()
	for range s.calls[size] {
		asm.Gemm(s.space, false, false, w.M, w.N, w.K, s.a, w.K, s.b, w.N, 0, s.c, w.N, asm.Epilogue{})
	}
	return time.Since(start)
}

func (s *sweep) pass() {
	for size := 1; size <= sweepLast; size++ {
		if took := s.time(size); s.fastest[size] == 0 || took < s.fastest[size] {
			s.fastest[size] = took
		}
	}
}

// rate returns the rate of a size in GFLOP/s.
func (s *sweep) rate(size int) float64 {
	return s.work(size).FLOP() * float64(s.calls[size]) / float64(s.fastest[size].Nanoseconds())
}

// cliff returns the lowest rate relative to the mean of its neighbours', and the
// size that has it.
func (s *sweep) cliff() (worst float64, at int) {
	for size := 2; size < sweepLast; size++ {
		around := (s.rate(size-1) + s.rate(size+1)) / 2
		if r := s.rate(size) / around; at == 0 || r < worst {
			worst, at = r, size
		}
	}
	return worst, at
}
