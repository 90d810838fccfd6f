package asm

// A product with a transposed B has to transpose B while packing it, which with few
// rows takes a good part of the time: each element is multiplied only m times. It is
// faster to transpose the few rows of A instead, and C, to compute
//
//	Cᵀ = op(B)·op(A)ᵀ
//
// where the micro-kernel broadcasts the elements of B, which it can from where they
// lie. Products of two numbers are the same in both orders, and so are the bits.

// maxTransposed is how many elements of Cᵀ are computed at a time: 192 KiB, to stay
// in L2 with what they are computed from.
const maxTransposed = 512 * 96

// fewRows reports whether that is faster. Measured on Zen 4: with fewer than 12 rows
// the vectors would not be filled, with fewer columns or a smaller k the detour takes
// too long, and where B would be packed after all nothing is won.
func (g *product) fewRows() bool {
	return !g.a.depthMajor && !g.b.depthMajor && g.beta == 0 && g.m >= 12 && g.n >= 128 && g.k >= 256 &&
		g.b.inPlace(g.n, g.k, g.m, blockings[current].nr)
}

// transposed computes C so.
func (g *product) transposed(w *Workspace) {
	columns := maxTransposed / g.m / 12 * 12 // whole tiles
	for j := 0; j < g.n; j += columns {
		var t product
		t.m, t.n, t.k = min(columns, g.n-j), g.m, g.k
		t.a.x, t.a.ld = g.b.from(j, 0), g.b.ld
		t.b = g.a
		t.c, t.ldc = w.c, t.n
		t.blocked(w)
		transpose(g.c[j:], g.ldc, w.c, t.n, t.m, t.n)
		for i := range g.m {
			g.finish(g.c[i*g.ldc+j:][:t.m], j)
		}
	}
}

// finish applies the epilogue to elements of a row of C, from column j on.
func (g *product) finish(c []float32, j int) {
	if g.bias != nil {
		Add(c, c, g.bias[j:][:len(c)])
	}
	if g.relu {
		ReLU(c, c)
	}
}
