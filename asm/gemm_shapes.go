package asm

// compute goes the way that suits the shape of the product. Where the micro-kernel
// would be left with few columns, most of its vectors would be empty; with few rows
// and B transposed, it would have to wait for the packing of B.
//
// The limits were measured on Zen 4. Up to 12 columns are faster as rows if A is
// transposed and thus has its vectors ready; to transpose it pays up to 8.
func (g *product) compute(w *Workspace) {
	if current == generic {
		g.blocked(w)
		return
	}
	if g.fewRows() {
		g.transposed(w)
		return
	}
	if g.m >= 16 && g.k >= 16 {
		few := g.n & (blockings[current].nr - 1) // a power of 2
		if few > 0 && (few <= 8 || few <= maxFew && g.a.depthMajor) {
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
	if g.dotted() {
		g.dots(w, g.n-g.n%dotColumns)
		if g.n == 0 {
			return
		}
	}
	g.blocked(w)
}

// dotted reports whether dot products are faster than packing B.
func (g *product) dotted() bool {
	switch {
	case g.b.depthMajor || g.m > dotRows || g.n < dotColumns || g.k < 16:
		return false
	case g.m <= 2:
		return true
	default:
		// To pack A and to copy the sums takes a while too; and with up to 4 rows,
		// 16 of B are read in parallel, which must not be from the same set of L1.
		return g.n*g.k >= 1<<12 && (g.m > 4 || g.b.ld%pageFloats != 0)
	}
}
