package optim_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/bench/alloctest"
	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/tensor"
)

// TestSameBits runs every optimiser on a parameter large enough for several
// processors, and expects the same result however many there are.
func TestSameBits(t *testing.T) {
	const n = 100_003
	start := randomTensor(rand.New(rand.NewPCG(1, 0)), n)
	grads := randomTensor(rand.New(rand.NewPCG(2, 0)), 3, n)
	forEachOptimizer(t, func(t *testing.T, create func(...*optim.Group) optim.Optimizer) {
		var want []float32
		for _, procs := range []int{1, 2, 7} {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			tape := autograd.NewTape()
			p := autograd.NewParam("w", start.Clone())
			params := []*autograd.Param{p}
			opt := create(optim.Groups(params, 1e-2, 1e-2)...)
			for i := range grads.Dim(0) {
				setGrad(tape, p, tensor.FromSlice(grads.Row(i)))
				optim.ClipGradNorm(params, 1)
				opt.Step()
			}
			got := p.Value().Data()
			if want == nil {
				want = got
			}
			for i := range got {
				if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
					t.Fatalf("GOMAXPROCS %d: element %d is %v, with 1 it was %v", procs, i, got[i], want[i])
				}
			}
		}
	})
}

func TestStepAllocatesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 0))
	forEachOptimizer(t, func(t *testing.T, create func(...*optim.Group) optim.Optimizer) {
		for _, procs := range []int{1, 2} {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			tape := autograd.NewTape()
			params := []*autograd.Param{
				autograd.NewParam("weight", randomTensor(r, 300, 200)), // several chunks
				autograd.NewParam("bias", randomTensor(r, 300)),
			}
			opt := create(optim.DecayGroups(params, 1e-3, 1e-2)...)
			scheduler := optim.NewScheduler(opt, func(base float64) optim.Schedule {
				return optim.CosineAnnealingLR{Base: base, TMax: 100}
			})
			ones := make([]*tensor.Tensor, len(params))
			for i, p := range params {
				ones[i] = tensor.NewShape(p.Value().Shape())
				tensor.Fill(ones[i], 1)
			}
			step := func() {
				for i, p := range params {
					setGrad(tape, p, ones[i])
				}
				optim.ClipGradNorm(params, 1)
				opt.Step()
				opt.ZeroGrad()
				scheduler.Step()
			}
			alloctest.None(t, fmt.Sprintf("a step at GOMAXPROCS %d", procs), step)
		}
	})
}

// randomTensor returns a tensor of standard normal values.
func randomTensor(r *rand.Rand, dims ...int) *tensor.Tensor {
	t := tensor.New(dims...)
	for i := range t.Data() {
		t.Data()[i] = float32(r.NormFloat64())
	}
	return t
}
