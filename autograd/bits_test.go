package autograd_test

import (
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
)

// TestSameBits computes a network's loss and gradients with several numbers of
// processors.
func TestSameBits(t *testing.T) {
	var want []uint32
	for _, procs := range []int{1, 2, 7} {
		n := newNetwork()
		var got []uint32
		atProcs(t, procs, func() { got = append(got, math.Float32bits(n.step())) })
		for _, p := range n.params {
			for _, g := range p.Grad().Data() {
				got = append(got, math.Float32bits(g))
			}
		}
		for _, v := range n.state.RunningVar.Data() {
			got = append(got, math.Float32bits(v))
		}
		if want == nil {
			want = got
		} else if !slices.Equal(got, want) {
			t.Errorf("GOMAXPROCS=%d: other bits than GOMAXPROCS=1", procs)
		}
	}
}

// TestGradientsOfTheNetwork guards the test above: gradients of zeros or NaN
// would have the same bits, too.
func TestGradientsOfTheNetwork(t *testing.T) {
	n := newNetwork()
	n.step()
	for i, p := range n.params {
		sum := 0.0
		for _, g := range p.Grad().Data() {
			sum += math.Abs(float64(g))
		}
		if !(sum > 1e-9) || math.IsInf(sum, 0) {
			t.Errorf("parameter %d: the gradients' absolute values add up to %v", i, sum)
		}
	}
}

// TestTapesAtTheSameTime evaluates the same parameters on several tapes.
func TestTapesAtTheSameTime(t *testing.T) {
	n := newNetwork()
	x, w := n.x, n.params[0]
	values := make([]float32, 4)
	var group sync.WaitGroup
	for i := range values {
		group.Go(func() {
			tape := autograd.NewEval()
			var none autograd.Var
			h := autograd.GELU(autograd.Linear(tape.Const(x), tape.Leaf(w), none))
			values[i] = autograd.Mean(autograd.LogSumExp(h)).Value().Item()
		})
	}
	group.Wait()
	for _, v := range values {
		if v != values[0] || v != v {
			t.Errorf("different values: %v", values)
		}
	}
}
