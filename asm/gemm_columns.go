package asm

// maxFew is the largest number of columns that are computed as rows. maxLanes is
// how many elements of each are computed at a time: a multiple of the widths of all
// kernels but one, so that maxFew×maxLanes stay in L1.
const (
	maxFew   = 12
	maxLanes = 384
)

// columns computes few columns of C, from j on, as rows of Cᵀ = op(B)ᵀ·op(A)ᵀ: a
// tile with few rows fills the vectors of the micro-kernel, a tile with few columns
// does not. Products of two numbers are the same in both orders, and so are the
// bits.
//
// Blocks of Cᵀ are computed in the Workspace and then brought into C.
func (g *product) columns(w *Workspace, j, few int) {
	for p := 0; p < g.k; p += kc {
		for i := 0; i < g.m; i += maxLanes {
			lanes := min(maxLanes, g.m-i)
			var t product
			t.m, t.n, t.k = few, lanes, min(kc, g.k-p)
			t.a.x, t.a.ld, t.a.depthMajor = g.b.from(j, p), g.b.ld, g.b.depthMajor
			t.b.x, t.b.ld, t.b.depthMajor = g.a.from(i, p), g.a.ld, g.a.depthMajor
			t.c, t.ldc = w.c, maxLanes
			t.computeRows(w)
			for q := range few {
				g.finishColumn(w.c[q*maxLanes:][:lanes], i, j+q, p)
			}
		}
	}
}

// finishColumn brings the sums of the block of the shared dimension from p on into
// column j of C, from row i on.
func (g *product) finishColumn(acc []float32, i, j, p int) {
	c := g.c[i*g.ldc+j:]
	switch g.start(p) {
	case addC:
		for i, v := range acc {
			acc[i] = c[i*g.ldc] + v
		}
	case scaleC:
		for i, v := range acc {
			acc[i] = fma(g.beta, c[i*g.ldc], v)
		}
	}
	if g.last(p) {
		if g.bias != nil {
			AddScalar(acc, acc, g.bias[j])
		}
		if g.relu {
			ReLU(acc, acc)
		}
	}
	for i, v := range acc {
		c[i*g.ldc] = v
	}
}
