package workload_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/seed-312a1f22/dyad/bench/protocol"
	"github.com/seed-312a1f22/dyad/bench/workload"
	"github.com/seed-312a1f22/dyad/ssl"
)

// TestProbes checks that the competitors do the same work, against a loop in
// float64.
func TestProbes(t *testing.T) {
	for _, w := range []protocol.Work{
		protocol.Gemm(3, 5, 7), protocol.Gemm(64, 48, 130), protocol.Dot(1), protocol.Dot(1000), protocol.Axpy(2), protocol.Axpy(999),
	} {
		for name, prepare := range map[string]func(protocol.Work) (protocol.Job, error){
			"serial": workload.Serial, "parallel": workload.Parallel, "gonum": workload.Gonum,
		} {
			t.Run(fmt.Sprintf("%s/%s/%v", name, w.Kind, w), func(t *testing.T) {
				job, err := prepare(w)
				if name == "parallel" && w.Kind != "gemm" {
					if err == nil {
						t.Fatal("vectors are not done in parallel, and there is no error")
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				job.Run()
				if got, want := float64(job.Probe()), probe(w); math.Abs(got-want) > 1e-5 {
					t.Errorf("the probe is %v, want %v", got, want)
				}
			})
		}
	}
}

// probe computes the element that a job's probe reads.
func probe(w protocol.Work) float64 {
	sum := 0.0
	switch w.Kind {
	case "gemm":
		a, b := protocol.Operand(w.M*w.K, 0), protocol.Operand(w.K*w.N, 1)
		at := w.M * w.N / 2
		i, j := at/w.N, at%w.N
		for p := range w.K {
			sum += float64(a[i*w.K+p]) * float64(b[p*w.N+j])
		}
	case "dot":
		x, y := protocol.Operand(w.N, 0), protocol.Operand(w.N, 1)
		for i := range x {
			sum += float64(x[i]) * float64(y[i])
		}
	case "axpy":
		x, y := protocol.Operand(w.N, 0), protocol.Operand(w.N, 1)
		sum = float64(x[w.N/2]) + float64(y[w.N/2])
	}
	return sum
}

func TestUnknownKind(t *testing.T) {
	for _, prepare := range []func(protocol.Work) (protocol.Job, error){workload.Serial, workload.Parallel, workload.Gonum} {
		if _, err := prepare(protocol.Work{Kind: "fft", N: 8}); err == nil {
			t.Error("a kind nobody knows is prepared without an error")
		}
	}
}

// TestSteps checks that each case starts near the loss of a network that tells
// nothing apart, learns its one batch, and counts its arithmetic as on paper.
func TestSteps(t *testing.T) {
	conv := func(n, size, out, taps int) float64 { return 2e-9 * float64(n*size*size*out*taps) }
	gflop := map[string]float64{
		// 2 · rows · (3·(784·512 + 512·512 + 512·512 + 512·128) − 784·512)
		"mlp-784-512-512-128/B=64":  0.658505728,
		"mlp-784-512-512-128/B=256": 2.634022912,
		"mlp-784-512-512-128/B=512": 5.268045824,
		// 2 · rows · (3·(287·256 + 256·256 + 256·256 + 256·128) − 287·256)
		"edifice-287-256-128/B=256": 0.653787136,
		"cnn-32-64-128/B=128":       2*conv(256, 28, 32, 9) + 3*(conv(256, 14, 64, 9*32)+conv(256, 7, 128, 9*64)+conv(256, 1, 128, 128)+conv(256, 1, 64, 128)),
		"resnet18-cifar/B=32": 2*conv(64, 32, 64, 27) + 3*(4*conv(64, 32, 64, 9*64)+
			conv(64, 16, 128, 9*64)+conv(64, 16, 128, 64)+3*conv(64, 16, 128, 9*128)+
			conv(64, 8, 256, 9*128)+conv(64, 8, 256, 128)+3*conv(64, 8, 256, 9*256)+
			conv(64, 4, 512, 9*256)+conv(64, 4, 512, 256)+3*conv(64, 4, 512, 9*512)+
			conv(64, 1, 512, 512)+conv(64, 1, 128, 512)),
	}
	for _, c := range workload.Steps {
		t.Run(c.Name, func(t *testing.T) {
			large := gflop[c.Name] > 10 // a second a step
			if large && testing.Short() {
				t.Skip("it takes seconds")
			}
			s, err := c.New()
			if err != nil {
				t.Fatal(err)
			}
			if got, want := s.FLOP()/1e9, gflop[c.Name]; math.Abs(got-want) > 1e-9*want {
				t.Errorf("%v GFLOP in a step, want %v", got, want)
			}
			if got, want := workload.StepFLOP(protocol.Step(c.Name)), s.FLOP(); got != want {
				t.Errorf("the name stands for %v operations, want %v", got, want)
			}
			if testing.Short() || large || c.Batch > 64 {
				return
			}
			chance := ssl.Chance(c.Batch)
			first := float64(s.Run())
			if math.Abs(first-chance) > 0.5 {
				t.Errorf("the first loss is %v; a network that tells nothing apart has %v", first, chance)
			}
			var last float64
			for range 3 {
				last = float64(s.Run())
			}
			if last > first-0.1 {
				t.Errorf("the loss goes from %v to %v in 3 steps on the same batch", first, last)
			}
		})
	}
}
