package eval

import (
	"math"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Ranks are the contrastive ranks of a batch of pairs: for each of the 2N rows
// of [z1; z2], the place of the row's partner among the other 2N−1 rows ordered
// by cosine similarity. 1 is first: the partner is the most similar row.
type Ranks []int

// ContrastiveRanks returns the rank of each row of [z1; z2], row i of z1 and row
// i of z2 being partners:
//
//	rankᵢ = 1 + #{j ≠ i, j ≠ partner : cos(zᵢ, zⱼ) > cos(zᵢ, partner)}
//
// Only what is strictly more similar counts, so that in an entirely collapsed
// representation every rank is 1: read ranks beside EmbeddingStd. What is not
// comparable, a NaN, counts against the partner. It panics with a
// *tensor.ShapeError unless z1 and z2 have the same shape, [N features].
//
// Its time grows with the square of N, its memory with N.
func ContrastiveRanks(z1, z2 *tensor.Tensor) Ranks {
	checkPair("ContrastiveRanks", z1, z2)
	z1, z2 = matrix(z1), matrix(z2)
	n, d := z1.Dim(0), z1.Dim(1)
	z := tensor.New(2*n, d)
	tensor.Copy(z.Slice(0, n), z1)
	tensor.Copy(z.Slice(n, 2*n), z2)
	unit := unitRows(z)

	ranks := make(Ranks, 2*n)
	// A tile has all columns, that of the partner among them, and as many rows
	// as make a million elements, but not fewer than Gemm needs to be fast.
	columns := max(1, 2*n)
	rows := min(queryTile, max(8, 1<<20/columns))
	for t := range cosines(unit, unit, rows, columns) {
		const grain = 8 // rows
		ranksKernel.Run(t.cos.Dim(0), grain, ranksArgs{t, ranks})
	}
	return ranks
}

type ranksArgs struct {
	tile  cosineTile
	ranks Ranks
}

var ranksKernel = tensor.NewKernel(func(lo, hi int, a *ranksArgs) {
	m := len(a.ranks)
	for r := lo; r < hi; r++ {
		i := a.tile.row + r
		cos := a.tile.cos.Data()[r*m : (r+1)*m]
		partner := (i + m/2) % m
		rank := 1
		for j, c := range cos {
			if !(c <= cos[partner]) && j != i && j != partner {
				rank++
			}
		}
		a.ranks[i] = rank
	}
})

// TopK returns the share of rows, 0 to 1, whose partner is among the k most
// similar: the accuracy of the task that NT-Xent sets. NaN without rows.
func (r Ranks) TopK(k int) float64 {
	if len(r) == 0 {
		return math.NaN()
	}
	within := 0
	for _, rank := range r {
		if rank <= k {
			within++
		}
	}
	return float64(within) / float64(len(r))
}

// MRR returns the mean of 1/rank, 0 to 1: the mean reciprocal rank. NaN without
// rows.
func (r Ranks) MRR() float64 {
	sum := 0.0
	for _, rank := range r {
		sum += 1 / float64(rank)
	}
	return sum / float64(len(r))
}
