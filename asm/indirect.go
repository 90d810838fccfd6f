package asm

import "fmt"

// IndirectColumns is the number of columns of B and C in IndirectGemm.
const IndirectColumns = 32

// IndirectGemm multiplies a matrix whose elements are found by two tables by one of
// IndirectColumns columns, whose rows lie one behind the other:
//
//	for i := range aAt {
//		for j := range IndirectColumns {
//			acc := 0
//			for p := range at {
//				acc = fma(a[aAt[i]+at[p]], b[p*IndirectColumns+j], acc)
//			}
//			c[cAt[i]+j] = acc           unless add
//			c[cAt[i]+j] = c[…] + acc    if add
//		}
//	}
//
// It is what a convolution consists of: a position, or a channel and a tap, has its
// place in a padded image, and so has what is summed over; no patch is ever copied
// (Dukhan, "The Indirect Convolution Algorithm", 2019). The rows of C must not
// overlap. It panics if the tables of rows differ in length or an element lies
// outside of its slice.
//
// On its way through a tile it prefetches next, 32 bytes in a step, so that the
// memory works too. It returns what of next is left, for the following call.
func IndirectGemm(c []float32, cAt []int, a []float32, aAt, at []int, b []float32, add bool, next []float32) []float32 {
	return IndirectGemmBatch(1, c, 0, cAt, a, 0, aAt, at, b, 0, add, next)
}

// IndirectGemmBatch is IndirectGemm for count products with the same tables. From one
// to the next C, A and B begin cStep, aStep and bStep elements later; these are not
// negative, and the products' rows of C must not overlap. Small products take less time
// than in calls of their own.
func IndirectGemmBatch(count int, c []float32, cStep int, cAt []int, a []float32, aStep int, aAt, at []int, b []float32, bStep int, add bool, next []float32) []float32 {
	if len(cAt) != len(aAt) {
		panic(fmt.Sprintf("asm: IndirectGemm: C has %d rows, A %d", len(cAt), len(aAt)))
	}
	if min(cStep, aStep, bStep) < 0 {
		panic(fmt.Sprintf("asm: IndirectGemm: from product to product it is %d, %d and %d elements", cStep, aStep, bStep))
	}
	if len(aAt) == 0 || count <= 0 {
		return next
	}
	cLast, aLast, bLast := uint((count-1)*cStep), uint((count-1)*aStep), (count-1)*bStep
	if row, n := largest(cAt), uint(len(c)); row > n || row+cLast+IndirectColumns > n {
		panic(fmt.Sprintf("asm: IndirectGemm: C has %d elements, a row begins at %d", n, int(row+cLast)))
	}
	if len(at) > 0 {
		row, step, n := largest(aAt), largest(at), uint(len(a))
		if row >= n || step >= n || row+step+aLast >= n {
			panic(fmt.Sprintf("asm: IndirectGemm: A has %d elements, the tables reach element %d+%d", n, int(row+aLast), int(step)))
		}
	}
	if len(b) < bLast+len(at)*IndirectColumns {
		panic(fmt.Sprintf("asm: IndirectGemm: B has %d elements, too few for %d rows", len(b), bLast/IndirectColumns+len(at)))
	}
	if overlap(c, a) || overlap(c, b) {
		panic("asm: IndirectGemm: aliasing refused: C overlaps A or B")
	}
	return indirectGemm(count, c, cStep, cAt, a, aStep, aAt, at, b, bStep, add, next)
}

// largest returns the largest element of a table, in which a negative one counts as
// more than 1<<63. Four at a time, because each maximum waits for the one before.
func largest(table []int) uint {
	var m [4]uint
	for ; len(table) >= 4; table = table[4:] {
		m[0], m[1] = max(m[0], uint(table[0])), max(m[1], uint(table[1]))
		m[2], m[3] = max(m[2], uint(table[2])), max(m[3], uint(table[3]))
	}
	for _, v := range table {
		m[0] = max(m[0], uint(v))
	}
	return max(m[0], m[1], m[2], m[3])
}
