package asm

// packRowsGeneric packs one panel of a depth-major operand:
// dst[d*width+l] = x[d*ld+l].
func packRowsGeneric(dst []float32, width int, x []float32, ld, lanes, depth int) {
	for d := range depth {
		copy(dst[d*width:][:lanes], x[d*ld:])
	}
}

// packColumnsGeneric packs one panel of an operand whose lanes are contiguous:
// dst[d*width+l] = x[l*ld+d].
func packColumnsGeneric(dst []float32, width int, x []float32, ld, lanes, depth int) {
	for l := range lanes {
		for d, v := range x[l*ld:][:depth] {
			dst[d*width+l] = v
		}
	}
}
