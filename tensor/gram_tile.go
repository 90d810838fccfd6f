package tensor

import (
	"math"

	"github.com/seed-312a1f22/dyad/asm"
)

const (
	// gramSize is the number of rows of a block, a multiple of the 12 rows and 32
	// columns of GEMM's largest tile. A tile takes 36 KiB and, with the rows of x
	// and of the gradient that it needs, 48 KiB each at D = 128, stays in L2,
	// where GEMM is as fast as on large matrices. Blocks of 48 were measured to be
	// slower by a tenth, of 192 not to be faster; they leave less to share between
	// processors and compute more of the diagonal twice.
	gramSize = 96
	gramArea = gramSize * gramSize

	// gramSharp is the largest Scale for which one shift serves all rows. For rows
	// of norm 1, s is at most Scale and s − Scale at least −2·Scale. Up to this
	// Scale its exponential is a normal float32, more than exp(−87.3), so that
	// Scale can stand for the maximum of every row. Above, in a sharp pass, each
	// row has its own, found as the tiles come (Milakov and Gimelshein, "Online
	// normalizer calculation for softmax", 2018).
	gramSharp = 40
)

// gramTile is what one goroutine works in: room for a tile, twice.
type gramTile struct {
	e, w []float32
}

var gramTiles = freeList[gramTile]{new: func() *gramTile {
	return &gramTile{make([]float32, gramArea), make([]float32, gramArea)}
}}

// gramBlock is the rows lo to lo+n of x.
type gramBlock struct{ lo, n int }

func (k *gramPass) block(i int) gramBlock {
	return gramBlock{i * gramSize, min(gramSize, k.m-i*gramSize)}
}

// tile returns the memory of a tile of exponentials: where it is kept from
// LogSumExp to LogSumExpGrad, or else scratch.
func (k *gramPass) tile(i, j int, scratch []float32) (e []float32, kept bool) {
	if lo := gramTileAt(i, j); lo+gramArea <= len(k.kept) {
		return k.kept[lo : lo+gramArea], true
	}
	return scratch, false
}

// gramTileAt returns where in Kept a tile begins.
func gramTileAt(i, j int) int { return (j*(j+1)/2 + i) * gramArea }

var gramForward = NewKernel(func(lo, hi int, k *gramPass) {
	for number := lo; number < hi; number++ {
		i, j, ok := k.begin(number)
		if !ok {
			continue
		}
		t, w := gramTiles.take(), workspaces.take()
		e, _ := k.tile(i, j, t.e)
		rows, columns := k.block(i), k.block(j)
		k.products(w, e, rows, columns)
		if k.above != nil {
			k.count(e, rows, columns)
		}
		if k.sharp {
			k.onlineSums(e, t.w, rows, columns)
			if i != j {
				k.products(w, e, columns, rows)
				k.onlineSums(e, t.w, columns, rows)
			}
		} else {
			k.sums(e, rows, columns)
		}
		k.end(i, j)
		workspaces.put(w)
		gramTiles.put(t)
	}
})

// products writes ⟨x_i, x_j⟩ for a tile to e, in rows gramSize apart, and −Inf for
// the pairs left out.
func (k *gramPass) products(w *asm.Workspace, e []float32, rows, columns gramBlock) {
	asm.Gemm(w, false, true, rows.n, columns.n, k.d, k.x[rows.lo*k.d:], k.d, k.x[columns.lo*k.d:], k.d, 0, e, gramSize, asm.Epilogue{})
	for i := range rows.n {
		// The first column that differs from the row by a multiple of the period.
		j := (rows.lo + i - columns.lo) % k.period
		if j < 0 {
			j += k.period
		}
		for ; j < columns.n; j += k.period {
			e[i*gramSize+j] = float32(math.Inf(-1))
		}
	}
}

// count compares products with the thresholds of their rows and columns.
func (k *gramPass) count(e []float32, rows, columns gramBlock) {
	above, threshold := k.above[columns.lo:][:columns.n], k.threshold[columns.lo:][:columns.n]
	for i := range rows.n {
		row := e[i*gramSize:][:columns.n]
		k.above[rows.lo+i] += float32(asm.CountGreater(row, k.threshold[rows.lo+i]))
		if rows != columns {
			asm.AccumulateGreater(above, row, threshold)
		}
	}
}

// sums turns products into exp(s − Scale) and adds them to the sums of their rows
// and columns.
func (k *gramPass) sums(e []float32, rows, columns gramBlock) {
	columnSum := k.sum[columns.lo:][:columns.n]
	for i := range rows.n {
		row := e[i*gramSize:][:columns.n]
		k.sum[rows.lo+i] += asm.ExpSum(row, row, k.scale, -k.scale)
		if rows != columns {
			asm.AccumulateSum(columnSum, row)
		}
	}
}

// onlineSums adds exp(s − shift) to the sums of the rows, where shift is the
// largest s of the row so far; a sum over a smaller shift is adapted. scratch has
// room for a row.
func (k *gramPass) onlineSums(e, scratch []float32, rows, columns gramBlock) {
	for i := range rows.n {
		row := e[i*gramSize:][:columns.n]
		top := k.scale * asm.Max(row)
		if math.IsInf(float64(top), -1) {
			continue // all are left out
		}
		sum, shift := &k.sum[rows.lo+i], &k.shift[rows.lo+i]
		if !(top <= *shift) { // a NaN becomes the shift, and the sum
			*sum *= math.Exp(float64(*shift) - float64(top))
			*shift = top
		}
		*sum += asm.ExpSum(scratch[:columns.n], row, k.scale, -*shift)
	}
}

var gramBackward = NewKernel(func(lo, hi int, k *gramPass) {
	for number := lo; number < hi; number++ {
		i, j, ok := k.begin(number)
		if !ok {
			continue
		}
		t, w := gramTiles.take(), workspaces.take()
		rows, columns := k.block(i), k.block(j)
		e, kept := k.tile(i, j, t.e)
		if !kept {
			k.products(w, e, rows, columns)
		}
		if k.sharp {
			k.sharpWeights(t.w, e, rows, columns)
		} else {
			k.weights(t.w, e, kept, rows, columns)
		}
		// The gradients of the rows and of the columns: W·X and Wᵀ·X.
		x, dx := k.x[columns.lo*k.d:], k.dx[rows.lo*k.d:]
		asm.Gemm(w, false, false, rows.n, k.d, columns.n, t.w, gramSize, x, k.d, 1, dx, k.d, asm.Epilogue{})
		if i != j {
			x, dx := k.x[rows.lo*k.d:], k.dx[columns.lo*k.d:]
			asm.Gemm(w, true, false, columns.n, k.d, rows.n, t.w, gramSize, x, k.d, 1, dx, k.d, asm.Epilogue{})
		}
		k.end(i, j)
		workspaces.put(w)
		gramTiles.put(t)
	}
})

// weights writes the factor of each pair in the gradient to w, from the kept
// exponentials or from the products.
func (k *gramPass) weights(w, e []float32, kept bool, rows, columns gramBlock) {
	columnWeight := k.weight[columns.lo:][:columns.n]
	for i := range rows.n {
		to, row := w[i*gramSize:][:columns.n], e[i*gramSize:][:columns.n]
		if !kept {
			asm.ExpSum(row, row, k.scale, -k.scale)
		}
		asm.AddScalar(to, columnWeight, k.weight[rows.lo+i])
		asm.Mul(to, to, row)
	}
}

// sharpWeights is weights where every row has its own shift.
func (k *gramPass) sharpWeights(w, e []float32, rows, columns gramBlock) {
	columnWeight, columnShift := k.weight[columns.lo:][:columns.n], k.shift[columns.lo:][:columns.n]
	for i := range rows.n {
		to, row := w[i*gramSize:][:columns.n], e[i*gramSize:][:columns.n]
		asm.ExpSum(to, row, k.scale, -k.shift[rows.lo+i])
		asm.Scale(to, to, k.weight[rows.lo+i])
		asm.Scale(row, row, k.scale)
		asm.Sub(row, row, columnShift)
		asm.Exp(row, row)
		asm.FMA(to, row, columnWeight, to)
	}
}
