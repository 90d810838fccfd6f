package asm

// An operand is op(A) or op(B) as packing sees it: lanes, which are the rows of
// op(A) or the columns of op(B), along the shared dimension, the depth.
type operand struct {
	x          []float32
	ld         int
	depthMajor bool // lane i at depth p is x[p*ld+i], else x[i*ld+p]
}

// from returns the operand from lane i at depth p on.
func (o *operand) from(i, p int) []float32 {
	if o.depthMajor {
		return o.x[p*o.ld+i:]
	}
	return o.x[i*o.ld+p:]
}

// A block is a part of an operand, packed or where it lies. It consists of panels
// of width lanes, the last of which may have fewer. The panel that begins at lane l
// begins at x[l*step]; in it, lanes are lane elements apart and depths are depth
// apart.
type block struct {
	packed            bool
	width             int
	x                 []float32
	step, lane, depth int
}

// locate sets b to the block of o from lane i at depth p on where it lies.
func (b *block) locate(o *operand, width, i, p int) {
	b.packed, b.width = false, width
	b.x = o.from(i, p)
	if o.depthMajor {
		b.step, b.lane, b.depth = 1, 1, o.ld
	} else {
		b.step, b.lane, b.depth = o.ld, o.ld, 1
	}
}

// inPlaceWidths is for how many panels of the other operand one with contiguous lanes
// is still better read in place.
const inPlaceWidths = 4

// inPlace reports whether the micro-kernel is faster on a block of the operand
// as it lies than on a packed copy. It reads each element once for every panel of
// the other operand, which has so many lanes in panels of the given width. The
// limits were measured on Zen 4, with both tiles.
func (o *operand) inPlace(lanes, depth, others, width int) bool {
	rows := lanes
	if o.depthMajor {
		rows = depth
	}
	switch {
	case depth == 0:
		return false
	case o.ld <= 256 && rows*o.ld <= 1<<16 && others <= 512:
		// At most 256 KiB, which stay in L2, in rows of at most 1 KiB, so that no
		// more than 3 of the 12 rows of a panel compete for the same set of L1; and
		// not read so often that the faster loop over packed panels wins.
		return true
	case o.depthMajor:
		// Once packing would cost what it saves. Up to four times is still
		// better in place if a page holds more than one row.
		return others <= width || others <= 4*width && o.ld < 1024
	default:
		// The lanes of a panel are read in parallel, and with rows of whole pages
		// all of them from the same set.
		return others <= inPlaceWidths*width && o.ld%1024 != 0
	}
}

// pack copies a block of o into dst and sets b to the copy: depth elements, from p
// on, of the given number of lanes, from lane i on. Panels follow each other, and
// within a panel lane l at depth d is element d*width+l. What is in the lanes that
// the last panel lacks is unspecified; up to lineFloats-1 elements behind it may be
// written.
func (b *block) pack(dst []float32, o *operand, width, i, lanes, p, depth int) {
	b.packed, b.width = true, width
	b.x, b.step, b.lane, b.depth = dst, depth, 1, width
	if depth == 0 {
		return
	}
	for l := 0; l < lanes; l += width {
		panel, n := dst[l*depth:], min(width, lanes-l)
		if o.depthMajor {
			packRows(panel, width, o.from(i+l, p), o.ld, n, depth)
		} else {
			packColumns(panel, width, o.from(i+l, p), o.ld, n, depth)
		}
	}
}
