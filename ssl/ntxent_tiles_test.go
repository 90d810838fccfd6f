package ssl_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/bench/alloctest"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/tensor"
)

// referenceGradient is the analytic gradient of NT-Xent with respect to z1 and
// z2, in float64 and with whole matrices: of the loss by the similarities, by the
// unit rows, by the rows.
func referenceGradient(z1, z2 *tensor.Tensor, temperature float64) (dz1, dz2 []float32) {
	n, d := z1.Dim(0), z1.Dim(1)
	m := 2 * n
	unit, norm := make([][]float64, m), make([]float64, m)
	for i, z := range append(z1.Clone().Data(), z2.Data()...) {
		unit[i/d] = append(unit[i/d], float64(z))
		norm[i/d] += float64(z) * float64(z)
	}
	for i := range unit {
		norm[i] = math.Sqrt(norm[i])
		for k := range unit[i] {
			unit[i][k] /= norm[i]
		}
	}
	dS := make([][]float64, m) // dL/ds
	for i, u := range unit {
		dS[i] = make([]float64, m)
		sum := 0.0
		for j, v := range unit {
			if j == i {
				continue
			}
			s := 0.0
			for k := range u {
				s += u[k] * v[k]
			}
			dS[i][j] = math.Exp((s - 1) / temperature)
			sum += dS[i][j]
		}
		for j := range dS[i] {
			dS[i][j] /= sum * float64(m)
		}
		dS[i][(i+n)%m] -= 1 / float64(m)
	}
	dz := make([]float32, 0, m*d)
	for i, u := range unit {
		dUnit, along := make([]float64, d), 0.0
		for j, v := range unit {
			w := (dS[i][j] + dS[j][i]) / temperature
			for k := range v {
				dUnit[k] += w * v[k]
			}
		}
		for k := range u {
			along += dUnit[k] * u[k]
		}
		for k := range u {
			dz = append(dz, float32((dUnit[k]-along*u[k])/norm[i]))
		}
	}
	return dz[:n*d], dz[n*d:]
}

// TestNTXentTiles has batches of several tiles, the last ones ragged: in the first
// case all exponentials are kept from Forward to Backward, in the last one not all.
func TestNTXentTiles(t *testing.T) {
	for _, c := range []struct {
		n, d        int
		temperature float64
	}{{300, 16, 0.1}, {300, 16, 0.01}, {700, 5, 0.5}, {2100, 2, 0.2}} {
		t.Run(fmt.Sprintf("N=%d/T=%v", c.n, c.temperature), func(t *testing.T) {
			if c.n > 1000 && testing.Short() {
				t.Skip("the double loop takes seconds")
			}
			r := rand.New(rand.NewPCG(6, 1))
			z1 := normal(r, c.n, c.d)
			z2 := normal(r, c.n, c.d)
			tensor.Axpy(z2, 1, z1) // as similar as views are
			loss, dz1, dz2 := ntxent(z1, z2, c.temperature)
			tolerance := 2e-6 * max(1, 0.1/c.temperature)
			if want := reference(z1, z2, c.temperature); math.Abs(loss-want) > tolerance*(1+want) {
				t.Errorf("loss %v, want %v", loss, want)
			}
			want1, want2 := referenceGradient(z1, z2, c.temperature)
			// The scale of the gradient is that of its largest element.
			largest := max(slices.Max(want1), -slices.Min(want1), slices.Max(want2), -slices.Min(want2))
			for view, got := range [][]float32{dz1, dz2} {
				want := [][]float32{want1, want2}[view]
				for i := range want {
					if d := math.Abs(float64(got[i] - want[i])); !(d <= 5*tolerance*float64(largest)) {
						t.Fatalf("dz%d[%d] = %v, want %v; the largest is %v", view+1, i, got[i], want[i], largest)
					}
				}
			}
		})
	}
}

// TestNTXentSameBits holds that loss and gradient have the same bits at any
// GOMAXPROCS and with every implementation of the kernels.
func TestNTXentSameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer asm.Use(asm.Implementation())
	for _, n := range []int{150, 333} {
		for _, temperature := range []float64{0.2, 0.02} {
			r := rand.New(rand.NewPCG(5, 1))
			z1, z2 := normal(r, n, 33), normal(r, n, 33)
			runtime.GOMAXPROCS(1)
			want, want1, want2 := ntxent(z1, z2, temperature)
			for _, implementation := range asm.Implementations() {
				asm.Use(implementation)
				for _, procs := range []int{1, 2, 7} {
					runtime.GOMAXPROCS(procs)
					got, got1, got2 := ntxent(z1, z2, temperature)
					if got != want || !slices.Equal(got1, want1) || !slices.Equal(got2, want2) {
						t.Errorf("N=%d, T=%v, %s, GOMAXPROCS=%d: loss %v, want %v; gradients equal: %v, %v", n, temperature,
							implementation, procs, got, want, slices.Equal(got1, want1), slices.Equal(got2, want2))
					}
				}
			}
			asm.Use(asm.Implementations()[0])
		}
	}
}

func TestNTXentAllocatesNothing(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, procs := range []int{1, 2} {
		for _, n := range []int{3, 200} {
			runtime.GOMAXPROCS(procs)
			alloctest.None(t, fmt.Sprintf("a step of N=%d at GOMAXPROCS=%d", n, procs), ntxentStep(n, 16))
		}
	}
}

// ntxentStep returns a step forward and backward on a tape of its own.
func ntxentStep(n, d int) func() {
	r := rand.New(rand.NewPCG(7, 1))
	z1, z2 := autograd.NewParam("z1", normal(r, n, d)), autograd.NewParam("z2", normal(r, n, d))
	tape := autograd.NewTape()
	return func() {
		tape.Reset()
		z1.ZeroGrad()
		z2.ZeroGrad()
		ssl.NTXent(tape.Leaf(z1), tape.Leaf(z2), 0.5).Backward()
	}
}

// TestNTXentMemory holds that a first step with 8192 pairs allocates less than 64
// MiB beside the gradients, all told; one matrix of similarities takes 1 GiB.
func TestNTXentMemory(t *testing.T) {
	if testing.Short() || asm.Implementation() == "generic" {
		t.Skip("69 billion floating-point operations")
	}
	// Each processor works in memory of its own, some 2 MiB.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	const n, d, limit = 8192, 128, 64 << 20
	step := ntxentStep(n, d)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	step()
	runtime.ReadMemStats(&after)
	const gradients = 2 * n * d * 4
	got := after.TotalAlloc - before.TotalAlloc - gradients
	t.Logf("%.1f MiB", float64(got)/(1<<20))
	if got > limit {
		t.Errorf("%d bytes, want at most %d", got, limit)
	}
}

// BenchmarkNTXent is a step forward and backward; MB is what the step keeps, the
// gradients included.
func BenchmarkNTXent(b *testing.B) {
	for _, n := range []int{64, 128, 256, 512, 1024, 2048, 4096, 8192} {
		b.Run(fmt.Sprintf("B=%d", n), func(b *testing.B) {
			step := ntxentStep(n, 128)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			step()
			runtime.ReadMemStats(&after)
			for b.Loop() {
				step()
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(b.N), "ms/step")
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/1e6, "MB")
		})
	}
}
