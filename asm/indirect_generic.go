package asm

func indirectGemmGeneric(c []float32, cAt []int, a []float32, aAt, at []int, b []float32, add bool) {
	var acc [IndirectColumns]float32
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
