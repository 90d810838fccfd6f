package asm

import "math"

// A product with one row or two reads each element of B only once or twice, so that
// packing B would take most of the time. The micro-kernel can do without, unless B
// is transposed: then this is the way.

// dotColumns is the number of columns that the kernels compute at a time.
const dotColumns = 32

// dots computes the first n columns of C, a multiple of dotColumns, of a product
// with one row or two and a transposed B.
func (g *product) dots(w *Workspace, n int) {
	acc := [2][]float32{w.b[:maxLanes], w.b[maxLanes : 2*maxLanes]}
	for p := 0; p < g.k; p += kc {
		k := min(kc, g.k-p)
		rows := g.dotRows(w, p, k)
		for j := 0; j < n; j += maxLanes {
			nb := min(maxLanes, n-j)
			for jj := 0; jj < nb; jj += dotColumns {
				b := g.b.from(j+jj, p)
				if g.m == 1 {
					dots1(acc[0][jj:], rows[0], b, g.b.ld, k)
				} else {
					dots2(acc[0][jj:], acc[1][jj:], rows[0], rows[1], b, g.b.ld, k)
				}
			}
			for i := range g.m {
				g.finishRow(acc[i][:nb], i, j, p)
			}
		}
	}
}

// dotRows copies the rows of A, k elements from p on. The kernels take 4 steps at a
// time, the last ones with zeros in place of what B does not have. Minus zeros behind
// the rows of A make these products minus zero, and adding that changes no number.
func (g *product) dotRows(w *Workspace, p, k int) (rows [2][]float32) {
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
			row[d] = float32(math.Copysign(0, -1))
		}
		rows[i] = row
	}
	return rows
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
