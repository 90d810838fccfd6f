package tensor

import (
	"runtime"

	"github.com/seed-312a1f22/dyad/asm"
)

// MatMulOpts are the options of MatMul. The zero value asks for dst = a·b.
type MatMulOpts struct {
	TransA bool    // multiply by the transpose of a's matrices
	TransB bool    // multiply by the transpose of b's matrices
	Beta   float32 // add the product to Beta·dst; with 0 the former dst is not read
	Bias   *Tensor // added to every row of the product, shape [n]; nil for none
	ReLU   bool    // finally, replace negative elements by 0
}

// MatMul writes relu(beta·dst + op(a)·op(b) + bias) to dst. The last two axes
// of a and b are matrices: op(a) is m×k, op(b) is k×n, where op transposes if
// the options say so. The axes before them are broadcast as in Add, and dst has
// their shape followed by [m n]. It panics with a *ShapeError when the shapes
// do not fit and with an *OverlapError when dst shares memory with an input.
//
// Each element is one chain of fused multiply-adds in the order of k, cut every
// 512; see package asm. The bits do not depend on the number of processors.
func MatMul(dst, a, b *Tensor, o MatMulOpts) {
	var k matMulArgs
	k.init(dst, a, b, &o)
	checkApart("MatMul", dst, a)
	checkApart("MatMul", dst, b)
	if o.Bias != nil {
		checkApart("MatMul", dst, o.Bias)
	}
	procs := 1
	macs := k.batch * k.m * k.n * max(k.k, 1)
	if macs >= twoMACs { // GOMAXPROCS takes a lock
		procs = runtime.GOMAXPROCS(0)
	}
	k.split(procs, macs)
	k.a, k.b, k.c = a.data, b.data, dst.data
	blocks := k.batch * k.gridM * k.gridN
	if blocks <= k.grain { // in a product of 32×32×32, a job takes a tenth of the time
		k.compute(0, blocks)
		return
	}
	workspaces.reserve(min(procs, (blocks-1)/k.grain+1))
	matMulKernel.Run(blocks, k.grain, k)
}

// matMulArgs is one product for each element of a batch, each cut into a grid
// of blocks of its result. The shared dimension is never cut.
type matMulArgs struct {
	transA, transB bool
	m, n, k        int
	lda, ldb       int
	beta           float32
	a, b, c        []float32
	epilogue       asm.Epilogue
	batch          int
	leading        walk // over the batch; offsets count matrices

	gridM, gridN   int // blocks along m and n
	blockM, blockN int // their size; the last ones are smaller
	grain          int // blocks to a chunk
}

// init checks the shapes and fills in the sizes.
func (k *matMulArgs) init(dst, a, b *Tensor, o *MatMulOpts) {
	if a.shape.rank < 2 || b.shape.rank < 2 {
		panic(shapeErrorf("MatMul", "each operand needs two axes or more").with(a.shape, b.shape))
	}
	k.transA, k.transB, k.beta = o.TransA, o.TransB, o.Beta
	k.lda, k.ldb = a.shape.fromEnd(1), b.shape.fromEnd(1)
	var inner int
	k.m, k.k = transposedIf(o.TransA, &a.shape)
	inner, k.n = transposedIf(o.TransB, &b.shape)
	var leadA, leadB, lead Shape
	ok := true
	if a.shape.rank > 2 || b.shape.rank > 2 {
		leadA, leadB = a.shape.leading(), b.shape.leading()
		lead, ok = BroadcastShapes(leadA, leadB)
	}
	switch {
	case k.k != inner && (o.TransA || o.TransB):
		panic(shapeErrorf("MatMul", "inner dimensions differ (%s)", transposed(o)).with(a.shape, b.shape))
	case k.k != inner:
		panic(shapeErrorf("MatMul", "inner dimensions differ").with(a.shape, b.shape))
	case !ok:
		panic(shapeErrorf("MatMul", "leading axes do not broadcast").with(a.shape, b.shape))
	case dst.shape.rank != lead.rank+2, lead.rank > 0 && dst.shape.leading() != lead,
		dst.shape.fromEnd(2) != k.m, dst.shape.fromEnd(1) != k.n:
		panic(shapeErrorf("MatMul", "the destination, listed last, does not have the product's shape").with(a.shape, b.shape, dst.shape))
	}
	if o.Bias != nil {
		if o.Bias.shape.rank != 1 || o.Bias.shape.dims[0] != k.n {
			panic(shapeErrorf("MatMul", "the bias, listed last, needs shape [%d]", k.n).with(a.shape, b.shape, o.Bias.shape))
		}
		k.epilogue.Bias = o.Bias.data
	}
	k.epilogue.ReLU = o.ReLU
	k.batch = 1
	if lead.rank == 0 {
		return
	}
	k.batch = lead.Size()
	if leadB.Size() == 1 && !o.TransA { // all rows of a meet the same b: one tall product
		k.m *= k.batch
		k.batch = min(k.batch, 1)
		return
	}
	k.leading = newWalk(lead, leadA, leadB)
}

// leading returns the shape without its last two axes.
func (s Shape) leading() Shape {
	s.rank -= 2
	s.dims[s.rank], s.dims[s.rank+1] = 0, 0
	return s
}

// transposedIf returns the rows and columns of the matrices in the last two
// axes, or of their transposes.
func transposedIf(trans bool, s *Shape) (rows, columns int) {
	if trans {
		return s.fromEnd(1), s.fromEnd(2)
	}
	return s.fromEnd(2), s.fromEnd(1)
}

// transposed says which operands are transposed.
func transposed(o *MatMulOpts) string {
	switch {
	case o.TransA && o.TransB:
		return "both operands transposed"
	case o.TransA:
		return "first operand transposed"
	}
	return "second operand transposed"
}

// How a product is cut: not at all for one processor, else into blocksPerProc
// for each, so that one that is held up does not hold up all. The bits do not
// depend on it. Every block packs its share of a and b anew, which costs a few
// per cent from four million multiply-adds up, 20 to 40 µs. A second core is worth
// it from 48×48×48, 2 µs, where it was measured to be 1.3 times as fast, while its
// worker is awake; to wake it takes as long, so we begin a little above. The edges
// of blocks are multiples of the largest micro-kernel's tile, 12×32, except at the
// ends of the matrix.
const (
	blockMACs     = 4 << 20
	twoMACs       = 1 << 17
	blocksPerProc = 2
	tileM         = 12
	tileN         = 32
)

// split chooses the grid.
func (k *matMulArgs) split(procs, macs int) {
	chunks := min(blocksPerProc*procs, macs/blockMACs)
	switch {
	case procs == 1:
		chunks = 1
	case chunks < 2 && macs >= twoMACs:
		chunks = 2
	}
	unitM := tileM
	if k.transB && !k.transA {
		unitM = tileN // the tile may be turned over: asm.Gemm computes Cᵀ of few rows
	}
	k.gridM, k.blockM = 1, k.m
	k.gridN, k.blockN = 1, k.n
	for k.gridM*k.gridN*k.batch < chunks && (k.blockM > unitM || k.blockN > tileN) {
		// Halving the longer edge keeps blocks square, which packs the least.
		if k.blockM > unitM && (k.blockM >= k.blockN || k.blockN <= tileN) {
			k.gridM, k.blockM = cut(k.m, 2*k.gridM, unitM)
		} else {
			k.gridN, k.blockN = cut(k.n, 2*k.gridN, tileN)
		}
	}
	k.grain = max(1, k.batch*k.gridM*k.gridN/max(1, chunks))
}

// cut returns how many blocks of which size n is cut into, at most count and
// the size a multiple of unit.
func cut(n, count, unit int) (blocks, size int) {
	size = ((n+count-1)/count + unit - 1) / unit * unit
	return (n + size - 1) / size, size
}

var workspaces = freeList[asm.Workspace]{new: asm.NewWorkspace}

var matMulKernel = NewKernel(func(lo, hi int, k *matMulArgs) { k.compute(lo, hi) })

// compute computes some of the blocks.
func (k *matMulArgs) compute(lo, hi int) {
	w := workspaces.take()
	grid := k.gridM * k.gridN
	for block := lo; block < hi; block++ {
		i, j := block%grid/k.gridN*k.blockM, block%k.gridN*k.blockN
		m, n := min(k.blockM, k.m-i), min(k.blockN, k.n-j)
		a, b, c := k.a, k.b, k.c
		if k.leading.rank > 0 {
			item := block / grid
			at := k.leading.at(item)
			a = a[at.a*k.m*k.k:]
			b = b[at.b*k.k*k.n:]
			c = c[item*k.m*k.n:]
		}
		e := k.epilogue
		if e.Bias != nil {
			e.Bias = e.Bias[j:]
		}
		a = from(a, i, k.lda, k.transA)
		b = from(b, j, k.ldb, !k.transB)
		asm.Gemm(w, k.transA, k.transB, m, n, k.k, a, k.lda, b, k.ldb, k.beta, c[i*k.n+j:], k.n, e)
	}
	workspaces.put(w)
}

// from returns a matrix without its first i rows, or columns; empty stays empty.
func from(x []float32, i, stride int, columns bool) []float32 {
	if !columns {
		i *= stride
	}
	return x[min(i, len(x)):]
}
