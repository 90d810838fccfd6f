package asm_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// lines are the transforms with their matrices.
var lines = map[string]struct {
	line   asm.WinogradLine
	matrix [][]float64
}{
	"Input42":      {asm.Input42, input42},
	"Output42":     {asm.Output42, output42},
	"OutputGrad42": {asm.OutputGrad42, transposed(output42)},
	"Kernel42":     {asm.Kernel42, kernel42},
	"KernelGrad42": {asm.KernelGrad42, transposed(kernel42)},
	"Input32":      {asm.Input32, input32},
	"Output32":     {asm.Output32, output32},
	"OutputGrad32": {asm.OutputGrad32, transposed(output32)},
	"Kernel32":     {asm.Kernel32, kernel32},
	"KernelGrad32": {asm.KernelGrad32, transposed(kernel32)},
}

var (
	input42 = [][]float64{
		{1, -1.5, -1.5, 1, 0},
		{0, 2, 1, -1, 0},
		{0, 1, -2.5, 1, 0},
		{0, -0.5, 0.5, 1, 0},
		{0, 1, -1.5, -1.5, 1},
	}
	kernel42 = [][]float64{{1, 0}, {8. / 9, 4. / 9}, {-2. / 9, 2. / 9}, {1. / 9, 2. / 9}, {0, 1}}
	output42 = [][]float64{{1, 1, 1, 1, 0}, {0, 0.5, -1, 2, 0}, {0, 0.25, 1, 4, 0}, {0, 0.125, -1, 8, 1}}
	input32  = [][]float64{{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, -1, 0, 1}}
	kernel32 = [][]float64{{1, 0}, {0.5, 0.5}, {0.5, -0.5}, {0, 1}}
	output32 = [][]float64{{1, 1, 1, 0}, {0, 1, -1, 0}, {0, 1, 1, 1}}
)

// TestWinogradLineMatrices holds that they make a convolution: of each input with
// each kernel of which one element is 1.
func TestWinogradLineMatrices(t *testing.T) {
	for _, f := range []struct{ a, b, g [][]float64 }{{output42, input42, kernel42}, {output32, input32, kernel32}} {
		for i := range f.b {
			for k := range 2 {
				for p := range f.a {
					y := 0.0
					for j := range f.b {
						y += f.a[p][j] * f.b[j][i] * f.g[j][k]
					}
					want := 0.0
					if i == p+k {
						want = 1
					}
					if math.Abs(y-want) > 1e-15 {
						t.Errorf("F(%d, 2): output %d of input %d and tap %d is %v, want %v", len(f.a), p, i, k, y, want)
					}
				}
			}
		}
	}
}

// TestWinogradLine compares the transforms with products of matrices in float64, and
// between the implementations bit for bit; what is no result stays as it is.
func TestWinogradLine(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, c := range lines {
		for _, m := range []mode{normal, specials} {
			for _, n := range []int{0, 1, 7, 8, 16, 24, 40, 64} {
				for groups := range 4 {
					for _, add := range []bool{false, true} {
						step := groups*(n+1) + 3 // of src; dst goes backwards
						src, start := make([]float32, 5*step), make([]float32, 5*step)
						fill(r, m, src)
						fill(r, m, start)
						var from, to []int
						for i := range groups {
							from = append(from, 1+i*(n+1))
							to = append(to, (len(c.matrix)-1)*step+2+(groups-1-i)*(n+1))
						}
						want := make([]float64, len(start))
						for i, v := range start {
							want[i] = float64(v)
						}
						for i := range groups {
							for j := range n {
								for k, row := range c.matrix {
									y := 0.0
									for l, v := range row {
										if v != 0 {
											y += v * float64(src[from[i]+l*step+j])
										}
									}
									at := to[i] - k*step + j
									if add {
										y += want[at]
									}
									want[at] = y
								}
							}
						}
						var first []float32
						all := asm.Implementations()
						for i := len(all) - 1; i >= 0; i-- { // generic first
							use(t, all[i])
							got := append([]float32(nil), start...)
							c.line.Apply(got, places(to), -step, src, places(from), step, n, add)
							if first == nil {
								first = got
							}
							for j := range got {
								if d := math.Abs(float64(got[j]) - want[j]); m == normal && d > 4e-6 {
									t.Fatalf("%s, %s, %d groups of %d, add %t: element %d is %v, want %v", all[i], name, groups, n, add, j, got[j], want[j])
								}
								if math.Float32bits(got[j]) != math.Float32bits(first[j]) && (got[j] == got[j] || first[j] == first[j]) {
									t.Fatalf("%s, %s, %d groups of %d, add %t: element %d is %x, generic has %x", all[i], name, groups, n, add, j, got[j], first[j])
								}
							}
						}
					}
				}
			}
		}
	}
}

func TestWinogradLinePanics(t *testing.T) {
	x, y := make([]float32, 100), make([]float32, 100)
	at := func(at ...int) *asm.Places { return places(at) }
	for want, f := range map[string]func(){
		"asm: WinogradLine.Apply: 1 groups in the destination, 2 in the source":                                 func() { asm.Input42.Apply(y, at(0), 8, x, at(0, 8), 8, 8, false) },
		"asm: WinogradLine.Apply: the destination has 39 elements; columns of 8 at 0 reach 32 elements further": func() { asm.Input42.Apply(y[:39], at(0), 8, x, at(0), 8, 8, false) },
		"asm: WinogradLine.Apply: the source has 41 elements; columns of 8 at 2 reach 32 elements further":      func() { asm.Input42.Apply(y, at(0), 8, x[:41], at(2), 8, 8, false) },
		"asm: WinogradLine.Apply: the source has 100 elements; columns of 8 at 31 reach -32 elements further":   func() { asm.Input42.Apply(y, at(0), 8, x, at(31), -8, 8, false) },
		"asm: WinogradLine.Apply: the source has 100 elements; columns of 8 at -1 reach 0 elements further":     func() { asm.Kernel32.Apply(y, at(0), 8, x, at(-1), 0, 8, false) },
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
