package tensor

import "github.com/seed-312a1f22/dyad/asm"

// A chunk of the weight's gradient computes dU of a block of channels over a
// range of the images; the ranges are then added up in order.
const (
	winogradBlock = 128     // channels of a block
	winogradSums  = 4 << 20 // elements of all ranges' sums, if there are several
)

type winogradWeightArgs struct {
	tiling
	n, groups, in, out int
	dw, x, dy          []float32
	beta               float32
	blockChannels      int
	blocks             int // of all groups
	ranges             int
	sums               []float32 // dU of each range, block by block
	need               scratchSize
}

func (c *convolution) winogradWeightGrad(dw, x, dy []float32, beta float32) {
	k := winogradWeightArgs{n: c.n, groups: c.groups, in: c.in, out: c.out, dw: dw, x: x, dy: dy, beta: beta}
	k.tiling = newTiling(c.n, [2]int{c.x[0], c.x[2]}, [2]int{c.y[0], c.y[2]}, [2]int{c.padding[0], c.padding[2]}, 1)
	k.blockChannels = evenly(c.in, winogradBlock)
	k.blocks = c.groups * ceilDiv(c.in, k.blockChannels)
	size := places * c.groups * c.out * c.in
	k.ranges = max(1, min(ceilDiv(wantedChunks, k.blocks), k.parts, winogradSums/size))

	sums := floatBuffers.take()
	sums.data = atLeast(sums.data, k.ranges*size)
	k.sums = sums.data
	g, tiles := k.inputGrid(0, k.slab), k.images*k.slab*k.columns
	dg := k.gradGrid(0, k.slab)
	k.need = scratchSize{
		grid:    max(k.blockChannels*g.plane()+vectorTiles, c.out*dg.plane()),
		patches: places * apart(k.blockChannels*k.stride(tiles)),
		product: max(places*apart(c.out*tiles), (places+13)*k.blockChannels),
	}
	reserveScratch(k.blocks*c.out, &k.need)
	winogradSum.Run(k.blocks*k.ranges, 1, k)
	winogradTotal.Run(k.blocks*c.out, max(1, costlyGrain/(places*k.blockChannels)), k)
	floatBuffers.put(sums)
}

// block returns the group of a block, its first channel, and how many it has.
func (k *winogradWeightArgs) block(i int) (group, first, channels int) {
	perGroup := k.blocks / k.groups
	first = i % perGroup * k.blockChannels
	return i / perGroup, first, min(k.blockChannels, k.in-first)
}

// sum returns dU of a block over a range: at each place, rows of the block's
// channels for each output channel.
func (k *winogradWeightArgs) sum(group, first, r int) []float32 {
	return k.sums[places*k.out*(k.in*(r*k.groups+group)+first):]
}

var winogradSum = NewKernel(func(lo, hi int, k *winogradWeightArgs) {
	s := takeScratch(&k.need)
	for i := lo; i < hi; i++ {
		k.chunk(s, i/k.ranges, i%k.ranges)
	}
	convScratches.put(s)
})

func (k *winogradWeightArgs) chunk(s *convScratch, block, r int) {
	group, first, channels := k.block(block)
	sum := k.sum(group, first, r)
	if k.n == 0 {
		clear(sum[:places*k.out*channels])
		return
	}
	xPlane, yPlane := k.source[0]*k.source[1], k.result[0]*k.result[1]
	beta := float32(0)
	for part := r * k.parts / k.ranges; part < (r+1)*k.parts/k.ranges; part++ {
		image, images, row, rows := k.part(part, k.n)
		perImage := rows * k.columns
		tiles := images * perImage
		ld := k.stride(tiles)
		for j := range images {
			at := image + j
			k.transformInput(s.patches[j*perImage:], ld, s, k.x[((at*k.groups+group)*k.in+first)*xPlane:], channels, row, rows)
			k.transformGrad(s.product[j*perImage:], tiles, s, k.dy[(at*k.groups+group)*k.out*yPlane:], k.out, row, rows)
		}
		for place := range places {
			m, v := s.product[place*apart(k.out*tiles):], s.patches[place*apart(channels*ld):]
			asm.Gemm(s.workspace, false, true, k.out, channels, tiles, m, tiles, v, ld, beta, sum[place*k.out*channels:], channels, asm.Epilogue{})
		}
		beta = 1
	}
}

// transformGrad writes dM of channels of an image, as transformInput does V.
func (t *tiling) transformGrad(m []float32, ld int, s *convScratch, dy []float32, channels, row, rows int) {
	g := t.gradGrid(row, rows)
	g.fill(s.grid, dy, channels)
	tiles := rows * t.columns
	for c := range channels {
		asm.WinogradOutputGrad(m[c*ld:], apart(channels*ld), s.grid[c*g.plane():], tiles, tiles)
	}
}

// winogradTotal adds up the ranges and writes dw = Gᵀ·dU·G: see transformKernel.
var winogradTotal = NewKernel(func(lo, hi int, k *winogradWeightArgs) {
	s := takeScratch(&k.need)
	for i := lo; i < hi; i++ {
		group, first, n := k.block(i / k.out)
		out := i % k.out
		u, t := s.product[:places*n], s.product[places*n:]
		for place := range places {
			to := u[place*n:][:n]
			at := (place*k.out + out) * n
			copy(to, k.sum(group, first, 0)[at:])
			for r := 1; r < k.ranges; r++ {
				asm.Add(to, to, k.sum(group, first, r)[at:][:n])
			}
		}
		dw := k.dw[((group*k.out+out)*k.in+first)*9:][:9*n]
		if k.beta != 1 {
			for i := range dw {
				if k.beta == 0 {
					dw[i] = 0
				} else {
					dw[i] *= k.beta
				}
			}
		}
		// The columns of dU by Gᵀ: a row of three, of four each, of n.
		for b := range 4 {
			reduceKernel(t[b*n:], 4*n, u[b*n:], 4*n, t[12*n:], n)
		}
		for a := range 3 {
			reduceKernel(u, n, t[4*a*n:], n, u[3*n:], n)
			for j := range 3 {
				for c, v := range u[j*n:][:n] {
					dw[9*c+3*a+j] += v
				}
			}
		}
	}
	convScratches.put(s)
})

// reduceKernel multiplies four rows of n elements by Gᵀ: it writes three of them.
// half is n elements to work in.
func reduceKernel(dst []float32, step int, u []float32, uStep int, half []float32, n int) {
	half = half[:n]
	u0, u1, u2, u3 := u[:n], u[uStep:][:n], u[2*uStep:][:n], u[3*uStep:][:n]
	asm.Add(half, u1, u2)
	asm.Scale(half, half, 0.5)
	asm.Add(dst[:n], u0, half)
	asm.Add(dst[2*step:][:n], half, u3)
	asm.Sub(half, u1, u2)
	asm.Scale(dst[step:][:n], half, 0.5)
}
