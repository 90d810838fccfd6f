package asm

// Gemm computes a product of row-major matrices in single precision,
//
//	C = epilogue(beta·C + op(A)·op(B)),   op(X) = X, or Xᵀ where trans says so,
//
// where op(A) is m×k, op(B) is k×n and C is m×n. A is stored m×k with rows lda
// apart, or k×m when transA; B is stored k×n with rows ldb apart, or n×k when
// transB; C has rows ldc apart. The elements between the end of a row and the
// start of the next one are neither read nor written.
//
// Every element of C is computed in this order, whatever the implementation and
// however a caller splits C into parts, so that its bits are always the same:
//
//	for each block of kc = 512 values of p, in increasing order (one empty block if k = 0):
//		acc = 0
//		for p in block: acc = fma(op(A)[i,p], op(B)[p,j], acc)
//		first block: c = acc               if beta = 0, C is not read then
//		             c = C[i,j] + acc      if beta = 1
//		             c = fma(beta, C[i,j], acc) otherwise
//		later blocks: c = c + acc
//	c = c + bias[j]         if there is a bias
//	c = 0 where c < 0       if ReLU (a NaN stays a NaN, −0 stays −0)
//
// Zeros are not skipped: NaN and Inf propagate as IEEE 754 says. Which bits a
// NaN has is not specified.
//
// The fastest parts of C begin at multiples of 12 rows and 32 columns, which
// suits the tiles of every implementation.
//
// w holds the packed parts of A and B during the call; one Workspace serves one
// call at a time. Gemm does not allocate. It panics if a size is negative, a
// stride is shorter than a row, a slice is too short, the bias has fewer than n
// elements, or the memory from the first to the last element of C overlaps that
// of A, B or the bias.
func Gemm(w *Workspace, transA, transB bool, m, n, k int, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int, e Epilogue) {
	var g product // field by field: the compiler would build a literal elsewhere and copy it
	g.m, g.n, g.k = m, n, k
	g.a.x, g.a.ld, g.a.depthMajor = a, lda, transA
	g.b.x, g.b.ld, g.b.depthMajor = b, ldb, !transB
	g.c, g.ldc, g.beta = c, ldc, beta
	g.bias, g.relu = e.Bias, e.ReLU
	g.check(w)
	if m > 0 && n > 0 {
		g.compute(w)
	}
}

// Epilogue is what Gemm does to each element of C after the last product, while
// it is still in a register. The zero value does nothing.
type Epilogue struct {
	Bias []float32 // added to every row of C: Bias[j] to column j; nil for none
	ReLU bool      // then negative elements become 0
}
