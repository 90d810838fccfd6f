package asm_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// indirect is a call of IndirectGemm. Rows of C are apart, and so are those of A,
// whose last element is read.
type indirect struct {
	c, a, b      []float32
	cAt, aAt, at []int
	add          bool
}

func newIndirect(r *rand.Rand, m mode, rows, k int, add bool) *indirect {
	g := &indirect{add: add}
	const gap = asm.IndirectColumns + 3
	for i := range rows {
		g.cAt = append(g.cAt, 2+i*gap)
		g.aAt = append(g.aAt, r.IntN(100))
	}
	for range k {
		g.at = append(g.at, r.IntN(100))
	}
	r.Shuffle(rows, func(i, j int) { g.cAt[i], g.cAt[j] = g.cAt[j], g.cAt[i] })
	if rows > 0 && k > 0 {
		g.a = make([]float32, slices.Max(g.aAt)+slices.Max(g.at)+1)
	}
	g.b = make([]float32, k*asm.IndirectColumns)
	g.c = make([]float32, 2+rows*gap)
	for _, x := range [][]float32{g.a, g.b, g.c} {
		fill(r, m, x)
	}
	return g
}

func (g *indirect) run() {
	asm.IndirectGemm(g.c, places(g.cAt), g.a, places(g.aAt), places(g.at), g.b, g.add, g.a[:len(g.a)/2])
}

func places(at []int) *asm.Places {
	p := asm.NewPlaces(at)
	return &p
}

// TestIndirectGemm compares the portable code with a sum in float64, and every
// implementation with the portable code: also what lies between the rows of C.
func TestIndirectGemm(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for rows := range 30 {
		for _, k := range []int{0, 1, 2, 3, 9, 64, 100} {
			for _, m := range []mode{normal, bits, specials} {
				g := newIndirect(r, m, rows, k, (rows+k)%2 == 0)
				start := slices.Clone(g.c)
				use(t, "generic")
				g.run()
				want := slices.Clone(g.c)
				for i, at := range g.cAt {
					for j := range asm.IndirectColumns {
						sum, size := 0.0, 0.0
						if g.add {
							sum = float64(start[at+j])
						}
						for p, d := range g.at {
							product := float64(g.a[g.aAt[i]+d]) * float64(g.b[p*asm.IndirectColumns+j])
							sum += product
							size += math.Abs(product)
						}
						if m == normal && math.Abs(float64(want[at+j])-sum) > 1e-5*(size+1) {
							t.Fatalf("%d rows, k = %d: row %d, column %d is %v, want %v", rows, k, i, j, want[at+j], sum)
						}
					}
				}
				for _, implementation := range asm.Implementations() {
					use(t, implementation)
					copy(g.c, start)
					g.run()
					for i := range want {
						if !same(float64(g.c[i]), float64(want[i])) {
							t.Fatalf("%s, %d rows, k = %d, %s numbers: element %d of C is %x, want %x", implementation, rows, k, m, i, g.c[i], want[i])
						}
					}
				}
			}
		}
	}
}

// TestIndirectGemmBatch compares a batch with a call for each of its products.
func TestIndirectGemmBatch(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, implementation := range asm.Implementations() {
		use(t, implementation)
		for _, add := range []bool{false, true} {
			g := newIndirect(r, bits, 19, 40, add)
			const count, aStep, bStep = 3, 7, 32 * 40
			a, b := make([]float32, len(g.a)+(count-1)*aStep), make([]float32, count*bStep)
			c := make([]float32, count*len(g.c))
			for _, x := range [][]float32{a, b, c} {
				fill(r, bits, x)
			}
			got, want := slices.Clone(c), c
			cAt, aAt, at := places(g.cAt), places(g.aAt), places(g.at)
			asm.IndirectGemmBatch(count, got, len(g.c), cAt, a, aStep, aAt, at, b, bStep, add, nil)
			for i := range count {
				asm.IndirectGemm(want[i*len(g.c):], cAt, a[i*aStep:], aAt, at, b[i*bStep:], add, nil)
			}
			for i := range got {
				if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
					t.Fatalf("%s, add %t: element %d is %x, want %x", implementation, add, i, got[i], want[i])
				}
			}
			for want, f := range map[string]func(){
				"asm: IndirectGemm: from product to product it is -1, 7 and 1280 elements": func() {
					asm.IndirectGemmBatch(count, got, -1, cAt, a, aStep, aAt, at, b, bStep, add, nil)
				},
				"asm: IndirectGemm: B has 3839 elements, too few for 120 rows": func() {
					asm.IndirectGemmBatch(count, got, len(g.c), cAt, a, aStep, aAt, at, b[1:], bStep, add, nil)
				},
				fmt.Sprintf("asm: IndirectGemm: C has %d elements, a row begins at %d", len(got)-4, slices.Max(g.cAt)+2*len(g.c)): func() {
					asm.IndirectGemmBatch(count, got[4:], len(g.c), cAt, a, aStep, aAt, at, b, bStep, add, nil)
				},
				fmt.Sprintf("asm: IndirectGemm: A has %d elements, the tables reach element %d+%d", len(a)-1, slices.Max(g.aAt)+2*aStep, slices.Max(g.at)): func() {
					asm.IndirectGemmBatch(count, got, len(g.c), cAt, a[1:], aStep, aAt, at, b, bStep, add, nil)
				},
			} {
				func() {
					defer func() {
						if got := fmt.Sprint(recover()); got != want {
							t.Errorf("panic %q, want %q", got, want)
						}
					}()
					f()
				}()
			}
		}
	}
}

func TestIndirectGemmPanics(t *testing.T) {
	for want, change := range map[string]func(g *indirect){
		"asm: IndirectGemm: C has 3 rows, A 2":                                func(g *indirect) { g.aAt = g.aAt[:2] },
		"asm: IndirectGemm: C has 40 elements, a row begins at 72":            func(g *indirect) { g.c = g.c[:40] },
		"asm: IndirectGemm: C has 107 elements, a row begins at -1":           func(g *indirect) { g.cAt[1] = -1 },
		"asm: IndirectGemm: A has 10 elements, the tables reach element 5+5":  func(g *indirect) { g.a = g.a[:10] },
		"asm: IndirectGemm: A has 11 elements, the tables reach element -6+5": func(g *indirect) { g.aAt[2] = -6 },
		"asm: IndirectGemm: B has 63 elements, too few for 2 rows":            func(g *indirect) { g.b = g.b[:63] },
		"asm: IndirectGemm: aliasing refused: C overlaps A or B":              func(g *indirect) { g.b = g.c },
	} {
		t.Run(want, func(t *testing.T) {
			g := newIndirect(rand.New(rand.NewPCG(1, 1)), normal, 3, 2, false)
			g.cAt, g.aAt, g.at = []int{2, 37, 72}, []int{5, 3, 1}, []int{5, 2}
			g.a = make([]float32, 11)
			change(g)
			defer func() {
				if got := fmt.Sprint(recover()); got != want {
					t.Errorf("panic %q, want %q", got, want)
				}
			}()
			g.run()
		})
	}
}

func BenchmarkIndirectGemm(b *testing.B) {
	for _, s := range []struct{ rows, k int }{{196, 9}, {196, 288}, {288, 196}} {
		b.Run(fmt.Sprintf("rows=%d/k=%d", s.rows, s.k), func(b *testing.B) {
			g := newIndirect(rand.New(rand.NewPCG(1, 1)), normal, s.rows, s.k, false)
			for b.Loop() {
				g.run()
			}
			b.ReportMetric(2*float64(s.rows*s.k*asm.IndirectColumns)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
