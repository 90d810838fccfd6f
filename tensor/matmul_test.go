package tensor_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/seed-312a1f22/dyad/tensor"
)

// productAt returns the element of op(a)·op(b) at an index of the result.
func productAt(a, b *tensor.Tensor, o tensor.MatMulOpts, index []int) float64 {
	rank := len(index)
	k := a.Dim(-1)
	if o.TransA {
		k = a.Dim(-2)
	}
	at := append([]int(nil), index...)
	element := func(x *tensor.Tensor, i, j int, trans bool) float64 {
		if trans {
			i, j = j, i
		}
		own := append([]int(nil), at[rank-x.Rank():]...)
		for axis := range own[:len(own)-2] {
			if x.Dim(axis) == 1 {
				own[axis] = 0
			}
		}
		own[len(own)-2], own[len(own)-1] = i, j
		return float64(x.At(own...))
	}
	sum := 0.0
	for p := range k {
		sum += element(a, index[rank-2], p, o.TransA) * element(b, p, index[rank-1], o.TransB)
	}
	return sum
}

func swapIf(swap bool, lead []int, m, n int) []int {
	if swap {
		m, n = n, m
	}
	return append(append([]int(nil), lead...), m, n)
}

func TestMatMul(t *testing.T) {
	for _, c := range []struct {
		leadA, leadB []int
		m, k, n      int
	}{
		{nil, nil, 1, 1, 1},
		{nil, nil, 3, 4, 5},
		{nil, nil, 1, 40, 30},
		{nil, nil, 40, 30, 1},
		{nil, nil, 33, 0, 2},
		{nil, nil, 0, 3, 2},
		{nil, nil, 3, 3, 0},
		{nil, nil, 70, 50, 90},
		{[]int{6}, nil, 3, 4, 5},
		{[]int{2, 3}, []int{1, 1}, 3, 4, 5},
		{[]int{6}, []int{6}, 3, 4, 5},
		{[]int{2, 3}, []int{3}, 3, 4, 5},
		{nil, []int{6}, 3, 4, 5},
		{[]int{2, 1}, []int{1, 3}, 3, 4, 5},
		{[]int{2, 1, 2, 1}, []int{3, 1, 2}, 2, 3, 2},
		{[]int{0}, []int{1}, 3, 4, 5},
		{[]int{0}, []int{0}, 3, 4, 5},
		{[]int{1}, []int{1}, 3, 4, 5},
	} {
		for _, trans := range []struct{ a, b bool }{{false, false}, {true, false}, {false, true}, {true, true}} {
			for _, beta := range []float32{0, 1, 0.5} {
				for _, epilogue := range []bool{false, true} {
					o := tensor.MatMulOpts{TransA: trans.a, TransB: trans.b, Beta: beta, ReLU: epilogue}
					if epilogue {
						o.Bias = random(4, c.n)
					}
					t.Run(fmt.Sprint(c.leadA, c.leadB, c.m, c.k, c.n, trans, beta, epilogue), func(t *testing.T) {
						a := random(1, swapIf(trans.a, c.leadA, c.m, c.k)...)
						b := random(2, swapIf(trans.b, c.leadB, c.k, c.n)...)
						lead, _ := tensor.BroadcastShapes(tensor.MakeShape(c.leadA...), tensor.MakeShape(c.leadB...))
						dst := random(3, append(lead.Dims(), c.m, c.n)...)
						if beta == 0 {
							tensor.Fill(dst, float32(math.NaN()))
						}
						var want []float64
						indices(dst.Shape(), func(index []int) {
							v := productAt(a, b, o, index)
							if beta != 0 {
								v += float64(beta) * float64(dst.At(index...))
							}
							if o.Bias != nil {
								v += float64(o.Bias.At(index[len(index)-1]))
							}
							if o.ReLU {
								v = max(v, 0)
							}
							want = append(want, v)
						})
						tensor.MatMul(dst, a, b, o)
						checkNear(t, "MatMul", dst, want, 2e-5)
					})
				}
			}
		}
	}
}

// TestMatMulBlocks multiplies matrices that are cut into blocks, and compares
// with the products of single rows, which are not: a row of C depends on one
// row of A alone, and its bits on nothing else.
func TestMatMulBlocks(t *testing.T) {
	for _, c := range []struct{ m, k, n int }{
		{512, 300, 512}, {1000, 600, 70}, {70, 600, 1000}, {3000, 513, 10}, {10, 700, 3001}, {257, 129, 251},
	} {
		for _, trans := range []struct{ a, b bool }{{false, false}, {true, false}, {false, true}, {true, true}} {
			o := tensor.MatMulOpts{TransA: trans.a, TransB: trans.b, Bias: random(4, c.n), ReLU: true, Beta: 1}
			t.Run(fmt.Sprint(c.m, c.k, c.n, trans), func(t *testing.T) {
				a := random(1, swapIf(trans.a, nil, c.m, c.k)...)
				b := random(2, swapIf(trans.b, nil, c.k, c.n)...)
				before, dst, row := random(3, c.m, c.n), random(3, c.m, c.n), tensor.New(1, c.k)
				tensor.MatMul(dst, a, b, o)
				for i := 0; i < c.m; i += 37 {
					for p := range c.k {
						if trans.a {
							row.Set(a.At(p, i), 0, p)
						} else {
							row.Set(a.At(i, p), 0, p)
						}
					}
					want, oneRow := before.Slice(i, i+1), o
					oneRow.TransA = false
					tensor.MatMul(want, row, b, oneRow)
					checkBits(t, fmt.Sprint("row ", i), dst.Row(i), want.Data())
				}
			})
		}
	}
}

func TestMatMulPanics(t *testing.T) {
	a, b, c := tensor.New(2, 3), tensor.New(3, 4), tensor.New(2, 4)
	var none tensor.MatMulOpts
	for _, f := range []struct {
		want string
		run  func()
	}{
		{"tensor: MatMul: inner dimensions differ: [2 3] × [4 5]",
			func() { tensor.MatMul(c, a, tensor.New(4, 5), none) }},
		{"tensor: MatMul: inner dimensions differ (second operand transposed): [2 3] × [3 4]",
			func() { tensor.MatMul(c, a, b, tensor.MatMulOpts{TransB: true}) }},
		{"tensor: MatMul: inner dimensions differ (first operand transposed): [2 3] × [3 4]",
			func() { tensor.MatMul(c, a, b, tensor.MatMulOpts{TransA: true}) }},
		{"tensor: MatMul: inner dimensions differ (both operands transposed): [2 3] × [3 4]",
			func() { tensor.MatMul(c, a, b, tensor.MatMulOpts{TransA: true, TransB: true}) }},
		{"tensor: MatMul: each operand needs two axes or more: [3] × [3 4]",
			func() { tensor.MatMul(c, tensor.New(3), b, none) }},
		{"tensor: MatMul: leading axes do not broadcast: [2 2 3] × [3 3 4]",
			func() { tensor.MatMul(c, tensor.New(2, 2, 3), tensor.New(3, 3, 4), none) }},
		{"tensor: MatMul: the destination, listed last, does not have the product's shape: [2 3] × [3 4] × [4 2]",
			func() { tensor.MatMul(tensor.New(4, 2), a, b, none) }},
		{"tensor: MatMul: the destination, listed last, does not have the product's shape: [5 2 3] × [3 4] × [2 4]",
			func() { tensor.MatMul(c, tensor.New(5, 2, 3), b, none) }},
		{"tensor: MatMul: the bias, listed last, needs shape [4]: [2 3] × [3 4] × [2]",
			func() { tensor.MatMul(c, a, b, tensor.MatMulOpts{Bias: tensor.New(2)}) }},
	} {
		checkShapeError(t, f.run, f.want)
	}
	x := tensor.New(4, 4)
	checkOverlap(t, "MatMul", func() { tensor.MatMul(x, x, tensor.New(4, 4), none) })
	checkOverlap(t, "MatMul", func() { tensor.MatMul(x.Slice(0, 2), tensor.New(2, 4), x, none) })
	checkOverlap(t, "MatMul", func() {
		tensor.MatMul(x, tensor.New(4, 4), tensor.New(4, 4), tensor.MatMulOpts{Bias: tensor.FromSlice(x.Row(3))})
	})
}
