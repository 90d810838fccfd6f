package tensor

import "github.com/seed-312a1f22/dyad/asm"

// Winograd's F(4×4, 3×3), as asm/winograd.go has it, for images: the result is cut
// into tiles of 4×4, each the transform of a sum over channels of 36 products
// instead of 144. For each of the 36 places in a transformed tile that sum is a
// product of matrices, of the transformed weight and the transformed tiles.
//
//	U = G·w·Gᵀ,  V = Bᵀ·d·B,  M = U·V at each place,  Y = Aᵀ·M·A
//
// The gradient of the input is the convolution of dy with the weight turned
// around. That of the weight goes back through the same formulas:
// dM = A·dy·Aᵀ, dU = dM·Vᵀ at each place, dw = Gᵀ·dU·G.

const (
	tileSize = 4  // of a tile of the result, which reads two more of the source
	places   = 36 // how many products a tile takes
)

// apart returns the distance of n elements for one place from those for the next:
// a cache line more than n, since what is written to 36 places at multiples of a
// page would compete for one set of the cache.
func apart(n int) int { return n + 16 }

// vectors returns the number of tiles that are transformed for n: whole vectors.
func vectors(n int) int {
	return (n + asm.WinogradTiles - 1) / asm.WinogradTiles * asm.WinogradTiles
}

// winogradChannels is how many channels both sides need: with half as many, a
// result comes hardly faster, since the transforms take what the products save.
const winogradChannels = 16

// winograd reports whether the convolution is computed so: where it is possible and
// takes no more products. A tile at the border counts as a whole one.
func (c *convolution) winograd(o *ConvOpts) bool {
	tiles := ceilDiv(c.y[0], tileSize) * ceilDiv(c.y[2], tileSize)
	return o.Winograd && c.k == [3]int{3, 1, 3} && c.x[1] == 1 &&
		c.stride == [3]int{1, 1, 1} && c.dilation == [3]int{1, 1, 1} &&
		c.padding[0] <= 2 && c.padding[2] <= 2 && // else dy would have negative padding
		c.in >= winogradChannels && c.out >= winogradChannels &&
		places*tiles <= 9*c.yPlane
}

// tiling is how a result is cut into tiles, and these into parts: some images, or
// of one image some rows of tiles.
type tiling struct {
	n              int
	source, result [2]int // height and width
	padding        [2]int
	rows, columns  int // tiles
	images         int // of a part
	slabs          int // parts of an image
	slab           int // rows of tiles in a part
	parts          int
}

// A part has at most partTiles tiles, if a row has no more: V of 64 channels takes
// 1.2 MB then. It has no fewer than minTiles where parts are made smaller to get as
// many as wanted.
const (
	partTiles = 128
	minTiles  = 32
)

func newTiling(n int, source, result, padding [2]int, wanted int) tiling {
	t := tiling{n: n, source: source, result: result, padding: padding}
	t.rows, t.columns = ceilDiv(result[0], tileSize), ceilDiv(result[1], tileSize)
	t.images, t.slabs, t.slab = max(1, min(n, partTiles/(t.rows*t.columns))), 1, t.rows
	for t.images > 1 && ceilDiv(n, t.images) < wanted && t.images/2*t.rows*t.columns >= minTiles {
		t.images /= 2
	}
	if t.images == 1 {
		t.slab = evenly(t.rows, max(1, partTiles/t.columns))
		t.slabs = ceilDiv(t.rows, t.slab)
	}
	t.parts = ceilDiv(n, t.images) * t.slabs
	return t
}

// most returns the largest number of tiles of a part.
func (t *tiling) most() int { return t.images * t.slab * t.columns }

// tilePart is a part: its images, and their rows of tiles.
type tilePart struct{ image, images, row, rows, tiles int }

func (t *tiling) part(i int) (p tilePart) {
	p.image = i / t.slabs * t.images
	p.images = min(t.images, t.n-p.image)
	p.row = i % t.slabs * t.slab
	p.rows = min(t.slab, t.rows-p.row)
	p.tiles = p.images * p.rows * t.columns
	return p
}

// frame is a copy of some rows of images with all that the tiles of a part cover,
// which may be more than the images have: zeros, or what nobody needs.
type frame struct {
	height, width int // of an image's copy
	top, left     int // where in it the image begins,
	rows, columns int // how much of the image it has,
	from, line    int // where in the image's plane that begins, and how long its rows are
}

// sourceFrame is the frame of the source.
func (t *tiling) sourceFrame(p tilePart) frame {
	y := tileSize*p.row - t.padding[0]
	f := frame{height: tileSize*p.rows + 2, width: tileSize*t.columns + 2, top: max(0, -y), left: t.padding[1], line: t.source[1]}
	f.rows, f.columns = max(0, min(f.height, t.source[0]-y)-f.top), t.source[1]
	f.from = max(0, y) * f.line
	return f
}

// resultFrame is the frame of the result.
func (t *tiling) resultFrame(p tilePart) frame {
	f := frame{height: tileSize * p.rows, width: tileSize * t.columns, line: t.result[1]}
	f.rows, f.columns = min(f.height, t.result[0]-tileSize*p.row), t.result[1]
	f.from = tileSize * p.row * f.line
	return f
}

// plane returns the elements of an image's copy.
func (f *frame) plane() int { return f.height * f.width }

// load copies planes of images, step apart, into the frame.
func (f *frame) load(dst, src []float32, step, images int) {
	asm.CopyBlocks(dst[f.top*f.width+f.left:], f.plane(), f.width, src[f.from:], step, f.line, images, f.rows, f.columns)
}

// store copies the frame to planes of images, or adds it to beta times what is
// there.
func (f *frame) store(dst, src []float32, step, images int, beta float32) {
	if beta == 0 {
		asm.CopyBlocks(dst[f.from:], step, f.line, src, f.plane(), f.width, images, f.rows, f.columns)
		return
	}
	rows, columns := f.rows, f.columns
	if f.columns == f.width { // rows without gaps
		rows, columns = 1, rows*columns
	}
	for j := range images {
		for r := range rows {
			addTo(dst[j*step+f.from+r*f.line:][:columns], src[j*f.plane()+r*f.width:][:columns], beta)
		}
	}
}

// tiles lists where the tiles of a part begin in its frame. The last one is repeated
// to fill a vector.
func (t *tiling) tiles(list []int, p tilePart, f *frame) []int {
	i := 0
	for j := range p.images {
		for r := range p.rows {
			for c := range t.columns {
				list[i] = j*f.plane() + tileSize*(r*f.width+c)
				i++
			}
		}
	}
	for ; i%asm.WinogradTiles != 0; i++ {
		list[i] = list[i-1]
	}
	return list[:i]
}

// transformSource writes V of channels of a part, whose images are step apart:
// that of channel c at place k is v[k·apart(all·ld) + c·ld:], ld being the part's
// tiles in whole vectors.
func (t *tiling) transformSource(v []float32, all int, s *convScratch, src []float32, step, channels int, p tilePart) {
	f := t.sourceFrame(p)
	clear(s.grid[:p.images*f.plane()]) // what lies around the images stays so
	tiles := t.tiles(s.tiles, p, &f)
	for c := range channels {
		f.load(s.grid, src[c*t.source[0]*t.source[1]:], step, p.images)
		asm.WinogradInput(v[c*len(tiles):], apart(all*len(tiles)), s.grid, f.width, tiles)
	}
}

// winogradArgs are the arguments of the product that makes y or dx.
type winogradArgs struct {
	tiling
	groups, channels, out int // channels of a group, of the source and of the result
	src, dst, bias, w     []float32
	backward              bool
	beta                  float32
	depth                 int // channels of a block
	block                 int // channels of the result in a block
	outChunk, outChunks   int
	v                     []float32 // of all parts, if several chunks need it
	need                  scratchSize
}

// A block of U is computed where it is needed, for kernelDepth channels of the
// source and kernelRows of the result at most: 0.9 MB, which the second-level cache
// holds. To compute it again for each part takes 4 % of the time of a full part,
// and less than to read it from memory.
const (
	kernelDepth = 128
	kernelRows  = 48
)

// winogradProduct is product by Winograd's transforms.
func (c *convolution) winogradProduct(backward bool, dst, src, w, bias []float32, beta float32) {
	k := winogradArgs{groups: c.groups, channels: c.in, out: c.out, src: src, dst: dst, bias: bias, w: w, backward: backward, beta: beta}
	x, y, padding := [2]int{c.x[0], c.x[2]}, [2]int{c.y[0], c.y[2]}, [2]int{c.padding[0], c.padding[2]}
	if backward {
		k.channels, k.out = c.out, c.in
		x, y, padding = y, x, [2]int{2 - padding[0], 2 - padding[1]}
	}
	k.tiling = newTiling(c.n, x, y, padding, wantedChunks/2)
	k.depth, k.block = evenly(k.channels, kernelDepth), evenly(k.out, kernelRows)
	k.outChunk, k.outChunks = k.out, 1
	if chunks := k.parts * k.groups; chunks < wantedChunks/2 {
		blocks := ceilDiv(k.out, k.block)
		k.outChunks = min(ceilDiv(wantedChunks/2, chunks), blocks)
		k.outChunk = ceilDiv(blocks, k.outChunks) * k.block
		k.outChunks = ceilDiv(k.out, k.outChunk)
	}
	largest := k.part(0)
	source, result, tiles := k.sourceFrame(largest), k.resultFrame(largest), vectors(k.most())
	k.need = scratchSize{
		grid:    k.images * max(source.plane(), result.plane()),
		product: places*(apart(k.block*tiles)+apart(k.block*k.depth)) + 4*9*k.depth,
		tiles:   tiles,
	}
	buffer := floatBuffers.take()
	chunks := c.groups * k.parts * k.outChunks
	if k.outChunks > 1 {
		buffer.data = atLeast(buffer.data, c.groups*k.parts*k.sourceSize())
		k.v = buffer.data
		all := c.groups * k.parts * k.channels
		reserveScratch(all, &k.need)
		winogradSource.Run(all, sourceChannels, k)
	} else {
		k.need.patches = k.sourceSize()
	}
	reserveScratch(chunks, &k.need)
	winogradProduct.Run(chunks, 1, k)
	floatBuffers.put(buffer)
}

// sourceChannels is how many channels are transformed as a piece of work.
const sourceChannels = 16

// sourceSize returns how many elements V of a part has at most.
func (k *winogradArgs) sourceSize() int { return places * apart(k.channels*vectors(k.most())) }

// winogradSource writes V of channels of all groups and parts.
var winogradSource = NewKernel(func(lo, hi int, k *winogradArgs) {
	s := takeScratch(&k.need)
	for lo < hi {
		c := lo % k.channels
		count := min(hi-lo, k.channels-c)
		i := lo / k.channels
		p := k.part(i % k.parts)
		k.transform(k.v[i*k.sourceSize()+c*vectors(p.tiles):], s, i/k.parts, c, count, p)
		lo += count
	}
	convScratches.put(s)
})

// transform writes V of channels of a group and part.
func (k *winogradArgs) transform(v []float32, s *convScratch, group, first, count int, p tilePart) {
	plane := k.source[0] * k.source[1]
	src := k.src[((p.image*k.groups+group)*k.channels+first)*plane:]
	k.transformSource(v, k.channels, s, src, k.groups*k.channels*plane, count, p)
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
	first := i % k.outChunks * k.outChunk
	end := min(first+k.outChunk, k.out)
	i /= k.outChunks
	group, p := i/k.parts, k.part(i%k.parts)
	var v []float32
	if k.v != nil {
		v = k.v[i*k.sourceSize():]
	} else {
		v = s.patches
		k.transform(v, s, group, 0, k.channels, p)
	}
	f, plane := k.resultFrame(p), k.result[0]*k.result[1]
	step := k.groups * k.out * plane
	tiles := k.tiles(s.tiles, p, &f)
	ld := len(tiles)
	vStep, mStep, uStep := apart(k.channels*ld), apart(k.block*ld), apart(k.block*k.depth)
	m, u := s.product, s.product[places*mStep:]
	for o := first; o < end; o += k.block {
		rows := min(k.block, end-o)
		for c := 0; c < k.channels; c += k.depth {
			depth := min(k.depth, k.channels-c)
			k.transformKernels(u, uStep, u[places*uStep:], group, o, rows, c, depth)
			for place := range places {
				asm.Gemm(s.workspace, false, false, rows, ld, depth, u[place*uStep:], depth, v[place*vStep+c*ld:], ld,
					float32(min(c, 1)), m[place*mStep:], ld, asm.Epilogue{})
			}
		}
		for r := range rows {
			channel := group*k.out + o + r
			dst := k.dst[p.image*step+channel*plane:]
			asm.WinogradOutput(s.grid, f.width, tiles, m[r*ld:], mStep)
			f.store(dst, s.grid, step, p.images, k.beta)
			if k.bias != nil {
				for j := range p.images {
					y := dst[j*step+f.from:][:f.rows*f.line]
					asm.AddScalar(y, y, k.bias[channel])
				}
			}
		}
	}
}

// transformKernels writes a block of U: at each place, rows of depth channels, from
// row o of the result and channel c of the source on. work is 36·depth elements.
func (k *winogradArgs) transformKernels(u []float32, step int, work []float32, group, o, rows, c, depth int) {
	if !k.backward {
		for r := range rows {
			asm.Transpose(work, depth, k.w[((group*k.out+o+r)*k.channels+c)*9:], 9, depth, 9)
			asm.WinogradKernel(u[r*depth:], step, work, depth, depth, false)
		}
		return
	}
	// The rows are w's channels, so that four kernels lie side by side.
	for r := 0; r < rows; r += 4 {
		count := min(4, rows-r)
		asm.Transpose(work, depth, k.w[((group*k.channels+c)*k.out+o+r)*9:], 9*k.out, depth, 9*count)
		for i := range count {
			asm.WinogradKernel(u[(r+i)*depth:], step, work[9*i*depth:], depth, depth, true)
		}
	}
}
