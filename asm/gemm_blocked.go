package asm

// The blocked product: the five loops of BLIS (Van Zee and van de Geijn, "BLIS:
// A Framework for Rapidly Instantiating BLAS Functionality", ACM TOMS 41(3),
// 2015) around a micro-kernel that computes one tile of mr×nr elements of C.
// The micro-kernel broadcasts elements of A and loads vectors of B, so A and B
// have here the parts that B and A have in the paper, whose C is column-major:
//
//	for mc rows of C                        A, packed, mc×kc: stays in L3
//	    for kc of the shared dimension      pack A
//	        for nc columns of C             pack B, kc×nc: stays in L2
//	            for mr rows of the mc       panel of A, mr×kc: stays in L1
//	                for nr columns of nc    panel of B, kc×nr: streams from L2
//	                    micro-kernel        tile of C, mr×nr: stays in registers

// kc is the length of a block of the shared dimension. It is the one blocking
// constant that bits depend on, and so the same for all implementations. At 512
// the largest panel of A (12 rows) takes 24 KiB, three quarters of a 32 KiB L1;
// the rest is for the panel of B that streams through and for the tile of C.
// Shorter blocks would load and store C more often: at 512 a tile is touched
// once in 512 steps of its k loop, which hides it.
const kc = 512

// A blocking says how an implementation cuts matrices. Bits do not depend on it.
type blocking struct {
	mr, nr int // the tile of the micro-kernel
	mc, nc int // the packed blocks; multiples of mr and of nr
	row    int // the columns of the kernel for one row; 0 if there is none
	fetch  int // the rows of B that a tile with a k of kc can prefetch

	slowMasks bool // loads of less than a vector of B take longer
}

// mc: 768 rows of packed A take 1.5 MiB, a core's share of the common L3. nc: 128
// columns of packed B take 256 KiB, half of the smallest L2 of most machines with
// AVX2 and a quarter of that of most with AVX-512, where 128 was measured to be
// 2 % faster than 256. The portable code counts on 256 KiB of L2.
var blockings = [...]blocking{
	generic: {mr: 4, nr: 4, mc: 768, nc: 64},
	avx2:    {mr: 6, nr: 16, mc: 768, nc: 128, row: 96, fetch: kc / 4, slowMasks: true},
	avx512:  {mr: 12, nr: 32, mc: 768, nc: 128, row: 256, fetch: kc},
}

// The largest mc and nc above.
const (
	maxMC = 768
	maxNC = 128
)

// A product is one call of Gemm with checked arguments.
type product struct {
	m, n, k int
	a, b    operand
	c       []float32
	ldc     int
	beta    float32
	bias    []float32
	relu    bool
}

// blocked computes C.
func (g *product) blocked(w *Workspace) {
	s := &blockings[current]
	var a, b block
	for i := 0; i < g.m; i += s.mc {
		mb := min(s.mc, g.m-i)
		// The loop runs once for k = 0, which applies beta and the epilogue.
		for p := 0; p == 0 || p < g.k; p += kc {
			kb := min(kc, g.k-p)
			if g.a.inPlace(mb, kb, g.n, s.nr) {
				a.locate(&g.a, evenly(mb, s.mr), i, p)
			} else {
				a.pack(w.a, &g.a, s.mr, i, mb, p, kb)
			}
			for j, nb := 0, 0; j < g.n; j += nb {
				nb = min(s.nc, g.n-j)
				// The micro-kernel loads vectors of B along a row. Where masks are
				// slow and there are many rows, a padded copy is better than masks
				// for both vectors of a tile.
				masked := s.slowMasks && nb%s.nr > s.nr/2 && mb > 4*s.mr
				if g.b.depthMajor && !masked && g.b.inPlace(nb, kb, mb, s.mr) {
					b.locate(&g.b, s.nr, j, p)
					if mb == 1 {
						nb = g.n - j // no second row will find B in a cache
						if nb >= s.row && s.row > 0 {
							b.width = s.row
						}
					}
				} else {
					b.pack(w.b, &g.b, s.nr, j, nb, p, kb)
				}
				g.tiles(s, &a, &b, i, mb, j, nb, p)
			}
		}
	}
}

// evenly returns the height of tiles, at most mr, that share rows evenly: a low
// tile has too few accumulators to keep the multipliers busy.
func evenly(rows, mr int) int {
	if rows <= mr {
		return rows
	}
	tiles := (rows + mr - 1) / mr
	return (rows + tiles - 1) / tiles
}

// start returns what the block from p on does with C as it was.
func (g *product) start(p int) int {
	switch {
	case p > 0 || g.beta == 1:
		return addC
	case g.beta == 0:
		return ignoreC
	default:
		return scaleC
	}
}

// last reports whether the block from p on is the last one, after which the
// epilogue is due.
func (g *product) last(p int) bool { return p+kc >= g.k }
