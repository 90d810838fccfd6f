package tensor_test

import (
	"fmt"
	"testing"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Small shapes and the ones that they broadcast to.
var broadcasts = []struct{ small, large []int }{
	{[]int{}, []int{}},
	{[]int{}, []int{1, 1}},
	{[]int{}, []int{5}},
	{[]int{1}, []int{3, 5}},
	{[]int{5}, []int{5}},
	{[]int{5}, []int{1, 5}},
	{[]int{5}, []int{3, 5}},
	{[]int{130}, []int{300, 130}},
	{[]int{3, 1}, []int{3, 5}},
	{[]int{1, 5}, []int{3, 5}},
	{[]int{2, 1, 4}, []int{2, 3, 4}},
	{[]int{1, 3, 1}, []int{2, 3, 4}},
	{[]int{3, 1, 1}, []int{2, 3, 4, 5}},
	{[]int{2, 1, 4, 1}, []int{2, 3, 4, 5}},
	{[]int{1, 3, 1, 5}, []int{2, 3, 4, 5}},
	{[]int{2, 1, 2, 1, 2, 1}, []int{2, 3, 2, 3, 2, 3}},
	{[]int{1, 2, 1, 2, 1, 2}, []int{3, 2, 3, 2, 3, 2}},
	{[]int{}, []int{50000}},
	{[]int{3, 1}, []int{3, 30000}},
	{[]int{1, 3}, []int{30000, 3}},
	{[]int{1}, []int{0}},
	{[]int{3}, []int{0, 3}},
	{[]int{0}, []int{2, 0}},
}

func TestBroadcastTo(t *testing.T) {
	for _, c := range broadcasts {
		t.Run(fmt.Sprint(c.small, c.large), func(t *testing.T) {
			x, dst := random(1, c.small...), poisoned(c.large...)
			tensor.BroadcastTo(dst, x)
			var want []float32
			indices(dst.Shape(), func(index []int) { want = append(want, broadcastAt(x, index)) })
			checkBits(t, "BroadcastTo", dst.Data(), want)
		})
	}
	checkShapeError(t, func() { tensor.BroadcastTo(tensor.New(1), tensor.New(2)) },
		"tensor: BroadcastTo: the input does not broadcast to the destination: [1] × [2]")
	x := tensor.New(2, 2)
	checkOverlap(t, "BroadcastTo", func() { tensor.BroadcastTo(x, x.Slice(1, 2)) })
}

// TestSumTo checks the sums, and so that SumTo is the adjoint of BroadcastTo.
func TestSumTo(t *testing.T) {
	for _, c := range broadcasts {
		for _, beta := range []float32{0, 1, -0.5} {
			t.Run(fmt.Sprint(c.large, c.small, beta), func(t *testing.T) {
				x, dst := random(1, c.large...), random(2, c.small...)
				want := make([]float64, dst.Size())
				for i, v := range dst.Data() {
					want[i] = float64(beta) * float64(v)
				}
				place := tensor.New(c.small...) // where each element of dst is in want
				for i := range place.Data() {
					place.Data()[i] = float32(i)
				}
				i := 0
				indices(x.Shape(), func(index []int) {
					want[int(broadcastAt(place, index))] += float64(x.Data()[i])
					i++
				})
				if beta == 0 {
					dst = poisoned(c.small...)
				}
				tensor.SumTo(dst, x, beta)
				checkNear(t, "SumTo", dst, want, 1.2e-7)
			})
		}
	}
	checkShapeError(t, func() { tensor.SumTo(tensor.New(2), tensor.New(2, 3), 0) },
		"tensor: SumTo: the destination does not broadcast to the input: [2] × [2 3]")
	x := tensor.New(2, 2)
	checkOverlap(t, "SumTo", func() { tensor.SumTo(x.Slice(1, 2), x, 1) })
	checkOverlap(t, "SumTo", func() { tensor.SumTo(x, x, 1) })
}
