package asm

func indirectGemmGeneric(count int, c []float32, cStep int, cAt []int, a []float32, aStep int, aAt, at []int, b []float32, bStep int, add bool) {
	var acc [IndirectColumns]float32
	for n := range count {
		c, a, b := c[n*cStep:], a[n*aStep:], b[n*bStep:]
		for i, from := range aAt {
			clear(acc[:])
			for p, d := range at {
				x := a[from+d]
				for j, y := range b[p*IndirectColumns:][:IndirectColumns] {
					acc[j] = fma(x, y, acc[j])
				}
			}
			row := c[cAt[i]:][:IndirectColumns]
			if add {
				for j, v := range acc {
					acc[j] = row[j] + v
				}
			}
			copy(row, acc[:])
		}
	}
}
