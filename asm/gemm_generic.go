package asm

// multiplyGeneric is the micro-kernel in portable Go, for tiles of 4×4: 16
// accumulators and 8 operands are in registers where there are 32 of them.
func multiplyGeneric(t *tile, aFrom, bFrom int) {
	var (
		c00, c01, c02, c03 float32
		c10, c11, c12, c13 float32
		c20, c21, c22, c23 float32
		c30, c31, c32, c33 float32
	)
	// A row or column that the tile does not have is the last one once more.
	a1, a2, a3 := min(1, t.rows-1)*t.aRow, min(2, t.rows-1)*t.aRow, min(3, t.rows-1)*t.aRow
	b1, b2, b3 := min(1, t.cols-1), min(2, t.cols-1), min(3, t.cols-1)
	a, b, ia, ib := t.a, t.b, aFrom, bFrom
	for range t.k {
		x0, x1, x2, x3 := a[ia], a[ia+a1], a[ia+a2], a[ia+a3]
		y0, y1, y2, y3 := b[ib], b[ib+b1], b[ib+b2], b[ib+b3]
		c00, c01, c02, c03 = fma(x0, y0, c00), fma(x0, y1, c01), fma(x0, y2, c02), fma(x0, y3, c03)
		c10, c11, c12, c13 = fma(x1, y0, c10), fma(x1, y1, c11), fma(x1, y2, c12), fma(x1, y3, c13)
		c20, c21, c22, c23 = fma(x2, y0, c20), fma(x2, y1, c21), fma(x2, y2, c22), fma(x2, y3, c23)
		c30, c31, c32, c33 = fma(x3, y0, c30), fma(x3, y1, c31), fma(x3, y2, c32), fma(x3, y3, c33)
		ia += t.aCol
		ib += t.bRow
	}
	acc := [4][4]float32{
		{c00, c01, c02, c03},
		{c10, c11, c12, c13},
		{c20, c21, c22, c23},
		{c30, c31, c32, c33},
	}
	for i := range t.rows {
		row := t.c[t.cFrom+i*t.cRow:][:t.cols]
		for j, v := range acc[i][:t.cols] {
			switch t.start {
			case addC:
				v = row[j] + v
			case scaleC:
				v = fma(t.beta, row[j], v)
			}
			if t.bias != nil {
				v += t.bias[t.biasFrom+j]
			}
			if t.relu && v < 0 {
				v = 0
			}
			row[j] = v
		}
	}
}
