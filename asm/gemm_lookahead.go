package asm

// A lookahead has the full tiles of a block of B prefetch the next block while they
// multiply, so that packing finds it in a cache. The hardware would not: a block
// is many short rows that lie far apart. The zero value prefetches nothing.
//
// The next block is cut into lines, columns of the width of a cache line, and these
// into as many rows as a tile can prefetch.
type lookahead struct {
	ld, rows    int // distance of the rows of B; how many a tile can prefetch
	parts       int // parts of a line
	slots, slot int // parts of the block; the next one
	tiles, tile int // tiles that prefetch; the next one
}

// start sets l to a block of B with the given lanes and depth.
func (l *lookahead) start(ld, lanes, depth, tiles, rows int) {
	if rows == 0 {
		return
	}
	l.ld, l.rows, l.tiles = ld, rows, tiles
	l.parts = (depth + rows - 1) / rows
	l.slots = (lanes + lineFloats - 1) / lineFloats * l.parts
}

// point gives the next tile its share of the block, the shares being spread
// evenly over the tiles; if there are too few tiles, the last lines have none.
func (l *lookahead) point(t *tile) {
	t.nextFrom, t.nextRow = 0, 0 // for tiles without a share: no other line
	if l.slot < l.slots && l.tile*l.slots >= l.slot*l.tiles {
		line, part := l.slot/l.parts, l.slot%l.parts
		t.nextFrom, t.nextRow = part*l.rows*l.ld+line*lineFloats, l.ld
		l.slot++
	}
	l.tile++
}
