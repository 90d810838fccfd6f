package tensor

// walk is the way through two inputs while the result of their broadcast is
// written in order: the axes of the result, of which those along which both
// inputs behave alike are merged into one. Most operations need one or two:
// [N C] + [N C] is one axis, [N C] + [C] two, [N C] + a scalar one again.
type walk struct {
	rank int // at least 1
	axes [MaxRank]walkAxis
}

// walkAxis is one axis: its length, and how far apart neighbours lie in the
// inputs; 0 where the input has length 1 and is repeated.
type walkAxis struct{ dim, a, b int }

// cursor is a place on the way: the index of the result, and the inputs' offsets.
type cursor struct {
	index [MaxRank]int
	a, b  int
}

// newWalk returns the way for a and b broadcast to dst, to which they must fit.
func newWalk(dst, a, b Shape) walk {
	var w walk
	var back [MaxRank]walkAxis // from the last axis to the first
	nextA, nextB := 1, 1
	for i := 1; i <= dst.rank; i++ {
		ax := walkAxis{dim: dst.fromEnd(i)}
		if ax.dim == 1 {
			continue
		}
		if d := a.fromEnd(i); d != 1 {
			ax.a = nextA
			nextA *= d
		}
		if d := b.fromEnd(i); d != 1 {
			ax.b = nextB
			nextB *= d
		}
		if w.rank > 0 {
			in := &back[w.rank-1]
			if ax.a == in.a*in.dim && ax.b == in.b*in.dim {
				in.dim *= ax.dim
				continue
			}
		}
		back[w.rank] = ax
		w.rank++
	}
	if w.rank == 0 {
		w.rank, back[0] = 1, walkAxis{dim: 1, a: 1, b: 1}
	}
	for i := range w.rank {
		w.axes[i] = back[w.rank-1-i]
	}
	return w
}

// last returns the innermost axis.
func (w *walk) last() walkAxis { return w.axes[w.rank-1] }

// at returns the place of element i of the result.
func (w *walk) at(i int) cursor {
	var c cursor
	for axis := w.rank - 1; axis >= 0; axis-- {
		ax := &w.axes[axis]
		c.index[axis] = i % ax.dim
		c.a += c.index[axis] * ax.a
		c.b += c.index[axis] * ax.b
		i /= ax.dim
	}
	return c
}

// next returns the start of the run of the innermost axis after the one that c
// is in.
func (w *walk) next(c cursor) cursor {
	for axis := w.rank - 1; axis >= 0; axis-- {
		ax := &w.axes[axis]
		i := c.index[axis]
		c.a -= i * ax.a
		c.b -= i * ax.b
		c.index[axis] = 0
		if axis == w.rank-1 {
			continue
		}
		if i+1 < ax.dim {
			c.index[axis] = i + 1
			c.a += (i + 1) * ax.a
			c.b += (i + 1) * ax.b
			break
		}
	}
	return c
}
