package asm_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// pairs are the four ways to store A and B.
var pairs = [][2]bool{{false, false}, {false, true}, {true, false}, {true, true}}

// TestGemmSmall has all small sizes, of every transposition pair.
func TestGemmSmall(t *testing.T) {
	largest := 20
	if testing.Short() {
		largest = 9
	}
	w := asm.NewWorkspace()
	r := rand.New(rand.NewPCG(1, 1))
	for m := range largest + 1 {
		for n := range largest + 1 {
			for k := range largest + 1 {
				for _, pair := range pairs {
					newTransposedGemm(r, pair[0], pair[1], m, n, k).check(t, w)
				}
			}
		}
	}
}

// TestGemmEdges has sizes around the edges of tiles, of blocks and of the limits
// at which Gemm goes another way.
func TestGemmEdges(t *testing.T) {
	w := asm.NewWorkspace()
	r := rand.New(rand.NewPCG(2, 2))
	for _, test := range []struct {
		name  string
		sizes [][3]int
	}{
		{"tiles", [][3]int{
			{6, 16, 512}, {12, 32, 512}, {7, 17, 513}, {13, 33, 511}, {24, 64, 520}, {25, 65, 514},
			{12, 32, 700}, {48, 32, 300}, {49, 32, 300}, {24, 48, 300}, {37, 41, 31}, {40, 40, 40},
		}},
		{"blocks of k", [][3]int{{1, 1, 511}, {1, 1, 512}, {1, 1, 513}, {3, 2, 1024}, {2, 3, 1025}, {1, 1, 3000}, {17, 19, 1030}}},
		{"blocks of m", [][3]int{{767, 3, 5}, {768, 4, 4}, {769, 5, 3}, {775, 33, 2}, {770, 2, 515}, {769, 17, 513}, {1100, 12, 13}}},
		{"blocks of n", [][3]int{{12, 1100, 13}, {13, 300, 9}, {130, 130, 33}, {12, 290, 270}, {31, 257, 22}, {29, 263, 259}}},
		{"in place or packed", [][3]int{{3, 255, 8}, {4, 256, 7}, {5, 257, 6}, {257, 31, 21}, {60, 10, 260}, {10, 60, 257}, {97, 101, 103}}},
		{"rows that are far apart", [][3]int{{3, 1030, 50}, {7, 1024, 52}, {14, 1025, 3}, {1, 1031, 60}}},
		{"one row", [][3]int{{1, 95, 4}, {1, 96, 5}, {1, 97, 6}, {1, 255, 7}, {1, 256, 8}, {1, 257, 9}, {1, 900, 514}, {1, 700, 90}}},
		{"two rows", [][3]int{{1, 40, 512}, {2, 50, 512}, {2, 31, 16}, {2, 32, 17}, {2, 33, 18}, {2, 390, 19}, {2, 800, 35}, {2, 63, 1029}}},
		{"few rows", [][3]int{{3, 390, 64}, {4, 63, 66}, {4, 64, 1024}, {5, 100, 1030}, {6, 800, 35}, {7, 97, 515}, {8, 390, 61}, {9, 96, 64}}},
		{"one column", [][3]int{{15, 1, 20}, {16, 1, 15}, {16, 1, 16}, {17, 1, 33}, {385, 1, 40}, {700, 1, 90}, {41, 1, 1031}}},
		{"few columns", [][3]int{{16, 2, 16}, {31, 6, 17}, {32, 7, 18}, {33, 10, 19}, {391, 12, 21}, {60, 13, 30}, {37, 5, 520}}},
		{"columns that are left", [][3]int{{33, 33, 33}, {20, 38, 29}, {19, 44, 16}, {23, 45, 23}, {400, 65, 17}}},
		{"no k", [][3]int{{13, 300, 0}, {770, 33, 0}, {1, 300, 0}, {300, 1, 0}, {2, 64, 0}}},
		{"hardly any k", [][3]int{{45, 130, 1}, {44, 129, 2}, {43, 131, 3}, {130, 44, 4}, {61, 67, 7}, {61, 67, 8}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, s := range test.sizes {
				for _, pair := range pairs {
					newTransposedGemm(r, pair[0], pair[1], s[0], s[1], s[2]).check(t, w)
				}
			}
		})
	}
}

// TestGemmFewRows has sizes around the limits of the way for few rows and a
// transposed B, which beta = 0 takes.
func TestGemmFewRows(t *testing.T) {
	w := asm.NewWorkspace()
	r := rand.New(rand.NewPCG(9, 9))
	for _, s := range [][3]int{
		{11, 130, 256}, {12, 128, 256}, {12, 127, 257}, {13, 135, 255}, {31, 300, 513}, {33, 129, 1030}, {64, 259, 300},
		{65, 140, 260}, {128, 131, 256}, {129, 136, 256}, {12, 4200, 256}, {40, 1300, 256},
	} {
		for range 3 { // with and without bias and ReLU, and rows that lie apart
			g := newTransposedGemm(r, false, true, s[0], s[1], s[2])
			g.beta = 0
			g.check(t, w)
		}
	}
}

// TestGemmRemainders has every remainder that a kernel for few rows or columns may
// leave.
func TestGemmRemainders(t *testing.T) {
	w := asm.NewWorkspace()
	r := rand.New(rand.NewPCG(6, 6))
	for few := 1; few <= 14; few++ {
		for k := 15; k < 36; k++ {
			for _, pair := range pairs {
				newTransposedGemm(r, pair[0], pair[1], few, 32+r.IntN(250), k).check(t, w)
				newTransposedGemm(r, pair[0], pair[1], 16+r.IntN(70), few, k).check(t, w)
			}
		}
	}
}

// TestGemmSplit computes C in parts, as several workers do, and wants the bits of
// one call.
func TestGemmSplit(t *testing.T) {
	w := asm.NewWorkspace()
	r := rand.New(rand.NewPCG(4, 4))
	for range 60 {
		g := newGemm(r, 1+r.IntN(90), 1+r.IntN(90), 1+r.IntN(600))
		for _, implementation := range asm.Implementations() {
			use(t, implementation)
			whole := *g
			whole.c = slices.Clone(g.c)
			whole.run(w)
			split := *g
			split.c = slices.Clone(g.c)
			split.parts(r, w)
			if i := gemmDifference(split.c, whole.c); i >= 0 {
				t.Fatalf("%s: %v: element %d is %v in parts, %v in one call", implementation, g, i, split.c[i], whole.c[i])
			}
		}
	}
}

// parts cuts C in two at a random place until the parts are small.
func (g gemm) parts(r *rand.Rand, w *asm.Workspace) {
	if g.m*g.n <= 300 {
		g.run(w)
		return
	}
	first, second := g, g
	if r.IntN(2) == 0 {
		first.m = r.IntN(g.m)
		second.m = g.m - first.m
		second.c = g.c[first.m*g.ldc:]
		if g.transA {
			second.a = g.a[first.m:]
		} else {
			second.a = g.a[first.m*g.lda:]
		}
	} else {
		first.n = r.IntN(g.n)
		second.n = g.n - first.n
		second.c = g.c[first.n:]
		if g.Bias != nil {
			second.Bias = g.Bias[first.n:]
		}
		if g.transB {
			second.b = g.b[first.n*g.ldb:]
		} else {
			second.b = g.b[first.n:]
		}
	}
	first.parts(r, w)
	second.parts(r, w)
}

// FuzzGemm bounds the work of a call, not its shape.
func FuzzGemm(f *testing.F) {
	f.Add(uint64(1), uint16(12), uint16(32), uint16(513))
	f.Add(uint64(2), uint16(0), uint16(7), uint16(1))
	f.Add(uint64(3), uint16(77), uint16(10), uint16(0))
	f.Add(uint64(3), uint16(77), uint16(92), uint16(0))
	f.Add(uint64(4), uint16(1), uint16(999), uint16(531))
	f.Add(uint64(5), uint16(2), uint16(450), uint16(530))
	f.Add(uint64(6), uint16(997), uint16(3), uint16(521))
	f.Add(uint64(7), uint16(600), uint16(33), uint16(60))
	f.Add(uint64(8), uint16(20), uint16(190), uint16(260))
	w := asm.NewWorkspace()
	f.Fuzz(func(t *testing.T, seed uint64, m, n, k uint16) {
		size := [3]int{int(m % 1000), int(n % 1000), int(k % 1100)}
		for size[0]*size[1]*size[2] > 1<<20 {
			largest := slices.Index(size[:], slices.Max(size[:]))
			size[largest] /= 2
		}
		newGemm(rand.New(rand.NewPCG(seed, 0)), size[0], size[1], size[2]).check(t, w)
	})
}
