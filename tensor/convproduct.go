package tensor

import (
	"runtime"

	"github.com/seed-312a1f22/dyad/asm"
)

// The products of a convolution whose result has few channels, large images or one
// tap (for the others see convindirect.go) are asm.Gemm on blocks: blockDepth rows of
// patches, which are some channels with all their taps, by blockColumns positions.
// Both operands then have rows of at most 256 elements and at most 65536 of them,
// which Gemm reads where they lie instead of packing them: the gathering of the
// patches is the packing. They take half of a second-level cache of 512 KiB.
const (
	blockDepth   = 256
	blockColumns = 256
	blockSize    = 1 << 16
)

// The work is cut by the shapes alone: by images, large ones by slabs along the
// first axis, small ones several at a time; if that gives less than wantedChunks,
// also by rows of the result.
const (
	wantedChunks = 8
	minColumns   = 64
	slabSize     = 1 << 19 // elements of a block's grid: 2 MiB
)

// cutting says how the images of a pass are cut into parts.
type cutting struct {
	images int // of a part
	slabs  int // parts of an image; 1 if images > 1
	lines  int // positions along the first axis in a slab
	parts  int
}

// cut returns the parts of a pass over n images, whose blocks have so many
// channels.
func (p *pass) cut(n, channels, wanted int) (c cutting) {
	positions := volume(p.positions)
	c.images = max(1, min(n, blockColumns/positions))
	for c.images > 1 && ceilDiv(n, c.images) < wanted && c.images/2*positions >= minColumns {
		c.images /= 2
	}
	c.slabs, c.lines = 1, p.positions[0]
	for c.images == 1 && c.lines > 1 {
		slab := p.slab(0, c.lines)
		tooLarge := channels*slab.grid.plane() > slabSize
		tooFew := n*c.slabs < wanted && volume(slab.positions) >= 2*blockColumns
		if !tooLarge && !tooFew {
			break
		}
		c.lines = (c.lines + 1) / 2
		c.slabs = ceilDiv(p.positions[0], c.lines)
	}
	c.parts = ceilDiv(n, c.images) * c.slabs
	return c
}

// part returns the images of a part, and its pass, whose positions are those of
// one slab.
func (c *cutting) part(p *pass, i, n int) (image, images int, slab pass) {
	image = i / c.slabs * c.images
	images = min(c.images, n-image)
	lo := i % c.slabs * c.lines
	return image, images, p.slab(lo, min(lo+c.lines, p.positions[0]))
}

// convScratch is what a chunk works in.
type convScratch struct {
	workspace *asm.Workspace
	grid      []float32
	patches   []float32
	product   []float32
	tiles     []int
}

var convScratches = freeList[convScratch]{new: func() *convScratch {
	return &convScratch{workspace: asm.NewWorkspace(), patches: make([]float32, blockSize)}
}}

// scratchSize says how many elements a chunk needs.
type scratchSize struct{ grid, patches, product, tiles int }

// takeScratch returns a scratch of the given size. It allocates nothing after
// reserveScratch of that size.
func takeScratch(size *scratchSize) *convScratch {
	s := convScratches.take()
	s.grow(size)
	return s
}

// reserveScratch makes sure that every goroutine that works on one of the chunks
// finds a scratch that is large enough.
func reserveScratch(chunks int, size *scratchSize) {
	convScratches.reserve(min(chunks, runtime.GOMAXPROCS(0)))
	convScratches.each(func(s *convScratch) { s.grow(size) })
}

func (s *convScratch) grow(size *scratchSize) {
	s.grid = atLeast(s.grid, size.grid)
	s.patches = atLeast(s.patches, size.patches)
	s.product = atLeast(s.product, size.product)
	if len(s.tiles) < size.tiles {
		s.tiles = make([]int, size.tiles)
	}
}

// atLeast returns x if it has n elements or more, else a new slice of n.
func atLeast(x []float32, n int) []float32 {
	if len(x) < n {
		return allocate(n)
	}
	return x
}

// floatBuffer is memory that a whole operation works in.
type floatBuffer struct{ data []float32 }

var floatBuffers = freeList[floatBuffer]{new: func() *floatBuffer { return new(floatBuffer) }}

// productArgs are the arguments of the pass that makes y or dx.
type productArgs struct {
	convolution
	pass     pass
	dst, src []float32
	bias     []float32
	beta     float32

	channels, rows int // of a group: in the source and in the result
	blockChannels  int // channels of a block
	cutting        cutting
	rowChunk       int // rows of the result in a chunk
	rowChunks      int
	w              []float32 // the weight
	blocks         []float32 // the weight, block by block: see arrangeWeight
	chunks         int
	need           scratchSize
}

// product computes dst = beta·dst + the product of the weight with the patches
// of src, + bias.
func (c *convolution) product(p *pass, dst, src, w, bias []float32, beta float32) {
	buffer := floatBuffers.take()
	buffer.data = atLeast(buffer.data, len(w))
	if k := c.plan(p, dst, src, w, bias, beta, buffer.data); k.chunks > 0 {
		reserveScratch(k.chunks, &k.need)
		convProduct.Run(k.chunks, 1, k)
	}
	floatBuffers.put(buffer)
}

// plan returns the arguments of product. It arranges the weight in buffer, which
// has room for all of its taps in the pass. Where there is none, for which beta is
// not 0, it does the work itself, and there are no chunks.
func (c *convolution) plan(p *pass, dst, src, w, bias []float32, beta float32, buffer []float32) productArgs {
	k := productArgs{convolution: *c, pass: *p, dst: dst, src: src, w: w, bias: bias, beta: beta}
	k.channels, k.rows = c.in, c.out
	if p.backward {
		k.channels, k.rows = c.out, c.in
	}
	taps := p.numTaps()
	k.blockChannels = evenly(k.channels, max(1, blockDepth/max(1, taps)))
	k.cutting = p.cut(c.n, k.blockChannels, ceilDiv(wantedChunks, c.groups))
	k.rowChunk, k.rowChunks = k.rows, 1
	if chunks := k.cutting.parts * c.groups; chunks < wantedChunks {
		k.rowChunk = min(k.rows, max(minColumns, ceilDiv(k.rows*chunks, wantedChunks)))
		k.rowChunks = ceilDiv(k.rows, k.rowChunk)
	}
	if taps == 0 {
		if beta != 1 {
			scalePhase.Run(c.n*c.groups*k.rows, max(1, cheapGrain/max(1, 4*volume(p.positions))), k)
		}
		return k
	}
	if !p.backward && k.blockChannels == k.channels {
		k.blocks = w // one block: as it lies
	} else {
		k.blocks = buffer
		arrangeWeight.Run(c.groups*ceilDiv(k.channels, k.blockChannels), max(1, cheapGrain/(k.rows*k.blockChannels*taps)), k)
	}
	images, slab := k.cutting.images, p.slab(0, k.cutting.lines)
	k.chunks = c.groups * k.cutting.parts * k.rowChunks
	k.need.grid = images * k.blockChannels * slab.grid.plane()
	k.need.patches = k.blockChannels * taps * blockColumns
	if !p.inPlace(images) {
		k.need.product = k.rowChunk * images * volume(slab.positions)
	}
	return k
}

// scalePhase multiplies the elements of dx that no tap reaches by beta.
var scalePhase = NewKernel(func(lo, hi int, k *productArgs) {
	plane := volume(k.pass.destination)
	p := &k.pass
	for row := lo; row < hi; row++ {
		dst := k.dst[row*plane:]
		for p0 := range p.positions[0] {
			for p1 := range p.positions[1] {
				line := dst[((p0*p.step[0]+p.first[0])*p.destination[1]+p1*p.step[1]+p.first[1])*p.destination[2]+p.first[2]:]
				for p2 := range p.positions[2] {
					line[p2*p.step[2]] *= k.beta
				}
			}
		}
	}
})

// arrangeWeight writes blocks of the weight, one for each group and block of
// channels: a matrix with the rows of the result and, for each of the channels,
// the taps.
var arrangeWeight = NewKernel(func(lo, hi int, k *productArgs) {
	p, taps := &k.pass, k.pass.numTaps()
	perGroup := ceilDiv(k.channels, k.blockChannels)
	for i := lo; i < hi; i++ {
		group, first := i/perGroup, i%perGroup*k.blockChannels
		count := min(k.blockChannels, k.channels-first)
		depth := count * taps
		dst := k.blocks[k.rows*taps*(group*k.channels+first):]
		switch {
		case !p.backward:
			asm.CopyBlocks(dst, depth, 0, k.w[taps*(group*k.rows*k.channels+first):], k.channels*taps, 0, k.rows, 1, depth)
		case p.allTaps(k.kernelPlane):
			// The channels of the source are the weight's rows.
			asm.CopyBlocks(dst, depth, taps, k.w[taps*k.rows*(group*k.channels+first):], taps, k.rows*taps, k.rows, count, taps)
		default:
			src := k.w[k.kernelPlane*k.rows*(group*k.channels+first):]
			for t := range taps {
				tap := p.tap(t)
				at := (tap[0]*k.k[1]+tap[1])*k.k[2] + tap[2]
				for row := range k.rows {
					for c := range count {
						dst[row*depth+c*taps+t] = src[(c*k.rows+row)*k.kernelPlane+at]
					}
				}
			}
		}
	}
})

var convProduct = NewKernel(func(lo, hi int, k *productArgs) {
	s := takeScratch(&k.need)
	for i := lo; i < hi; i++ {
		k.chunk(s, i)
	}
	convScratches.put(s)
})

// chunk computes some rows of a part of the images of a group.
func (k *productArgs) chunk(s *convScratch, i int) {
	row := i % k.rowChunks * k.rowChunk
	rows := min(k.rowChunk, k.rows-row)
	i /= k.rowChunks
	group := i / k.cutting.parts
	image, images, p := k.cutting.part(&k.pass, i%k.cutting.parts, k.n)

	srcPlane, dstPlane := volume(p.grid.source), volume(p.destination)
	srcImage, dstImage := k.groups*k.channels*srcPlane, k.groups*k.rows*dstPlane
	src := k.src[image*srcImage+group*k.channels*srcPlane:]
	dst := k.dst[image*dstImage+(group*k.rows+row)*dstPlane:]
	taps, columns := p.numTaps(), volume(p.positions)

	// Positions that lie together in the destination are computed there.
	c, ldc := s.product, images*columns
	inPlace := p.inPlace(images)
	if inPlace {
		c, ldc = dst[p.first[0]*p.destination[1]*p.destination[2]:], dstPlane
	} else if k.beta != 0 {
		for j := range images {
			p.load(c[j*columns:], ldc, dst[j*dstImage:], rows)
		}
	}
	beta := k.beta
	for first := 0; first < k.channels; first += k.blockChannels {
		channels := min(k.blockChannels, k.channels-first)
		w := k.blocks[taps*(k.rows*(group*k.channels+first)+row*channels):]
		g := p.view(s, src[first*srcPlane:], srcImage, channels, images)
		for b := p.firstBlock(images, blockColumns); b.columns > 0; b = p.nextBlock(b) {
			patches, ld := p.patches(s, &g, &b)
			for r := 0; r < rows; r += blockDepth {
				asm.Gemm(s.workspace, false, false, min(blockDepth, rows-r), b.columns, channels*taps,
					w[r*channels*taps:], channels*taps, patches, ld, beta, c[r*ldc+b.at:], ldc, asm.Epilogue{})
			}
		}
		beta = 1
	}
	if k.bias != nil {
		for r := range rows {
			line := c[r*ldc:][:images*columns]
			asm.AddScalar(line, line, k.bias[group*k.rows+row+r])
		}
	}
	if !inPlace {
		for j := range images {
			p.store(dst[j*dstImage:], c[j*columns:], ldc, rows)
		}
	}
}
