package eval

import (
	"fmt"
	"iter"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Neighbor is a row of a set, and how near it is to the row that was asked about.
type Neighbor struct {
	Index  int     // of the row, from 0
	Cosine float32 // of the angle between the two: 1 in the same direction, −1 in the opposite one
}

// Neighbors returns, for each row of queries, the k rows of base nearest to it in
// angle, the nearest first; all of them when base has fewer. Of rows at the same
// angle the one with the lower index is nearer. Rows are [examples features],
// further axes counting as one; a row of zeros has cosine 0 with every other. A
// row that is asked about among its own set finds itself: ask for one more.
//
// It is an error when k is less than 1, and when queries or base are empty, not
// finite, or of different widths.
func Neighbors(queries, base *tensor.Tensor, k int) ([][]Neighbor, error) {
	if k < 1 {
		return nil, fmt.Errorf("eval: neighbours: k is %d, want 1 or more", k)
	}
	b, err := checkFeatures("neighbours", base)
	if err != nil {
		return nil, err
	}
	q, err := checkFeatures("neighbours", queries)
	if err != nil {
		return nil, err
	}
	if q.Dim(1) != b.Dim(1) {
		return nil, fmt.Errorf("eval: neighbours: queries of %d features, want %d as in the base", q.Dim(1), b.Dim(1))
	}
	all := make([][]Neighbor, 0, q.Dim(0))
	for _, lists := range nearest(unitRows(q), unitRows(b), k) {
		for _, list := range lists {
			all = append(all, append([]Neighbor(nil), list...))
		}
	}
	return all, nil
}

// nearest yields for a tile of the rows of queries after another the index of the
// tile's first row and the nearest rows of base to each. Rows of both have norm 1
// or 0. The lists are valid until the next tile.
func nearest(queries, base *tensor.Tensor, k int) iter.Seq2[int, []neighbors] {
	return func(yield func(int, []neighbors) bool) {
		all := make([]neighbors, min(queryTile, queries.Dim(0)))
		for i := range all {
			all[i] = make(neighbors, 0, min(k, base.Dim(0)))
		}
		for t := range cosines(queries, base, queryTile, rowTile) {
			lists := all[:t.cos.Dim(0)]
			if t.col == 0 {
				for i := range lists {
					lists[i] = lists[i][:0]
				}
			}
			const grain = 8 // rows: 16,384 comparisons
			nearestKernel.Run(len(lists), grain, nearestArgs{lists, t})
			if t.col+t.cos.Dim(1) == base.Dim(0) && !yield(t.row, lists) {
				return
			}
		}
	}
}

// neighbors are the nearest rows met so far, the nearest first, and of those at
// the same angle the one with the lower index. The capacity is k.
type neighbors []Neighbor

// insert puts a row in its place, for the last one if the list is full. Rows come
// by rising index.
func (n *neighbors) insert(cos float32, index int) {
	s := *n
	if len(s) == cap(s) {
		s = s[:len(s)-1]
	}
	i := len(s)
	s = s[:i+1]
	for i > 0 && s[i-1].Cosine < cos {
		s[i] = s[i-1]
		i--
	}
	s[i] = Neighbor{index, cos}
	*n = s
}

type nearestArgs struct {
	nearest []neighbors
	tile    cosineTile
}

var nearestKernel = tensor.NewKernel(func(lo, hi int, a *nearestArgs) {
	columns := a.tile.cos.Dim(1)
	for i := lo; i < hi; i++ {
		list := &a.nearest[i]
		cos := a.tile.cos.Data()[i*columns : (i+1)*columns]
		j := 0
		for ; j < columns && len(*list) < cap(*list); j++ {
			list.insert(cos[j], a.tile.col+j)
		}
		// Nearly every row fails here: it is all that the loop does.
		last := (*list)[len(*list)-1].Cosine
		for ; j < columns; j++ {
			if cos[j] > last {
				list.insert(cos[j], a.tile.col+j)
				last = (*list)[len(*list)-1].Cosine
			}
		}
	}
})
