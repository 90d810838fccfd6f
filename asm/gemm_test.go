package asm_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
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
	return newTransposedGemm(r, r.IntN(2) == 1, r.IntN(2) == 1, m, n, k)
}

// newTransposedGemm is newGemm for one of the four transposition pairs.
func newTransposedGemm(r *rand.Rand, transA, transB bool, m, n, k int) *gemm {
	g := &gemm{m: m, n: n, k: k, transA: transA, transB: transB}
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
	for _, s := range [][3]int{{30, 50, 70}, {1, 50, 70}, {2, 64, 70}, {300, 10, 30}, {30, 300, 600}} {
		for _, pair := range pairs {
			g := newTransposedGemm(r, pair[0], pair[1], s[0], s[1], s[2])
			g.Epilogue = asm.Epilogue{Bias: make([]float32, s[1]), ReLU: true}
			for _, implementation := range asm.Implementations() {
				use(t, implementation)
				if n := testing.AllocsPerRun(10, func() { g.run(w) }); n != 0 {
					t.Errorf("%s: %v: %v allocations a call", implementation, g, n)
				}
			}
		}
	}
}
