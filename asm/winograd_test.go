package asm_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

const root = math.Sqrt2

// The matrices of F(4×4, 3×3).
var (
	winogradB = [][]float64{ // Bᵀ
		{1, 0, -2.5, 0, 1, 0},
		{0, root, 2, -root / 2, -1, 0},
		{0, -root, 2, root / 2, -1, 0},
		{0, -root / 2, -0.5, root, 1, 0},
		{0, root / 2, -0.5, -root, 1, 0},
		{0, 1, 0, -2.5, 0, 1},
	}
	winogradA = [][]float64{ // Aᵀ
		{1, 1, 1, 1, 1, 0},
		{0, root / 2, -root / 2, root, -root, 0},
		{0, 0.5, 0.5, 2, 2, 0},
		{0, root / 4, -root / 4, 2 * root, -2 * root, 1},
	}
	winogradG = [][]float64{
		{1, 0, 0},
		{2. / 3, root / 3, 1. / 3},
		{2. / 3, -root / 3, 1. / 3},
		{1. / 6, root / 6, 1. / 3},
		{1. / 6, -root / 6, 1. / 3},
		{0, 0, 1},
	}
)

// TestWinogradMatrices holds that they make a convolution: of each input with each
// kernel of which one element is 1.
func TestWinogradMatrices(t *testing.T) {
	for i := range 6 {
		for k := range 3 {
			for p := range 4 {
				y := 0.0
				for j := range 6 {
					y += winogradA[p][j] * winogradB[j][i] * winogradG[j][k]
				}
				want := 0.0
				if i == p+k {
					want = 1
				}
				if math.Abs(y-want) > 1e-15 {
					t.Errorf("output %d of input %d and tap %d is %v, want %v", p, i, k, y, want)
				}
			}
		}
	}
}

// sandwich returns l·x·lᵀ for a square x.
func sandwich(l [][]float64, x func(a, b int) float64) [][]float64 {
	y := make([][]float64, len(l))
	for i := range y {
		y[i] = make([]float64, len(l))
		for j := range y[i] {
			for a := range l[0] {
				for b := range l[0] {
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

// winogradTest is a transform of n tiles or kernels: where an element of the i-th
// is in the source and in the result.
type winogradTest struct {
	name     string
	matrix   [][]float64
	from, to func(i, a, b int) int
	run      func(dst, src []float32)
}

const winogradRow = 91

func winogradTests(n, step int, tiles []int) []winogradTest {
	places := func(size int) func(i, a, b int) int {
		return func(i, a, b int) int { return (size*a+b)*step + i }
	}
	tile := func(i, a, b int) int { return tiles[i] + a*winogradRow + b }
	turned := func(i, a, b int) int { return (8-3*a-b)*step + i }
	all := []winogradTest{
		{"WinogradKernel", winogradG, places(3), places(6), func(dst, src []float32) { asm.WinogradKernel(dst, step, src, step, n, false) }},
		{"WinogradKernel, turned", winogradG, turned, places(6), func(dst, src []float32) { asm.WinogradKernel(dst, step, src, step, n, true) }},
		{"WinogradKernelGrad", transposed(winogradG), places(6), places(3), func(dst, src []float32) { asm.WinogradKernelGrad(dst, step, src, step, n) }},
	}
	if n%asm.WinogradTiles == 0 {
		all = append(all,
			winogradTest{"WinogradInput", winogradB, tile, places(6), func(dst, src []float32) { asm.WinogradInput(dst, step, src, winogradRow, tiles) }},
			winogradTest{"WinogradOutput", winogradA, places(6), tile, func(dst, src []float32) { asm.WinogradOutput(dst, winogradRow, tiles, src, step) }},
			winogradTest{"WinogradOutputGrad", transposed(winogradA), tile, places(6), func(dst, src []float32) { asm.WinogradOutputGrad(dst, step, src, winogradRow, tiles) }},
		)
	}
	return all
}

// TestWinograd compares the transforms of any number of tiles with products of
// matrices in float64, and between the implementations bit for bit. Tiles lie in
// disorder, and neither around them nor around other results anything changes.
func TestWinograd(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 34 {
		step := n + 1
		tiles := r.Perm(n)
		for i := range tiles {
			tiles[i] = tiles[i]/10*4*winogradRow + tiles[i]%10*9
		}
		src := make([]float32, 36*step+20*winogradRow)
		fill(r, normal, src)
		for _, c := range winogradTests(n, step, tiles) {
			blank := make([]float32, len(src))
			for i := range blank {
				blank[i] = -1e9
			}
			want, scale := make([]float64, len(src)), 1.0
			for i := range want {
				want[i] = -1e9
			}
			for i := range n {
				for k, v := range sandwich(c.matrix, func(a, b int) float64 { return float64(src[c.from(i, a, b)]) }) {
					for j, v := range v {
						want[c.to(i, k, j)] = v
						scale = max(scale, math.Abs(v))
					}
				}
			}
			var first []float32
			all := asm.Implementations()
			for i := len(all) - 1; i >= 0; i-- { // generic first
				use(t, all[i])
				got := append([]float32(nil), blank...)
				c.run(got, src)
				if first == nil {
					first = got
				}
				for j := range want {
					if d := math.Abs(float64(got[j]) - want[j]); d > 1e-6*scale {
						t.Fatalf("%s, %s, %d tiles: element %d is %v, want %v", all[i], c.name, n, j, got[j], want[j])
					}
					if math.Float32bits(got[j]) != math.Float32bits(first[j]) {
						t.Fatalf("%s, %s, %d tiles: element %d is %x, generic has %x", all[i], c.name, n, j, got[j], first[j])
					}
				}
			}
		}
	}
}

// TestWinogradSpecials holds the implementations together on numbers that
// overflow, vanish or are none.
func TestWinogradSpecials(t *testing.T) {
	const n, step = 16, 19
	r := rand.New(rand.NewPCG(3, 4))
	tiles := make([]int, n)
	for i := range tiles {
		tiles[i] = i/8*4*winogradRow + i%8*8
	}
	src := make([]float32, 36*step+20*winogradRow)
	for _, m := range []mode{finite, specials} {
		fill(r, m, src)
		for _, c := range winogradTests(n, step, tiles) {
			var want []float32
			all := asm.Implementations()
			for i := len(all) - 1; i >= 0; i-- { // generic first
				use(t, all[i])
				got := make([]float32, len(src))
				c.run(got, src)
				if want == nil {
					want = got
				}
				for j := range got {
					if math.Float32bits(got[j]) != math.Float32bits(want[j]) && (got[j] == got[j] || want[j] == want[j]) {
						t.Fatalf("%s, %s: element %d is %x, generic has %x", all[i], c.name, j, got[j], want[j])
					}
				}
			}
		}
	}
}

func TestWinogradPanics(t *testing.T) {
	x := make([]float32, 1000)
	tiles := []int{0, 4, 8, 12, 16, 20, 24, 28}
	for want, f := range map[string]func(){
		"asm: WinogradInput: the destination has 182 elements, fewer than 183":                              func() { asm.WinogradInput(x[:182], 5, x, 40, tiles) },
		"asm: WinogradInput: the source has 233 elements, too few for a tile at 28 with rows 40 apart":      func() { asm.WinogradInput(x, 5, x[:233], 40, tiles) },
		"asm: WinogradInput: the source has 1000 elements, too few for a tile at -1 with rows 40 apart":     func() { asm.WinogradInput(x, 5, x, 40, []int{0, 0, 0, -1, 0, 0, 0, 0}) },
		"asm: WinogradInput: 7 tiles with rows 40 apart; they come in multiples of 8":                       func() { asm.WinogradInput(x, 5, x, 40, tiles[1:]) },
		"asm: WinogradOutput: the source has 182 elements, fewer than 183":                                  func() { asm.WinogradOutput(x, 40, tiles, x[:182], 5) },
		"asm: WinogradOutputGrad: the source has 151 elements, too few for a tile at 28 with rows 40 apart": func() { asm.WinogradOutputGrad(x, 5, x[:151], 40, tiles) },
		"asm: WinogradKernel: the source has 89 elements, fewer than 90":                                    func() { asm.WinogradKernel(x, 10, x[:89], 10, 10, true) },
		"asm: WinogradKernelGrad: the destination has 89 elements, fewer than 90":                           func() { asm.WinogradKernelGrad(x[:89], 10, x, 10, 10) },
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
