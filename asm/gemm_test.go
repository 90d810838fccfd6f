package asm_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// A gemm is one call of Gemm.
type gemm struct {
	transA, transB bool
	m, n, k        int
	a, b, c        []float32
	lda, ldb, ldc  int
	beta           float32
	asm.Epilogue
}

func (g *gemm) String() string {
	return fmt.Sprintf("transA=%v transB=%v m=%d n=%d k=%d lda=%d ldb=%d ldc=%d beta=%v bias=%v relu=%v",
		g.transA, g.transB, g.m, g.n, g.k, g.lda, g.ldb, g.ldc, g.beta, g.Bias != nil, g.ReLU)
}

func (g *gemm) run(w *asm.Workspace) {
	asm.Gemm(w, g.transA, g.transB, g.m, g.n, g.k, g.a, g.lda, g.b, g.ldb, g.beta, g.c, g.ldc, g.Epilogue)
}

// at returns op(A)[i,p] and op(B)[p,j].
func (g *gemm) at(i, j, p int) (x, y float32) {
	ia, ib := i*g.lda+p, p*g.ldb+j
	if g.transA {
		ia = p*g.lda + i
	}
	if g.transB {
		ib = j*g.ldb + p
	}
	return g.a[ia], g.b[ib]
}

// documented returns C[i,j] after the call, computed in the order that Gemm
// documents, and beside it the same without roundings and the largest error that
// any order of summation may have.
func (g *gemm) documented(i, j int) (c float32, exact, tolerance float64) {
	const kc = 512
	old := g.c[i*g.ldc+j]
	if g.beta != 0 {
		c = old
		exact = float64(g.beta) * float64(old)
	}
	size := math.Abs(exact)
	for p := 0; p == 0 || p < g.k; p += kc {
		var acc float32
		for q := p; q < min(p+kc, g.k); q++ {
			x, y := g.at(i, j, q)
			acc = gemmFMA(x, y, acc)
			exact += float64(x) * float64(y)
			size += math.Abs(float64(x) * float64(y))
		}
		switch {
		case p > 0 || g.beta == 1:
			c += acc
		case g.beta == 0:
			c = acc
		default:
			c = gemmFMA(g.beta, c, acc)
		}
	}
	if g.Bias != nil {
		c += g.Bias[j]
		exact += float64(g.Bias[j])
		size += math.Abs(float64(g.Bias[j]))
	}
	if g.ReLU {
		if c < 0 {
			c = 0
		}
		exact = max(exact, 0)
	}
	const halfUlp = 1.0 / (1 << 24)
	return c, exact, float64(g.k+4) * halfUlp * size
}

// gemmFMA rounds x·y + z once: the float64 sum is right unless it lies where a
// second rounding, to float32, may go astray.
func gemmFMA(x, y, z float32) float32 {
	s := float64(x)*float64(y) + float64(z)
	bits := math.Float64bits(s)
	tie := bits&(1<<29-1) == 1<<28
	if s == 0 || math.IsNaN(s) || math.IsInf(s, 0) || !tie && math.Abs(s) >= 0x1p-126 {
		return float32(s)
	}
	return fmaExact(x, y, z)
}

// newGemm makes a random call. The gaps between rows and some elements behind the
// matrices hold NaN, which would show up in C.
func newGemm(r *rand.Rand, m, n, k int) *gemm {
	g := &gemm{m: m, n: n, k: k, transA: r.IntN(2) == 1, transB: r.IntN(2) == 1}
	matrix := func(rows, cols int) (x []float32, ld int) {
		ld = cols + r.IntN(2)*r.IntN(20)
		x = make([]float32, rows*ld+40)
		for i := range x {
			x[i] = float32(math.NaN())
		}
		for i := range rows {
			for j := range cols {
				x[i*ld+j] = float32(r.NormFloat64())
			}
		}
		return x, ld
	}
	aRows, aCols, bRows, bCols := m, k, k, n
	if g.transA {
		aRows, aCols = aCols, aRows
	}
	if g.transB {
		bRows, bCols = bCols, bRows
	}
	g.a, g.lda = matrix(aRows, aCols)
	g.b, g.ldb = matrix(bRows, bCols)
	g.c, g.ldc = matrix(m, n)
	g.beta = []float32{0, 1, 0.5, -1.3}[r.IntN(4)]
	if r.IntN(2) == 1 {
		g.Bias = make([]float32, n)
		for j := range g.Bias {
			g.Bias[j] = float32(r.NormFloat64())
		}
	}
	g.ReLU = r.IntN(2) == 1
	return g
}

// check runs g with every implementation and compares C, bit for bit, with the
// documented order. Everything else in c has to stay as it was.
func (g *gemm) check(t *testing.T, w *asm.Workspace) {
	t.Helper()
	want := slices.Clone(g.c)
	for i := range g.m {
		for j := range g.n {
			c, exact, tolerance := g.documented(i, j)
			if math.Abs(float64(c)-exact) > tolerance {
				t.Fatalf("%v: the documented order gives C[%d,%d] = %v, in float64 it is %v ± %v", g, i, j, c, exact, tolerance)
			}
			want[i*g.ldc+j] = c
		}
	}
	start := g.c
	defer func() { g.c = start }()
	for _, implementation := range asm.Implementations() {
		use(t, implementation)
		g.c = slices.Clone(start)
		g.run(w)
		if i := gemmDifference(g.c, want); i >= 0 {
			t.Fatalf("%s: %v: element %d of c (row %d, column %d of %d) is %v, want %v",
				implementation, g, i, i/g.ldc, i%g.ldc, g.n, g.c[i], want[i])
		}
	}
}

// gemmDifference returns the first index at which x and y differ in a bit, or −1.
// All NaNs are equal.
func gemmDifference(x, y []float32) int {
	for i := range x {
		if math.Float32bits(x[i]) != math.Float32bits(y[i]) && (x[i] == x[i] || y[i] == y[i]) {
			return i
		}
	}
	return -1
}

func TestGemmSmall(t *testing.T) {
	w := asm.NewWorkspace()
	r := rand.New(rand.NewPCG(1, 1))
	for m := range 41 {
		for n := range 41 {
			newGemm(r, m, n, r.IntN(41)).check(t, w)
		}
	}
}

// TestGemmEdges has sizes around the edges of tiles, of blocks and of the sizes
// up to which operands are read in place.
func TestGemmEdges(t *testing.T) {
	w := asm.NewWorkspace()
	r := rand.New(rand.NewPCG(2, 2))
	for _, s := range [][3]int{
		{1, 1, 511}, {1, 1, 512}, {1, 1, 513}, {3, 2, 1024}, {2, 3, 1025},
		{6, 16, 512}, {12, 32, 512}, {7, 17, 513}, {13, 33, 511}, {24, 64, 520}, {25, 65, 514},
		{767, 3, 5}, {768, 4, 4}, {769, 5, 3}, {775, 33, 2}, {3, 255, 8}, {4, 256, 7}, {5, 257, 6}, {13, 300, 9},
		{130, 130, 33}, {257, 31, 21}, {31, 257, 22}, {60, 10, 260}, {10, 60, 257},
		{12, 32, 700}, {48, 32, 300}, {49, 32, 300}, {24, 48, 300}, {12, 1100, 13}, {12, 13, 1100}, {1100, 12, 13},
		{1, 700, 90}, {700, 1, 90}, {1, 1, 3000}, {97, 101, 103},
	} {
		for range 3 {
			newGemm(r, s[0], s[1], s[2]).check(t, w)
		}
	}
}

// TestGemmAnyBits has operands of any exponent, with overflow, underflow, Inf and
// NaN on the way.
func TestGemmAnyBits(t *testing.T) {
	w := asm.NewWorkspace()
	r := rand.New(rand.NewPCG(3, 3))
	for _, m := range []mode{finite, bits, specials} {
		for range 60 {
			g := newGemm(r, 1+r.IntN(14), 1+r.IntN(40), 1+r.IntN(12))
			fill(r, m, g.a)
			fill(r, m, g.b)
			fill(r, m, g.c)
			fill(r, m, g.Bias)
			want := slices.Clone(g.c)
			for i := range g.m {
				for j := range g.n {
					want[i*g.ldc+j], _, _ = g.documented(i, j)
				}
			}
			start := g.c
			for _, implementation := range asm.Implementations() {
				use(t, implementation)
				g.c = slices.Clone(start)
				g.run(w)
				if i := gemmDifference(g.c, want); i >= 0 {
					t.Fatalf("%s: %s: %v: element %d of c is %v, want %v", implementation, m, g, i, g.c[i], want[i])
				}
			}
		}
	}
}

// TestGemmSpecialValues names the cases that a kernel which skips zeros, reads C
// in spite of beta = 0 or orders the operands of its maximum otherwise gets wrong.
func TestGemmSpecialValues(t *testing.T) {
	nan, inf, minusZero := float32(math.NaN()), float32(math.Inf(1)), float32(math.Copysign(0, -1))
	w := asm.NewWorkspace()
	for _, test := range []struct {
		name          string
		k             int
		a, b, beta, c float32
		bias          []float32
		relu          bool
		want          float32
	}{
		{name: "zero times Inf", k: 1, a: 0, b: inf, want: nan},
		{name: "zero times NaN", k: 3, a: 0, b: nan, want: nan},
		{name: "beta 0 ignores NaN in C", k: 1, a: 2, b: 3, c: nan, want: 6},
		{name: "beta 0 and k 0 ignore NaN in C", c: nan, want: 0},
		{name: "beta 1 keeps NaN in C", k: 1, beta: 1, c: nan, want: nan},
		{name: "k 0 gives beta times C", beta: -0.5, c: 6, want: -3},
		{name: "k 0 and the epilogue", beta: 1, c: 6, bias: []float32{-7}, relu: true, want: 0},
		{name: "ReLU keeps NaN", k: 1, a: nan, relu: true, want: nan},
		{name: "ReLU of −Inf", k: 1, a: -1, b: inf, relu: true, want: 0},
		{name: "ReLU keeps −0", k: 1, a: -1e-30, b: 1e-30, relu: true, want: minusZero},
		{name: "beta times C is not rounded", k: 1, a: -1, b: 1 + 0x1p-11, beta: 1 + 0x1p-12, c: 1 + 0x1p-12, want: 0x1p-24},
	} {
		for _, implementation := range asm.Implementations() {
			use(t, implementation)
			c := []float32{test.c}
			asm.Gemm(w, false, false, 1, 1, test.k, slices.Repeat([]float32{test.a}, test.k), test.k,
				slices.Repeat([]float32{test.b}, test.k), 1, test.beta, c, 1, asm.Epilogue{Bias: test.bias, ReLU: test.relu})
			if gemmDifference(c, []float32{test.want}) >= 0 {
				t.Errorf("%s: %s: got %v, want %v", implementation, test.name, c[0], test.want)
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

func TestGemmPanics(t *testing.T) {
	buffer := make([]float32, 100)
	valid := func() *gemm {
		return &gemm{m: 2, n: 3, k: 4, a: make([]float32, 8), lda: 4, b: make([]float32, 12), ldb: 3, c: make([]float32, 6), ldc: 3}
	}
	w := asm.NewWorkspace()
	valid().run(w)
	for _, test := range []struct {
		change func(g *gemm)
		want   string
	}{
		{func(g *gemm) { g.m = -1 }, "negative size: m = -1, n = 3, k = 4"},
		{func(g *gemm) { g.n = -2 }, "negative size"},
		{func(g *gemm) { g.k = -3 }, "negative size"},
		{func(g *gemm) { g.lda = 3 }, "the stride of A is 3, its rows have 4 elements"},
		{func(g *gemm) { g.transA, g.lda = true, 1 }, "the stride of A is 1, its rows have 2 elements"},
		{func(g *gemm) { g.ldb = 2 }, "the stride of B is 2, its rows have 3 elements"},
		{func(g *gemm) { g.transB, g.ldb = true, 3 }, "the stride of B is 3, its rows have 4 elements"},
		{func(g *gemm) { g.ldc = -3 }, "the stride of C is -3, its rows have 3 elements"},
		{func(g *gemm) { g.a = g.a[:7] }, "A has 7 elements, too few for 2×4 with stride 4"},
		{func(g *gemm) { g.b = g.b[:11] }, "B has 11 elements, too few for 4×3 with stride 3"},
		{func(g *gemm) { g.b = nil }, "B has 0 elements, too few for 4×3 with stride 3"},
		{func(g *gemm) { g.ldc = 4 }, "C has 6 elements, too few for 2×3 with stride 4"},
		{func(g *gemm) { g.ldc = math.MaxInt }, "C has 6 elements, too few"},
		{func(g *gemm) { g.Bias = make([]float32, 2) }, "the bias has 2 elements, C has 3 columns"},
		{func(g *gemm) { g.a, g.c = buffer[:8], buffer[7:] }, "C overlaps A"},
		{func(g *gemm) { g.b, g.c = buffer[5:], buffer[:6] }, "C overlaps B"},
		{func(g *gemm) { g.Bias, g.c = buffer[:3], buffer }, "C overlaps the bias"},
	} {
		g := valid()
		test.change(g)
		func() {
			defer func() {
				if message, _ := recover().(string); !strings.Contains(message, "asm: Gemm: ") || !strings.Contains(message, test.want) {
					t.Errorf("%v: panicked with %q, want %q", g, message, test.want)
				}
			}()
			g.run(w)
		}()
	}
	func() {
		defer func() {
			if message, _ := recover().(string); !strings.Contains(message, "NewWorkspace") {
				t.Errorf("a zero Workspace: panicked with %q", message)
			}
		}()
		valid().run(new(asm.Workspace))
	}()
}

// TestGemmNeighbours holds that operands may lie side by side, share memory if
// they are not C, and be longer than needed.
func TestGemmNeighbours(t *testing.T) {
	x := []float32{1, 2, 3, 4, 0, 0, 0, 0, 9}
	asm.Gemm(asm.NewWorkspace(), false, true, 2, 2, 2, x, 2, x, 2, 0, x[4:], 2, asm.Epilogue{Bias: x})
	if want := []float32{1, 2, 3, 4, 6, 13, 12, 27, 9}; !slices.Equal(x, want) {
		t.Errorf("got %v, want %v", x, want)
	}
}

func TestGemmAllocations(t *testing.T) {
	w := asm.NewWorkspace()
	r := rand.New(rand.NewPCG(5, 5))
	g := newGemm(r, 30, 50, 70)
	g.Epilogue = asm.Epilogue{Bias: make([]float32, 50), ReLU: true}
	for _, implementation := range asm.Implementations() {
		use(t, implementation)
		if n := testing.AllocsPerRun(10, func() { g.run(w) }); n != 0 {
			t.Errorf("%s: %v allocations a call", implementation, n)
		}
	}
}

func FuzzGemm(f *testing.F) {
	f.Add(uint64(1), uint16(12), uint16(32), uint16(513))
	f.Add(uint64(2), uint16(0), uint16(7), uint16(1))
	f.Add(uint64(3), uint16(77), uint16(10), uint16(0))
	w := asm.NewWorkspace()
	f.Fuzz(func(t *testing.T, seed uint64, m, n, k uint16) {
		newGemm(rand.New(rand.NewPCG(seed, 0)), int(m%100), int(n%100), int(k%1100)).check(t, w)
	})
}

func BenchmarkGemm(b *testing.B) {
	w := asm.NewWorkspace()
	for _, implementation := range asm.Implementations() {
		for _, s := range [][3]int{
			{32, 32, 32}, {64, 64, 64}, {128, 128, 128}, {256, 256, 256}, {512, 512, 512}, {1024, 1024, 1024},
			{256, 512, 784}, {784, 512, 256}, {1, 512, 512}, {256, 10, 128},
		} {
			b.Run(fmt.Sprintf("impl=%s/m=%d/n=%d/k=%d", implementation, s[0], s[1], s[2]), func(b *testing.B) {
				use(b, implementation)
				m, n, k := s[0], s[1], s[2]
				g := gemm{
					m: m, n: n, k: k,
					a: make([]float32, m*k), lda: k,
					b: make([]float32, k*n), ldb: n,
					c: make([]float32, m*n), ldc: n,
				}
				for b.Loop() {
					g.run(w)
				}
				b.ReportMetric(2e-9*float64(m*n*k)*float64(b.N)/b.Elapsed().Seconds(), "GFLOP/s")
			})
		}
	}
}
