package tensor

import "github.com/seed-312a1f22/dyad/asm"

// ArgMax writes to dst the index along the axis of the largest element, one for
// each combination of the other axes, in order: the first of several that are
// equal; a NaN counts as larger than any number. A negative axis counts from
// the end. It panics with a *ShapeError unless len(dst) is the number of those
// combinations and the axis has an element.
func ArgMax(dst []int, x *Tensor, axis int) {
	outer, n, inner := x.shape.Split(axis)
	if len(dst) != outer*inner {
		panic(shapeErrorf("ArgMax", "%d indices for the maxima along axis %d of", len(dst), axis).with(x.shape))
	}
	if n == 0 && len(dst) > 0 {
		panic(shapeErrorf("ArgMax", "no elements along axis %d of", axis).with(x.shape))
	}
	argMaxKernel.Run(len(dst), max(1, cheapGrain/max(n, 1)), argMaxArgs{dst, x.data, n, inner})
}

type argMaxArgs struct {
	dst      []int
	x        []float32
	n, inner int
}

var argMaxKernel = NewKernel(func(lo, hi int, k *argMaxArgs) {
	for i := lo; i < hi; i++ {
		if k.inner == 1 {
			k.dst[i] = argMax(k.x[i*k.n : (i+1)*k.n])
			continue
		}
		x := k.x[i/k.inner*k.n*k.inner+i%k.inner:]
		best, at := x[0], 0
		for j := 1; j < k.n; j++ {
			if v := x[j*k.inner]; larger(v, best) {
				best, at = v, j
			}
		}
		k.dst[i] = at
	}
})

// argMax finds the maximum with vectors, and then looks for where it is.
func argMax(x []float32) int {
	largest, i := asm.Max(x), 0
	for x[i] != largest && x[i] == x[i] {
		i++
	}
	return i
}

// larger reports whether x > y in the order in which NaN is above all numbers.
func larger(x, y float32) bool { return x > y || x != x && y == y }

// TopK writes the k largest elements of each row of the last axis of x to
// values, the largest first, and where in the row they were to indices. k is
// the length of the last axis of values, whose other axes are those of x; 0 ≤ k
// ≤ the length of x's rows. Of equal elements, the one with the lower index
// comes first; a NaN counts as larger than any number. indices has as many
// elements as values.
func TopK(values *Tensor, indices []int, x *Tensor) {
	if x.shape.rank == 0 || values.shape.rank != x.shape.rank ||
		values.shape.With(-1, 0) != x.shape.With(-1, 0) || values.Dim(-1) > x.Dim(-1) {
		panic(shapeErrorf("TopK", "the values do not fit the input").with(values.shape, x.shape))
	}
	if len(indices) != len(values.data) {
		panic(shapeErrorf("TopK", "%d indices for the values", len(indices)).with(values.shape, x.shape))
	}
	checkApart("TopK", values, x)
	k, n := values.Dim(-1), x.Dim(-1)
	if k == 0 {
		return
	}
	topKKernel.Run(len(x.data)/n, max(1, cheapGrain/n), topKArgs{values.data, indices, x.data, k, n})
}

type topKArgs struct {
	values  []float32
	indices []int
	x       []float32
	k, n    int
}

var topKKernel = NewKernel(func(lo, hi int, a *topKArgs) {
	for row := lo; row < hi; row++ {
		h := topHeap{a.values[row*a.k : (row+1)*a.k], a.indices[row*a.k : (row+1)*a.k]}
		x := a.x[row*a.n : (row+1)*a.n]
		for i, v := range x[:a.k] {
			h.values[i], h.indices[i] = v, i
		}
		for i := a.k/2 - 1; i >= 0; i-- {
			h.down(i, a.k)
		}
		for i := a.k; i < a.n; i++ {
			if larger(x[i], h.values[0]) { // an equal one came first
				h.values[0], h.indices[0] = x[i], i
				h.down(0, a.k)
			}
		}
		for n := a.k - 1; n > 0; n-- { // heap sort: the smallest goes last
			h.swap(0, n)
			h.down(0, n)
		}
	}
})

// topHeap is a heap in the rows of TopK's results, the least wanted on top.
type topHeap struct {
	values  []float32
	indices []int
}

// before reports whether element i comes before element j in the result.
func (h topHeap) before(i, j int) bool {
	if larger(h.values[i], h.values[j]) {
		return true
	}
	return !larger(h.values[j], h.values[i]) && h.indices[i] < h.indices[j]
}

func (h topHeap) swap(i, j int) {
	h.values[i], h.values[j] = h.values[j], h.values[i]
	h.indices[i], h.indices[j] = h.indices[j], h.indices[i]
}

// down restores the heap of the first n elements below element i.
func (h topHeap) down(i, n int) {
	for {
		child := 2*i + 1
		if child >= n {
			return
		}
		if child+1 < n && h.before(child, child+1) {
			child++
		}
		if h.before(child, i) {
			return
		}
		h.swap(i, child)
		i = child
	}
}
