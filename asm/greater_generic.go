package asm

func countGreaterGeneric(x []float32, a float32) (n int) {
	for _, v := range x {
		if v > a {
			n++
		}
	}
	return n
}

func accumulateGreaterGeneric(acc, x, y []float32) {
	x, y = x[:len(acc)], y[:len(acc)]
	for j := range acc {
		if x[j] > y[j] {
			acc[j]++
		}
	}
}
