package asm

import "fmt"

// IndirectColumns is the number of columns of B and C in IndirectGemm.
const IndirectColumns = 32

// IndirectGemm multiplies a matrix whose elements are found by two tables by one of
// IndirectColumns columns, whose rows lie one behind the other:
//
//	for i := range aAt.Len() {
//		for j := range IndirectColumns {
//			acc := 0
//			for p := range at.Len() {
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
func IndirectGemm(c []float32, cAt *Places, a []float32, aAt, at *Places, b []float32, add bool, next []float32) []float32 {
	return IndirectGemmBatch(1, c, 0, cAt, a, 0, aAt, at, b, 0, add, next)
}

// IndirectGemmBatch is IndirectGemm for count products with the same tables. From one
// to the next C, A and B begin cStep, aStep and bStep elements later; these are not
// negative, and the products' rows of C must not overlap. Small products take less time
// than in calls of their own.
func IndirectGemmBatch(count int, c []float32, cStep int, cAt *Places, a []float32, aStep int, aAt, at *Places, b []float32, bStep int, add bool, next []float32) []float32 {
	if cAt.Len() != aAt.Len() {
		panic(fmt.Sprintf("asm: IndirectGemm: C has %d rows, A %d", cAt.Len(), aAt.Len()))
	}
	if min(cStep, aStep, bStep) < 0 {
		panic(fmt.Sprintf("asm: IndirectGemm: from product to product it is %d, %d and %d elements", cStep, aStep, bStep))
	}
	if aAt.Len() == 0 || count <= 0 {
		return next
	}
	cLast, aLast, bLast := uint((count-1)*cStep), uint((count-1)*aStep), (count-1)*bStep
	if row, n := uint(cAt.extreme()), uint(len(c)); row > n || row+cLast+IndirectColumns > n {
		panic(fmt.Sprintf("asm: IndirectGemm: C has %d elements, a row begins at %d", n, int(row+cLast)))
	}
	if at.Len() > 0 {
		row, step, n := uint(aAt.extreme()), uint(at.extreme()), uint(len(a))
		if row >= n || step >= n || row+step+aLast >= n {
			panic(fmt.Sprintf("asm: IndirectGemm: A has %d elements, the tables reach element %d+%d", n, int(row+aLast), int(step)))
		}
	}
	if len(b) < bLast+at.Len()*IndirectColumns {
		panic(fmt.Sprintf("asm: IndirectGemm: B has %d elements, too few for %d rows", len(b), bLast/IndirectColumns+at.Len()))
	}
	if overlap(c, a) || overlap(c, b) {
		panic("asm: IndirectGemm: aliasing refused: C overlaps A or B")
	}
	return indirectGemm(count, c, cStep, cAt.at, a, aStep, aAt.at, at.at, b, bStep, add, next)
}
