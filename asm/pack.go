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

// strides returns the distances from lane to lane and from depth to depth.
func (o *operand) strides() (lane, depth int) {
	if o.depthMajor {
		return 1, o.ld
	}
	return o.ld, 1
}

// inPlace reports whether the micro-kernel is faster on a block of the operand
// as it lies than on a packed copy, uses being how many times it reads each of
// its elements. The limits were measured on Zen 4, with both tiles.
func (o *operand) inPlace(lanes, depth, uses int) bool {
	rows := lanes
	if o.depthMajor {
		rows = depth
	}
	switch {
	case depth == 0:
		return false
	case o.ld <= 256 && rows*o.ld <= 1<<16:
		// At most 256 KiB, which stay in L2, in rows of at most 1 KiB, so that no
		// more than 3 of the 12 rows of a panel compete for the same set of L1.
		return true
	case o.depthMajor:
		// Once packing would cost what it saves. Up to four times is still
		// better in place if a page holds more than one row.
		return uses == 1 || uses <= 4 && o.ld < 1024
	default:
		// The lanes of a panel are read in parallel, and with rows of whole pages
		// all of them from the same set.
		return uses == 1 && o.ld%1024 != 0
	}
}

// pack copies a block of the operand, depth elements from p on of the given
// number of lanes from lane i on, into panels of width lanes that follow each
// other in dst: within a panel, lane l at depth d is element d*width+l. The last
// panel may have fewer lanes than width; what is in the others is unspecified.
// Up to lineFloats-1 elements behind the last panel may be written.
func (o *operand) pack(dst []float32, width, i, lanes, p, depth int) {
	if depth == 0 {
		return
	}
	for ; lanes > 0; lanes -= width {
		n := min(width, lanes)
		if o.depthMajor {
			packRows(dst, width, o.from(i, p), o.ld, n, depth)
		} else {
			packColumns(dst, width, o.from(i, p), o.ld, n, depth)
		}
		i += width
		dst = dst[depth*width:]
	}
}
