//go:build !purego

package asm

// The assembly serves AVX2 and AVX-512 alike: packing is bound by shuffles, stores
// and the memory behind them, and wider vectors do not do more of these in a cycle.

func packRows(dst []float32, width int, x []float32, ld, lanes, depth int) {
	if current == generic {
		packRowsGeneric(dst, width, x, ld, lanes, depth)
		return
	}
	packRowsAVX2(&dst[0], width, &x[0], ld, lanes, depth)
}

// packDepth elements of 32 lanes take 8 KiB, which stay in L1 while 8 lanes after the
// other are packed into them.
const packDepth = 64

func packColumns(dst []float32, width int, x []float32, ld, lanes, depth int) {
	if current == generic {
		packColumnsGeneric(dst, width, x, ld, lanes, depth)
		return
	}
	quads := depth &^ 3
	for d := 0; d < quads; d += packDepth {
		n := min(packDepth, quads-d)
		for l := 0; l < lanes; l += 8 {
			if width-l == 4 {
				packColumns4AVX2(&dst[d*width+l], width, &x[l*ld+d], ld, min(4, lanes-l), n)
			} else {
				packColumns8AVX2(&dst[d*width+l], width, &x[l*ld+d], ld, min(8, lanes-l), n)
			}
		}
	}
	if quads < depth {
		packColumnsGeneric(dst[quads*width:], width, x[quads:], ld, lanes, depth-quads)
	}
}

// packRowsAVX2 packs up to 32 lanes. It loads nothing but these, stores
// zeros in the lanes that are missing, and up to 7 elements behind the last row.
//
//	for d := range depth {
//		for l := range width {
//			dst[d*width+l] = x[d*ld+l] if l < lanes, else 0
//		}
//	}
//
//go:noescape
func packRowsAVX2(dst *float32, width int, x *float32, ld, lanes, depth int)

// packColumns8AVX2 packs 8 lanes side by side, depth being a positive multiple
// of 4. If there are fewer lanes, it repeats the last one.
//
//	for d := range depth {
//		for l := range 8 {
//			dst[d*width+l] = x[min(l, lanes-1)*ld+d]
//		}
//	}
//
//go:noescape
func packColumns8AVX2(dst *float32, width int, x *float32, ld, lanes, depth int)

// packColumns4AVX2 does the same for 4 lanes.
//
//go:noescape
func packColumns4AVX2(dst *float32, width int, x *float32, ld, lanes, depth int)
