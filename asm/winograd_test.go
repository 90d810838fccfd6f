package asm_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// The matrices of F(2×2, 3×3).
var (
	winogradB = [][]float64{{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}} // Bᵀ
	winogradA = [][]float64{{1, 1, 1, 0}, {0, 1, -1, -1}}                              // Aᵀ
)

// sandwich returns l·x·lᵀ for a square x.
func sandwich(l [][]float64, x func(a, b int) float64, size int) [][]float64 {
	y := make([][]float64, len(l))
	for i := range y {
		y[i] = make([]float64, len(l))
		for j := range y[i] {
			for a := range size {
				for b := range size {
					y[i][j] += l[i][a] * x(a, b) * l[j][b]
				}
			}
		}
	}
	return y
}

func transposed(l [][]float64) [][]float64 {
	t := make([][]float64, len(l[0]))
	for i := range t {
		for j := range l {
			t[i] = append(t[i], l[j][i])
		}
	}
	return t
}

// TestWinograd compares the transforms of any number of tiles with the products
// of matrices; small integers make both exact. Around the results nothing changes.
func TestWinograd(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 30 {
		step, phase, row := n+1, n+40, n+2
		src := make([]float32, 16*(n+60))
		for i := range src {
			src[i] = float32(r.IntN(200) - 100)
		}
		input := func(i int) func(a, b int) float64 {
			return func(a, b int) float64 { return float64(src[(a%2*2+b%2)*phase+a/2*row+b/2+i]) }
		}
		square := func(i, size int) func(a, b int) float64 {
			return func(a, b int) float64 { return float64(src[(a*size+b)*step+i]) }
		}
		for _, c := range []struct {
			name string
			size int // of a result
			want func(i int) [][]float64
			run  func(dst []float32)
		}{
			{"WinogradInput", 4, func(i int) [][]float64 { return sandwich(winogradB, input(i), 4) }, func(dst []float32) { asm.WinogradInput(dst, step, src, phase, row, n) }},
			{"WinogradOutput", 2, func(i int) [][]float64 { return sandwich(winogradA, square(i, 4), 4) }, func(dst []float32) { asm.WinogradOutput(dst, step, src, step, n) }},
			{"WinogradOutputGrad", 4, func(i int) [][]float64 { return sandwich(transposed(winogradA), square(i, 2), 2) }, func(dst []float32) { asm.WinogradOutputGrad(dst, step, src, step, n) }},
		} {
			for _, implementation := range asm.Implementations() {
				use(t, implementation)
				got := make([]float32, c.size*c.size*step+8)
				for i := range got {
					got[i] = -1e9
				}
				c.run(got)
				want := make([]float32, len(got))
				for i := range want {
					want[i] = -1e9
				}
				for i := range n {
					for k, v := range c.want(i) {
						for j, v := range v {
							want[(k*c.size+j)*step+i] = float32(v)
						}
					}
				}
				for i := range want {
					if got[i] != want[i] {
						t.Fatalf("%s, %s, %d tiles: element %d is %v, want %v", implementation, c.name, n, i, got[i], want[i])
					}
				}
			}
		}
	}
}

// TestWinogradSameBits holds every implementation against the portable one on
// numbers whose sums are rounded.
func TestWinogradSameBits(t *testing.T) {
	const n, step = 21, 23
	r := rand.New(rand.NewPCG(3, 4))
	src := make([]float32, 16*step)
	fill(r, finite, src)
	var want []float32
	all := asm.Implementations()
	for i := len(all) - 1; i >= 0; i-- { // generic first
		use(t, all[i])
		got := make([]float32, 36*step)
		asm.WinogradInput(got, step, src, 2*step, step, n)
		asm.WinogradOutput(got[16*step:], step, src, step, n)
		asm.WinogradOutputGrad(got[20*step:], step, src, step, n)
		if want == nil {
			want = got
		}
		for j := range got {
			if math.Float32bits(got[j]) != math.Float32bits(want[j]) && got[j] == got[j] {
				t.Fatalf("%s: element %d is %x, generic has %x", all[i], j, got[j], want[j])
			}
		}
	}
}

func TestWinogradPanics(t *testing.T) {
	x := make([]float32, 1000)
	for want, f := range map[string]func(){
		"asm: WinogradInput: the destination has 84 elements, fewer than 85":      func() { asm.WinogradInput(x[:84], 5, x, 30, 5, 10) },
		"asm: WinogradInput: the source has 105 elements, fewer than 106":         func() { asm.WinogradInput(x, 5, x[:105], 30, 5, 10) },
		"asm: WinogradOutput: the source has 84 elements, fewer than 85":          func() { asm.WinogradOutput(x, 5, x[:84], 5, 10) },
		"asm: WinogradOutputGrad: the destination has 84 elements, fewer than 85": func() { asm.WinogradOutputGrad(x[:84], 5, x, 5, 10) },
	} {
		t.Run(want, func(t *testing.T) {
			defer func() {
				if got := fmt.Sprint(recover()); got != want {
					t.Errorf("panic %q, want %q", got, want)
				}
			}()
			f()
		})
	}
}
