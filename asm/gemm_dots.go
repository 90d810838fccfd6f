package asm

import "math"

// A product with few rows reads each element of B only a few times, so that packing B
// would take most of the time. The micro-kernel can do without, unless B is
// transposed: then this is the way.

// dotColumns is the number of columns that the kernels compute at a time, or a multiple
// of it. Up to dotRows rows have their sums in registers.
const (
	dotColumns = 32
	dotRows    = 8
)

// dots computes the first n columns of C, a multiple of dotColumns, of a product
// with up to dotRows rows and a transposed B, and leaves them out of g.
func (g *product) dots(w *Workspace, n int) {
	acc := w.b[:dotRows*maxLanes]
	// The kernel for packed rows reads 16 rows of B at a time where those for one row
	// or two read 32, so that rows 2 KiB apart still fit in their sets of L1.
	packed := g.m > 2 || g.b.ld%pageFloats == pageFloats/2
	for p := 0; p < g.k; p += kc {
		k := min(kc, g.k-p)
		g.copyRows(w, p, k, packed)
		for j := 0; j < n; j += maxLanes {
			nb := min(maxLanes, n-j)
			if packed {
				dotsPacked(acc, g.m, nb, w.a, g.b.from(j, p), g.b.ld, k)
			} else {
				for jj := 0; jj < nb; jj += dotColumns {
					b := g.b.from(j+jj, p)
					if g.m == 1 {
						dots1(acc[jj:], w.a, b, g.b.ld, k)
					} else {
						dots2(acc[jj:], acc[maxLanes+jj:], w.a, w.a[kc:], b, g.b.ld, k)
					}
				}
			}
			for i := range g.m {
				g.finishRow(acc[i*maxLanes:][:nb], i, j, p)
			}
		}
	}
	if g.n -= n; g.n > 0 {
		g.b.x, g.c = g.b.from(n, 0), g.c[n:]
		if g.bias != nil {
			g.bias = g.bias[n:]
		}
	}
}

// copyRows copies the rows of A, k elements from p on: one after the other, or packed.
// The kernels take 4 steps at a time, the last ones with zeros in place
// of what B does not have. Minus zeros behind the rows of A make these products minus
// zero, and adding that changes no number.
func (g *product) copyRows(w *Workspace, p, k int, packed bool) {
	minusZero := float32(math.Copysign(0, -1))
	if packed {
		var a block
		a.pack(w.a, &g.a, g.m, 0, g.m, p, k)
		for i := k * g.m; i%(4*g.m) != 0; i++ {
			w.a[i] = minusZero
		}
		return
	}
	for i := range g.m {
		row := w.a[i*kc:][:kc]
		if g.a.depthMajor {
			for d := range k {
				row[d] = g.a.x[(p+d)*g.a.ld+i]
			}
		} else {
			copy(row, g.a.from(i, p)[:k])
		}
		for d := k; d%4 != 0; d++ {
			row[d] = minusZero
		}
	}
}

// finishRow brings the sums of the block of the shared dimension from p on into row
// i of C, from column j on.
func (g *product) finishRow(acc []float32, i, j, p int) {
	c := g.c[i*g.ldc+j:][:len(acc)]
	switch g.start(p) {
	case ignoreC:
		copy(c, acc)
	case addC:
		Add(c, c, acc)
	case scaleC:
		Axpy(acc, g.beta, c)
		copy(c, acc)
	}
	if g.last(p) {
		g.finish(c, j)
	}
}
