package eval

import (
	"iter"

	"github.com/seed-312a1f22/dyad/tensor"
)

// The size of a tile of similarities: 2 MiB of float32, which stay in the
// caches, however many rows are compared.
const (
	queryTile = 256
	rowTile   = 2048
)

// cosineTile is a block of the matrix of all similarities.
type cosineTile struct {
	row, col int            // of its first element
	cos      *tensor.Tensor // valid until the next tile
}

// cosines computes the products of the rows of a with the rows of b in tiles of
// rows×columns, from left to right and then downwards. Of unit rows they are
// cosines.
func cosines(a, b *tensor.Tensor, rows, columns int) iter.Seq[cosineTile] {
	return func(yield func(cosineTile) bool) {
		n, m := a.Dim(0), b.Dim(0)
		buffer := make([]float32, min(rows, n)*min(columns, m))
		for row := 0; row < n; row += rows {
			queries := a.Slice(row, min(row+rows, n))
			for col := 0; col < m; col += columns {
				keys := b.Slice(col, min(col+columns, m))
				size := queries.Dim(0) * keys.Dim(0)
				t := cosineTile{row, col, tensor.FromSlice(buffer[:size], queries.Dim(0), keys.Dim(0))}
				tensor.MatMul(t.cos, queries, keys, tensor.MatMulOpts{TransB: true})
				if !yield(t) {
					return
				}
			}
		}
	}
}
