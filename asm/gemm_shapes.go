package asm

// compute goes the way that suits the shape of the product. Where the micro-kernel
// would be left with few columns, most of its vectors would be empty; with one row
// or two and B transposed, it would have to wait for the packing of B.
//
// The limits were measured on Zen 4. Up to 12 columns are faster as rows if A is
// transposed and thus has its vectors ready; to transpose it pays up to 6.
func (g *product) compute(w *Workspace) {
	if current == generic {
		g.blocked(w)
		return
	}
	if g.fewRows() {
		n := g.n &^ 7
		g.transposed(w, n)
		g.skip(n)
	}
	if g.m >= 16 && g.k >= 16 {
		few := g.n & (blockings[current].nr - 1) // a power of 2
		if few > 0 && (few <= 6 || few <= maxFew && g.a.depthMajor) {
			g.n -= few
			g.columns(w, g.n, few)
		}
	}
	if g.n > 0 {
		g.computeRows(w)
	}
}

// computeRows is compute without regard to few columns.
func (g *product) computeRows(w *Workspace) {
	if g.m <= 2 && !g.b.depthMajor && g.n >= dotColumns && g.k >= 16 {
		n := g.n - g.n%dotColumns
		g.dots(w, n)
		if g.skip(n); g.n == 0 {
			return
		}
	}
	g.blocked(w)
}
