package ssl_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/tensor"
)

// TestAllGather computes one loss on three workers, each with a third of the
// rows, and holds value and gradients against one worker with all of them.
func TestAllGather(t *testing.T) {
	const workers, rows, width, temperature = 3, 4, 5, 0.5
	r := rand.New(rand.NewPCG(1, 1))
	z1, z2 := normal(r, workers*rows, width), normal(r, workers*rows, width)
	want, dz1, dz2 := ntxent(z1, z2, temperature)

	var wait sync.WaitGroup
	for _, w := range ssl.NewWorld(workers) {
		wait.Go(func() {
			lo, hi := w.Rank()*rows, (w.Rank()+1)*rows
			p1 := autograd.NewParam("z1", z1.Slice(lo, hi))
			p2 := autograd.NewParam("z2", z2.Slice(lo, hi))
			tape := autograd.NewTape()
			for pass := range 3 {
				tape.Reset()
				p1.ZeroGrad()
				p2.ZeroGrad()
				g1 := ssl.AllGatherAndFlatten(tape.Leaf(p1), w)
				g2 := ssl.AllGatherAndFlatten(tape.Leaf(p2), w)
				loss := ssl.NTXent(g1, g2, temperature)
				loss.Backward()
				if got := float64(loss.Value().Item()); got != want {
					t.Errorf("worker %d, pass %d: loss %v, want %v", w.Rank(), pass, got, want)
				}
				// The sum of the workers' losses is three times the one loss.
				third := tensor.New(rows, width)
				tensor.Scale(third, p1.Grad(), 1.0/workers)
				checkClose(t, "dz1", third.Data(), dz1[lo*width:hi*width], 1e-6)
				tensor.Scale(third, p2.Grad(), 1.0/workers)
				checkClose(t, "dz2", third.Data(), dz2[lo*width:hi*width], 1e-6)
			}
		})
	}
	wait.Wait()
}

func TestAllGatherAlone(t *testing.T) {
	tape := autograd.NewEval()
	x := tape.Const(tensor.New(2, 3))
	if ssl.AllGatherAndFlatten(x, nil) != x || ssl.AllGatherAndFlatten(x, ssl.NewWorld(1)[0]) != x {
		t.Error("with one worker it is not the identity")
	}
}
