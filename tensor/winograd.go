package tensor

import "github.com/seed-312a1f22/dyad/asm"

// Winograd's F(2×2, 3×3), as asm/winograd.go has it, for images: the result is cut
// into tiles of 2×2, each the transform of a sum over channels of 16 products
// instead of 36. For each of the 16 places in a transformed tile that sum is a
// product of matrices, of the transformed weight and the transformed tiles.
//
//	U = G·w·Gᵀ,  V = Bᵀ·d·B,  M = U·V at each place,  Y = Aᵀ·M·A
//
// The gradient of the input is the convolution of dy with the weight turned
// around. That of the weight goes back through the same formulas:
// dM = A·dy·Aᵀ, dU = dM·Vᵀ at each place, dw = Gᵀ·dU·G.

// places is how many products a tile takes.
const places = 16

// apart returns the distance of n elements for one place from those for the next:
// a cache line more than n, since what is written to 16 places at multiples of a
// page would compete for one set of the cache.
func apart(n int) int { return n + 16 }

// winogradChannels is how many channels both sides need: with fewer, the
// transforms cost more than the products save.
const winogradChannels = 16

// vectorTiles is how many tiles are transformed together at least: a vector.
const vectorTiles = 4

// winograd reports whether the convolution can be computed so.
func (c *convolution) winograd(o *ConvOpts) bool {
	return o.Winograd && c.k == [3]int{3, 1, 3} && c.x[1] == 1 &&
		c.stride == [3]int{1, 1, 1} && c.dilation == [3]int{1, 1, 1} &&
		c.padding[0] <= 2 && c.padding[2] <= 2 && // else dy would have negative padding
		c.in >= winogradChannels && c.out >= winogradChannels
}

// tiling is how a result is cut into tiles, and these into parts: some images, or
// of one image some rows of tiles.
type tiling struct {
	source, result [2]int // height and width
	padding        [2]int
	rows, columns  int // tiles
	images         int // of a part
	slabs          int // parts of an image
	slab           int // rows of tiles in a part
	parts          int
}

func newTiling(n int, source, result, padding [2]int, wanted int) tiling {
	t := tiling{source: source, result: result, padding: padding}
	t.rows, t.columns = (result[0]+1)/2, (result[1]+1)/2
	limit := 2*blockColumns - t.stride(blockColumns) // so that rows have at most blockColumns
	t.images, t.slabs, t.slab = max(1, min(n, limit/(t.rows*t.columns))), 1, t.rows
	for t.images > 1 && ceilDiv(n, t.images) < wanted && t.images/2*t.rows*t.columns >= minColumns {
		t.images /= 2
	}
	if t.images == 1 {
		t.slab = evenly(t.rows, max(1, limit/t.columns))
		t.slabs = ceilDiv(t.rows, t.slab)
	}
	t.parts = ceilDiv(n, t.images) * t.slabs
	return t
}

// stride returns the distance of rows of transformed input tiles, of which there
// are so many: it has room for a last vector that is not full.
func (t *tiling) stride(tiles int) int {
	if t.columns < vectorTiles {
		return tiles + vectorTiles
	}
	return tiles
}

// part returns the images of a part, and its rows of tiles.
func (t *tiling) part(i, n int) (image, images, row, rows int) {
	image = i / t.slabs * t.images
	row = i % t.slabs * t.slab
	return image, min(t.images, n-image), row, min(t.slab, t.rows-row)
}

// inputGrid returns the grid that tiles are read from: the padded source's even
// and odd rows and columns, apart.
func (t *tiling) inputGrid(row, rows int) grid {
	return grid{
		source: [3]int{t.source[0], 1, t.source[1]},
		phases: [3]int{2, 1, 2}, step: [3]int{2, 1, 2},
		size:  [3]int{rows + 1, 1, t.columns + 1},
		first: [3]int{2*row - t.padding[0], 0, -t.padding[1]},
	}
}

// gradGrid is the same for dy, whose tiles do not overlap.
func (t *tiling) gradGrid(row, rows int) grid {
	return grid{
		source: [3]int{t.result[0], 1, t.result[1]},
		phases: [3]int{2, 1, 2}, step: [3]int{2, 1, 2},
		size:  [3]int{rows, 1, t.columns},
		first: [3]int{2 * row, 0, 0},
	}
}

// transformInput writes V of channels of an image: that of channel c at place k is
// v[k·apart(channels·ld) + c·ld:].
func (t *tiling) transformInput(v []float32, ld int, s *convScratch, src []float32, channels, row, rows int) {
	g := t.inputGrid(row, rows)
	g.fill(s.grid, src, channels)
	plane, phase, gridRow := g.plane(), g.size[0]*g.size[2], g.size[2]
	step := apart(channels * ld)
	for c := range channels {
		for r := range rows {
			// In narrow images the last tiles of a vector are to be overwritten, or
			// are beyond the columns.
			asm.WinogradInput(v[c*ld+r*t.columns:], step, s.grid[c*plane+r*gridRow:], phase, gridRow, max(t.columns, vectorTiles))
		}
	}
}

// winogradArgs are the arguments of the product that makes y or dx.
type winogradArgs struct {
	tiling
	n, groups, channels, out int // channels of a group, of the source and of the result
	src, dst, bias, w        []float32
	backward                 bool
	beta                     float32
	depth                    int // channels of a block
	outChunk, outChunks      int
	u                        []float32
	need                     scratchSize
}

// winogradProduct is product by Winograd's transforms.
func (c *convolution) winogradProduct(backward bool, dst, src, w, bias []float32, beta float32) {
	k := winogradArgs{n: c.n, groups: c.groups, channels: c.in, out: c.out, src: src, dst: dst, bias: bias, w: w, backward: backward, beta: beta}
	x, y, padding := [2]int{c.x[0], c.x[2]}, [2]int{c.y[0], c.y[2]}, [2]int{c.padding[0], c.padding[2]}
	if backward {
		k.channels, k.out = c.out, c.in
		x, y, padding = y, x, [2]int{2 - padding[0], 2 - padding[1]}
	}
	k.tiling = newTiling(c.n, x, y, padding, wantedChunks)
	k.depth = evenly(k.channels, blockDepth)
	k.outChunk, k.outChunks = k.out, 1
	if chunks := k.parts * k.groups; chunks < wantedChunks/2 {
		k.outChunks = min(ceilDiv(wantedChunks/2, chunks), ceilDiv(k.out, minColumns))
		k.outChunk = evenly(k.out, ceilDiv(k.out, k.outChunks))
		k.outChunks = ceilDiv(k.out, k.outChunk)
	}
	buffer := floatBuffers.take()
	buffer.data = atLeast(buffer.data, c.groups*places*apart(k.out*k.channels))
	k.u = buffer.data
	transformWeight.Run(c.groups*k.out, transformRows, k)

	g := k.inputGrid(0, k.slab)
	tiles := k.images * k.slab * k.columns
	k.need = scratchSize{grid: k.channels*g.plane() + vectorTiles, patches: places * apart(k.channels*k.stride(tiles)), product: places*apart(k.outChunk*tiles) + 8*tiles}
	chunks := c.groups * k.parts * k.outChunks
	reserveScratch(chunks, &k.need)
	winogradProduct.Run(chunks, 1, k)
	floatBuffers.put(buffer)
}

// transformRows is how many rows of U are written side by side: the parts of w
// that they need lie in a row of it, or in rows that stay in the cache.
const transformRows = 8

// transformWeight writes U for rows of the result: for each group and place, and
// each block of channels, a matrix of the rows by the channels.
var transformWeight = NewKernel(func(lo, hi int, k *winogradArgs) {
	step := apart(k.out * k.channels)
	for c := range k.channels {
		first := c / k.depth * k.depth
		depth := min(k.depth, k.channels-first)
		for i := lo; i < hi; i++ {
			group, row := i/k.out, i%k.out
			u := k.u[group*places*step+first*k.out+row*depth+c-first:]
			if k.backward {
				g := (*[9]float32)(k.w[((group*k.channels+c)*k.out+row)*9:])
				transformKernel(u, step, g[8], g[7], g[6], g[5], g[4], g[3], g[2], g[1], g[0])
			} else {
				g := (*[9]float32)(k.w[(i*k.channels+c)*9:])
				transformKernel(u, step, g[0], g[1], g[2], g[3], g[4], g[5], g[6], g[7], g[8])
			}
		}
	}
})

// transformKernel writes G·g·Gᵀ to u, its elements step apart:
//
//	    ⎡1    0    0⎤
//	G = ⎢½    ½    ½⎥
//	    ⎢½   −½    ½⎥
//	    ⎣0    0    1⎦
func transformKernel(u []float32, step int, g00, g01, g02, g10, g11, g12, g20, g21, g22 float32) {
	s0, s1, s2 := g00+g20, g01+g21, g02+g22
	transformRow(u, step, g00, g01, g02)
	transformRow(u[4*step:], step, 0.5*(s0+g10), 0.5*(s1+g11), 0.5*(s2+g12))
	transformRow(u[8*step:], step, 0.5*(s0-g10), 0.5*(s1-g11), 0.5*(s2-g12))
	transformRow(u[12*step:], step, g20, g21, g22)
}

// transformRow multiplies a row of three by Gᵀ.
func transformRow(u []float32, step int, a, b, c float32) {
	s := a + c
	u[0], u[step], u[2*step], u[3*step] = a, 0.5*(s+b), 0.5*(s-b), c
}

var winogradProduct = NewKernel(func(lo, hi int, k *winogradArgs) {
	s := takeScratch(&k.need)
	for i := lo; i < hi; i++ {
		k.chunk(s, i)
	}
	convScratches.put(s)
})

// chunk computes some channels of the result of a part, for a group.
func (k *winogradArgs) chunk(s *convScratch, i int) {
	out := i % k.outChunks * k.outChunk
	outs := min(k.outChunk, k.out-out)
	i /= k.outChunks
	group := i / k.parts
	image, images, row, rows := k.part(i%k.parts, k.n)

	perImage := rows * k.columns
	tiles := images * perImage
	ld := k.stride(tiles)
	srcPlane, dstPlane := k.source[0]*k.source[1], k.result[0]*k.result[1]
	for j := range images {
		at := ((image+j)*k.groups + group) * k.channels * srcPlane
		k.transformInput(s.patches[j*perImage:], ld, s, k.src[at:], k.channels, row, rows)
	}
	mStep := apart(outs * tiles)
	for place := range places {
		u := k.u[(group*places+place)*apart(k.out*k.channels):]
		v, m := s.patches[place*apart(k.channels*ld):], s.product[place*mStep:]
		for first := 0; first < k.channels; first += k.depth {
			depth := min(k.depth, k.channels-first)
			for o := 0; o < outs; o += blockDepth {
				asm.Gemm(s.workspace, false, false, min(blockDepth, outs-o), tiles, depth,
					u[first*k.out+(out+o)*depth:], depth, v[first*ld:], ld, float32(min(first, 1)), m[o*tiles:], tiles, asm.Epilogue{})
			}
		}
	}
	y, lines := s.product[places*mStep:], s.product[places*mStep+4*perImage:]
	width := k.result[1]
	count := min(2*rows, k.result[0]-2*row)
	for o := range outs {
		for j := range images {
			asm.WinogradOutput(y, perImage, s.product[o*tiles+j*perImage:], mStep, perImage)
			at := (((image+j)*k.groups+group)*k.out+out+o)*dstPlane + 2*row*width
			dst := k.dst[at : at+count*width]
			to := dst
			if k.beta != 0 {
				to = lines[:len(dst)]
			}
			k.merge(to, y, perImage, count)
			if k.beta != 0 {
				if k.beta != 1 {
					asm.Scale(dst, dst, k.beta)
				}
				asm.Add(dst, dst, to)
			}
			if k.bias != nil {
				asm.AddScalar(dst, dst, k.bias[group*k.out+out+o])
			}
		}
	}
}

// merge writes tiles, whose four elements are step apart in y, to lines of the
// result.
func (t *tiling) merge(dst, y []float32, step, lines int) {
	width := t.result[1]
	for p := range min(2, lines) {
		even, odd := y[2*p*step:], y[(2*p+1)*step:]
		n := (lines + 1 - p) / 2
		asm.Interleave(dst[p*width:], 2*width, even, odd, t.columns, n, width/2)
		if width%2 != 0 {
			for r := range n {
				dst[(2*r+p+1)*width-1] = even[r*t.columns+width/2]
			}
		}
	}
}
