package tensor

import (
	"math"
	"runtime"
	"sync"
)

// Gram is the matrix of the products of all pairs of rows of X [M, D], as far as
// softmax losses over the pairs of a batch need it:
//
//	s[i,j] = Scale·⟨x_i, x_j⟩   for i ≢ j (mod Period), −∞ else
//
// With Period N the rows are views of N samples, and pairs of views of the same
// sample, a row with itself among them, are left out.
//
// The matrix is never there as a whole. LogSumExp and LogSumExpGrad go over it in
// tiles, each of which serves s[i,j] and s[j,i]: half of the matrix takes M²·D/2
// multiply-adds and M²/2 exponentials, and the gradient M²·D multiply-adds more.
// Beside their arguments they need some numbers for each row.
type Gram struct {
	X      *Tensor // rows of norm 1, as NormalizeForward makes them, or less
	Scale  float32 // positive
	Period int     // positive; M leaves out the diagonal alone

	// Kept is memory in which LogSumExp leaves exponentials, so that LogSumExpGrad
	// need not compute them again: as many as fit, and all of them in GramKept(M)
	// elements, which is little more than M²/2. It may be nil. The bits of the
	// results do not depend on it.
	Kept *Tensor
}

// LogSumExp writes log Σ_j exp s[i,j] to lse[i]. It is −Inf for a row of which no
// pair is left. Sums accumulate in float64.
//
// If above is not nil, above[i] gets the number of j for which ⟨x_i, x_j⟩ is
// greater than threshold[i], among the pairs that are not left out. The products
// have the bits of a MatMul of X with its transpose.
func (g Gram) LogSumExp(lse, threshold, above *Tensor) {
	k := g.pass("Gram.LogSumExp", lse)
	if above != nil {
		checkVector("Gram.LogSumExp", g.X, threshold)
		checkVector("Gram.LogSumExp", g.X, above)
		k.threshold, k.above = threshold.data, above.data
		clear(k.above)
	}
	k.gramRows = gramRowsFree.take()
	k.resize(k.m, k.blocks)
	for i := range k.sum {
		k.sum[i], k.shift[i] = 0, k.scale
		if k.sharp {
			k.shift[i] = float32(math.Inf(-1))
		}
	}
	k.run(gramForward)
	for i, sum := range k.sum {
		lse.data[i] = float32(float64(k.shift[i]) + math.Log(sum))
	}
	gramRowsFree.put(k.gramRows)
}

// LogSumExpGrad adds to dx the gradient of Σ_i dlse[i]·lse[i], given the lse that
// LogSumExp computed:
//
//	dx_i += Scale·Σ_j (dlse[i]·p[i,j] + dlse[j]·p[j,i])·x_j,   p[i,j] = exp(s[i,j] − lse[i])
func (g Gram) LogSumExpGrad(dx, dlse, lse *Tensor) {
	k := g.pass("Gram.LogSumExpGrad", lse)
	checkElementwise("Gram.LogSumExpGrad", dx, g.X)
	checkApart("Gram.LogSumExpGrad", dx, g.X)
	checkVector("Gram.LogSumExpGrad", g.X, dlse)
	k.dx = dx.data
	k.gramRows = gramRowsFree.take()
	k.resize(k.m, k.blocks)
	for i, l := range lse.data {
		shift, weight := float64(l), float64(g.Scale)*float64(dlse.data[i])
		switch {
		case math.IsInf(shift, -1): // no pair is left: nothing to differentiate
			shift, weight = 0, 0
		case !k.sharp: // the exponentials are those of LogSumExp
			weight *= math.Exp(float64(g.Scale) - shift)
			shift = float64(g.Scale)
		}
		k.shift[i], k.weight[i] = float32(shift), float32(weight)
	}
	k.run(gramBackward)
	gramRowsFree.put(k.gramRows)
}

// GramKept returns the number of elements of Gram.Kept that hold all exponentials
// of m rows.
func GramKept(m int) int {
	blocks := gramBlocks(m)
	return blocks * (blocks + 1) / 2 * gramArea
}

// GramFLOPs returns the floating-point operations in the matrix products of
// LogSumExp and of LogSumExpGrad, for m rows of d elements and a Kept of the given
// size.
func GramFLOPs(m, d int, scale float32, kept int) (logSumExp, gradient int64) {
	k := gramPass{m: m, sharp: scale > gramSharp}
	blocks := gramBlocks(m)
	for j := range blocks {
		for i := range j + 1 {
			product := 2 * int64(d) * int64(k.block(i).n) * int64(k.block(j).n)
			both := product
			if i != j {
				both *= 2
			}
			gradient += both
			if k.sharp {
				logSumExp += both
			} else {
				logSumExp += product
			}
			if k.sharp || gramTileAt(i, j)+gramArea > kept {
				gradient += product
			}
		}
	}
	return logSumExp, gradient
}

// gramBlocks returns the number of blocks that m rows make.
func gramBlocks(m int) int { return (m + gramSize - 1) / gramSize }

// gramPass is one pass over the matrix. The rows are cut into blocks; two blocks
// i ≤ j are a tile, which adds to the results of the rows of i and, since the
// matrix is symmetric, of j. The tiles come in rounds: those of round r have
// i + j ≡ r modulo the number of blocks. So each block is in one tile of a round,
// and in as many rounds as there are blocks it meets every one. A tile waits until
// its two blocks are done with the round before: no two tiles add to a row at the
// same time, and all do in the same order always.
type gramPass struct {
	x      []float32
	m, d   int
	scale  float32
	sharp  bool
	period int
	kept   []float32
	blocks int

	*gramRows
	dx               []float32
	threshold, above []float32
}

// gramRows is what a pass knows about each row, and about each block.
type gramRows struct {
	sum    []float64 // Σ exp(s − shift) so far
	shift  []float32 // in the exponents
	weight []float32 // of the row's exponentials in the gradient

	mu      sync.Mutex
	rounds  []int     // that the block has done; mu guards them
	changed sync.Cond // a round of a block is done
}

var gramRowsFree = freeList[gramRows]{new: func() *gramRows {
	r := new(gramRows)
	r.changed.L = &r.mu
	return r
}}

// resize makes room for the rows of a pass.
func (r *gramRows) resize(rows, blocks int) {
	if cap(r.sum) < rows {
		r.sum, r.shift, r.weight = make([]float64, rows), make([]float32, rows), make([]float32, rows)
		r.rounds = make([]int, blocks)
	}
	r.sum, r.shift, r.weight, r.rounds = r.sum[:rows], r.shift[:rows], r.weight[:rows], r.rounds[:blocks]
}

// pass checks the arguments that all passes have.
func (g *Gram) pass(op string, lse *Tensor) gramPass {
	x := g.X.shape
	if x.rank != 2 || x.dims[0] == 0 {
		panic(shapeErrorf(op, "needs a matrix with a row or more").with(x))
	}
	checkVector(op, g.X, lse)
	if !(g.Scale > 0) || g.Period < 1 {
		panic(shapeErrorf(op, "the scale %v and the period %d must be positive, for", g.Scale, g.Period).with(x))
	}
	k := gramPass{
		x: g.X.data, m: x.dims[0], d: x.dims[1], blocks: gramBlocks(x.dims[0]),
		scale: g.Scale, sharp: g.Scale > gramSharp, period: g.Period,
	}
	if g.Kept != nil && !k.sharp {
		k.kept = g.Kept.data
	}
	return k
}

// checkVector panics unless v has one element for each row of x.
func checkVector(op string, x, v *Tensor) {
	if len(v.data) != x.shape.dims[0] {
		panic(shapeErrorf(op, "the second needs one element for each row of the first").with(x.shape, v.shape))
	}
}

// run runs f over all tiles.
func (k *gramPass) run(f *Kernel[gramPass]) {
	workers := min(runtime.GOMAXPROCS(0), k.blocks)
	workspaces.reserve(workers)
	gramTiles.reserve(workers)
	clear(k.rounds)
	f.Run(k.blocks*k.blocks, 1, *k)
}

// begin returns the tile of the given number, counted round by round, when it may
// run; ok is false if the number is that of i > j, the same tile again. Chunks are
// begun in order, so whatever a tile waits for is done or is being done.
func (k *gramPass) begin(number int) (i, j int, ok bool) {
	round := number / k.blocks
	i = number % k.blocks
	j = (round - i + k.blocks) % k.blocks
	if i > j {
		return i, j, false
	}
	k.mu.Lock()
	for k.rounds[i] < round || k.rounds[j] < round {
		k.changed.Wait()
	}
	k.mu.Unlock()
	return i, j, true
}

// end lets the next tiles of the two blocks begin.
func (k *gramPass) end(i, j int) {
	k.mu.Lock()
	k.rounds[i]++
	if i != j {
		k.rounds[j]++
	}
	k.mu.Unlock()
	k.changed.Broadcast()
}
