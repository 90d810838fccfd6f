//go:build !purego

package asm

// indirectArgs are the arguments of the assembly, which changes them: tile by tile,
// and then product by product.
type indirectArgs struct {
	c, a, b             *float32
	cAt, aAt            *int // of all rows
	at                  *int
	k                   int
	rows                int
	height              int // of a tile, but for the last one of a product
	add                 int // 0 or 1
	count               int // products left
	cStep, aStep, bStep int // in bytes
	next, nextEnd       *float32

	//lint:ignore U1000 the assembly's own
	tileC, tileA *int // the tables, from the tile on
	//lint:ignore U1000 the assembly's own
	left, tile int // rows left of the product, and of the tile
}

func indirectGemm(count int, c []float32, cStep int, cAt []int, a []float32, aStep int, aAt, at []int, b []float32, bStep int, add bool, next []float32) []float32 {
	if current == generic || len(at) == 0 {
		indirectGemmGeneric(count, c, cStep, cAt, a, aStep, aAt, at, b, bStep, add)
		return next
	}
	height := evenly(len(aAt), blockings[current].mr)
	tiles := count * ((len(aAt) + height - 1) / height)
	ahead := min(len(next), tiles*8*len(at))
	x := indirectArgs{
		c: &c[0], a: &a[0], b: &b[0], cAt: &cAt[0], aAt: &aAt[0], at: &at[0], k: len(at), rows: len(aAt), height: height,
		count: count, cStep: 4 * cStep, aStep: 4 * aStep, bStep: 4 * bStep,
	}
	if add {
		x.add = 1
	}
	x.next, x.nextEnd = &b[0], &b[0]
	if ahead > 0 {
		x.next, x.nextEnd = &next[0], &next[ahead-1]
	}
	if current == avx512 {
		indirectAVX512(&x)
	} else {
		indirectAVX2(&x)
	}
	return next[ahead:]
}

// indirectAVX512 is indirectGemmGeneric for 1 row or more, in tiles of up to 12, and
// k ≥ 1. In a tile it prefetches 8·k elements from x.next on and goes on by as many,
// until x.nextEnd.
//
//go:noescape
func indirectAVX512(x *indirectArgs)

// indirectAVX2 does the same in tiles of up to 6 rows.
//
//go:noescape
func indirectAVX2(x *indirectArgs)
