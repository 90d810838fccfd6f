package asm

// A tile is what the micro-kernel computes: rows×cols elements of C, at most mr×nr,
// and one block of the shared dimension. One row may have more columns: exactly
// those of the kernel for one row.
//
// Where a tile begins is kept apart from the slices, so that little has to be stored
// from one tile to the next, and where its panels of A and B begin are arguments of
// the kernels: what is stored relative to the stack pointer can be loaded at once,
// while another load waited for the sums of the tile before to be stored, which was
// measured to take 45 cycles on Zen 4.
type tile struct {
	k          int       // length of the block, may be 0
	a          []float32 // op(A)[i,p] is a[aFrom+i*aRow+p*aCol]
	aRow, aCol int
	b          []float32 // op(B)[p,j] is b[bFrom+p*bRow+j]
	bRow       int
	c          []float32 // C[i,j] is c[cFrom+i*cRow+j]
	cRow       int
	bias       []float32 // bias[biasFrom+j]; nil for none or before the last block
	start      int       // what to do with C as it was: ignoreC, addC or scaleC
	beta       float32   // for scaleC
	relu       bool
	longK      int // from this k on C is prefetched
	rows, cols int
	loads      int // columns of B that may be loaded: cols, or more where there is padding

	cFrom, biasFrom int

	// A full tile of packed panels prefetches next[nextFrom+q*nextRow], q = 0, 1, …,
	// on its way through k; its blocking says how many. Other tiles prefetch the rows
	// of B that begin ahead elements behind those that they multiply, unless that is 0.
	next              []float32
	nextFrom, nextRow int
	ahead             int
}

// What a tile does with C as it was, acc being the sum of the block.
const (
	ignoreC = iota // c = acc
	addC           // c = C + acc
	scaleC         // c = fma(beta, C, acc)
)

// rowsAhead is how many rows of B in place are prefetched. The hardware does not
// foresee them if they begin on different pages, from pageFloats elements on. A
// column of 48 rows stays within the 64 lines that an L2 of 1 MiB with 8 ways has
// room for if rows are 16 KiB apart.
const (
	rowsAhead  = 48
	pageFloats = 1024
)

// It takes as many instructions to prefetch a tile of C as a step of k has. That is
// worth it for a long k, and for any but the shortest if C is so large that it comes
// from L3, or from memory.
const (
	longK  = 256
	shortK = 32
	largeC = 1 << 17
)

// tiles multiplies a block of A by a block of B: mb×nb elements of C from C[i,j]
// on, over the values of the shared dimension from p on.
func (g *product) tiles(s *blocking, a, b *block, i, mb, j, nb, p int) {
	var t tile
	t.k = min(kc, g.k-p)
	t.a, t.aRow, t.aCol = a.x, a.lane, a.depth
	t.b, t.bRow = b.x, b.depth
	t.c, t.cRow = g.c, g.ldc
	t.start, t.beta = g.start(p), g.beta
	t.longK = longK
	if g.m*g.ldc >= largeC {
		t.longK = shortK
	}
	if g.last(p) {
		t.bias, t.relu = g.bias, g.relu
	}
	t.next = b.x // and nextRow is 0: a line that is in a cache
	if !b.packed && g.b.ld >= pageFloats {
		t.ahead = rowsAhead * g.b.ld
	}
	var next lookahead
	if b.packed && g.b.depthMajor && j+nb < g.n && t.k > 0 {
		t.next = g.b.from(j+nb, p)
		next.start(g.b.ld, min(s.nc, g.n-j-nb), t.k, (mb/s.mr)*(nb/s.nr), s.fetch)
	}
	for ii := 0; ii < mb; ii += a.width {
		t.rows = min(a.width, mb-ii)
		for jj := 0; jj < nb; jj += t.cols {
			t.cols = b.width
			if nb-jj < b.width {
				t.cols = min(s.nr, nb-jj)
			}
			t.loads = t.cols
			if b.packed {
				t.loads = s.nr
			}
			t.cFrom = (i+ii)*g.ldc + j + jj
			t.biasFrom = j + jj
			if next.slots > 0 && t.rows == s.mr && t.cols == s.nr {
				next.point(&t)
			}
			t.multiply(ii*a.step, jj*b.step)
		}
	}
}
