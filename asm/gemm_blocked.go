package asm

import "unsafe"

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
}

// mc: 768 rows of packed A take 1.5 MiB, a core's share of the common L3. nc: 128
// columns of packed B take 256 KiB, half of the smallest L2 of most machines with
// AVX2 and a quarter of that of most with AVX-512, where 128 was measured to be
// 2 % faster than 256. The portable code counts on 256 KiB of L2.
var blockings = [...]blocking{
	generic: {mr: 4, nr: 4, mc: 768, nc: 64},
	avx2:    {mr: 6, nr: 16, mc: 768, nc: 128},
	avx512:  {mr: 12, nr: 32, mc: 768, nc: 128},
}

// The largest mc and nc above.
const (
	maxMC = 768
	maxNC = 128
)

// A Workspace holds the packed blocks of A and B, 1.75 MiB in all. It is reused
// from call to call and serves one call of Gemm at a time: have one for each
// goroutine that calls Gemm.
type Workspace struct {
	a, b []float32
}

// NewWorkspace returns a Workspace that fits every product.
func NewWorkspace() *Workspace {
	return &Workspace{a: aligned(maxMC * kc), b: aligned(maxNC * kc)}
}

// lineFloats is the number of float32 in a cache line of 64 bytes, which is
// also a vector of AVX-512.
const lineFloats = 16

// aligned returns n float32 that start on a cache line. A vector that straddles
// two lines costs two accesses. One line more than n can be written: packing
// stores whole vectors, the last of which may end behind the last panel.
func aligned(n int) []float32 {
	x := make([]float32, n+2*lineFloats)
	const lineBytes = 4 * lineFloats
	skip := -uintptr(unsafe.Pointer(&x[0])) % lineBytes / 4
	return x[skip:][:n+lineFloats]
}

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

// A tile is one call of the micro-kernel: rows×cols elements of C, at most
// mr×nr, and one block of the shared dimension.
type tile struct {
	k          int       // length of the block, may be 0
	a          []float32 // op(A)[i,p] is a[i*aRow+p*aCol], for mr rows
	aRow, aCol int
	b          []float32 // op(B)[p,j] is b[p*bRow+j], for nr columns
	bRow       int
	c          []float32 // C[i,j] is c[i*cRow+j]
	cRow       int
	rows, cols int
	start      int       // what to do with C as it was: ignoreC, addC or scaleC
	beta       float32   // for scaleC
	bias       []float32 // of these columns; nil for none or before the last block
	relu       bool
}

// What a tile does with C as it was, acc being the sum of the block.
const (
	ignoreC = iota // c = acc
	addC           // c = C + acc
	scaleC         // c = fma(beta, C, acc)
)

func (g *product) run(w *Workspace) {
	s := &blockings[current]
	for i := 0; i < g.m; i += s.mc {
		mb := min(s.mc, g.m-i)
		// The loop runs once for k = 0, which applies beta and the epilogue.
		for p := 0; p == 0 || p < g.k; p += kc {
			kb := min(kc, g.k-p)
			// Panels that are read in place have no padding: the last one is
			// packed if it is not full.
			aDirect := 0
			if g.a.inPlace(mb, kb, panels(g.n, s.nr)) {
				aDirect = mb - mb%s.mr
			}
			g.a.pack(w.a[aDirect*kb:], s.mr, i+aDirect, mb-aDirect, p, kb)
			for j := 0; j < g.n; j += s.nc {
				nb := min(s.nc, g.n-j)
				bDirect := 0
				// The micro-kernel loads vectors of B along a row.
				if g.b.depthMajor && g.b.inPlace(nb, kb, panels(mb, s.mr)) {
					bDirect = nb - nb%s.nr
				}
				g.b.pack(w.b[bDirect*kb:], s.nr, j+bDirect, nb-bDirect, p, kb)
				g.block(w, s, block{i, j, p, mb, nb, kb, aDirect, bDirect})
			}
		}
	}
}

// panels returns the number of panels of the given width that lanes fill.
func panels(lanes, width int) int { return (lanes + width - 1) / width }

// A block is a part of a product: mb×nb elements of C from C[i,j] on, over kb
// values of the shared dimension from p on. The first aDirect rows and bDirect
// columns are read where they lie, the others are packed.
type block struct {
	i, j, p          int
	mb, nb, kb       int
	aDirect, bDirect int
}

// block multiplies a block of A by a block of B.
func (g *product) block(w *Workspace, s *blocking, x block) {
	t := tile{k: x.kb, cRow: g.ldc, start: addC, beta: g.beta}
	if x.p == 0 && g.beta == 0 {
		t.start = ignoreC
	} else if x.p == 0 && g.beta != 1 {
		t.start = scaleC
	}
	last := x.p+x.kb == g.k
	t.relu = last && g.relu
	for ii := 0; ii < x.mb; ii += s.mr {
		t.rows = min(s.mr, x.mb-ii)
		if ii < x.aDirect {
			t.a = g.a.from(x.i+ii, x.p)
			t.aRow, t.aCol = g.a.strides()
		} else {
			t.a, t.aRow, t.aCol = w.a[ii*x.kb:], 1, s.mr
		}
		for jj := 0; jj < x.nb; jj += s.nr {
			t.cols = min(s.nr, x.nb-jj)
			if jj < x.bDirect {
				t.b, t.bRow = g.b.from(x.j+jj, x.p), g.b.ld
			} else {
				t.b, t.bRow = w.b[jj*x.kb:], s.nr
			}
			t.c = g.c[(x.i+ii)*g.ldc+x.j+jj:]
			if last && g.bias != nil {
				t.bias = g.bias[x.j+jj:]
			}
			t.multiply()
		}
	}
}
