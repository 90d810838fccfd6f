package tensor

import "github.com/seed-312a1f22/dyad/asm"

// The gradient of the weight is, for each channel and tap, a sum over all
// positions of all images:
//
//	dwᵀ[(c, t), o] = Σ patches[(c, t), p]·dy[o, p]
//
// A chunk computes a block of its rows over a range of the images, and the
// ranges' sums are then added up in order. How many ranges there are depends on
// the shapes alone. A block is twice as deep as one of the other products and
// half as wide, since dy is packed once for each of them.
const (
	weightDepth   = 2 * blockDepth
	weightColumns = blockColumns / 2
)

// weightArgs are the arguments of the weight's gradient.
type weightArgs struct {
	convolution
	pass      pass
	dw, x, dy []float32
	beta      float32

	blockChannels int
	blocks        int // of all groups
	cutting       cutting
	ranges        int
	sums          []float32 // dwᵀ of each range, block by block
	need          scratchSize
}

func (c *convolution) weightGrad(p *pass, dw, x, dy []float32, beta float32) {
	k := weightArgs{convolution: *c, pass: *p, dw: dw, x: x, dy: dy, beta: beta}
	k.blockChannels = evenly(c.in, max(1, weightDepth/c.kernelPlane))
	k.blocks = c.groups * ceilDiv(c.in, k.blockChannels)
	k.cutting = k.pass.cut(c.n, k.blockChannels, 1)
	k.cutting.images = min(k.cutting.images, max(1, weightColumns/c.yPlane))
	k.cutting.parts = ceilDiv(c.n, k.cutting.images) * k.cutting.slabs
	k.ranges = max(1, min(ceilDiv(wantedChunks, k.blocks), k.cutting.parts))

	sums := floatBuffers.take()
	sums.data = atLeast(sums.data, k.ranges*len(dw))
	k.sums = sums.data
	slab := k.pass.slab(0, k.cutting.lines)
	images := k.cutting.images
	k.need.grid = images * k.blockChannels * slab.grid.plane()
	k.need.patches = k.blockChannels * c.kernelPlane * weightColumns
	if images > 1 {
		k.need.product = images * c.out * c.yPlane
	}
	reserveScratch(k.blocks*k.ranges, &k.need)
	weightSums.Run(k.blocks*k.ranges, 1, k)
	weightTotal.Run(k.blocks*ceilDiv(c.out, weightRows), 1, k)
	floatBuffers.put(sums)
}

// blockOf returns the group of a block, its first channel, and how many it has, all
// groups having so many blocks of so many channels.
func (c *convolution) blockOf(i, blocks, blockChannels int) (group, first, channels int) {
	perGroup := blocks / c.groups
	first = i % perGroup * blockChannels
	return i / perGroup, first, min(blockChannels, c.in-first)
}

// sum returns where the sum of a block over a range is: dwᵀ, its rows out apart.
func (k *weightArgs) sum(group, first, i int) []float32 {
	return k.sums[i*len(k.dw)+(group*k.in+first)*k.kernelPlane*k.out:]
}

var weightSums = NewKernel(func(lo, hi int, k *weightArgs) {
	s := takeScratch(&k.need)
	for i := lo; i < hi; i++ {
		k.chunk(s, i/k.ranges, i%k.ranges)
	}
	convScratches.put(s)
})

func (k *weightArgs) chunk(s *convScratch, block, r int) {
	group, first, channels := k.blockOf(block, k.blocks, k.blockChannels)
	sum := k.sum(group, first, r)
	rows := channels * k.kernelPlane
	if k.n == 0 {
		clear(sum[:rows*k.out])
		return
	}
	xImage, yImage := k.groups*k.in*k.xPlane, k.groups*k.out*k.yPlane
	beta := float32(0)
	for part := r * k.cutting.parts / k.ranges; part < (r+1)*k.cutting.parts/k.ranges; part++ {
		image, images, p := k.cutting.part(&k.pass, part, k.n)
		positions := volume(p.positions)
		dy, ld := k.dy[image*yImage+group*k.out*k.yPlane+p.first[0]*k.y[1]*k.y[2]:], k.yPlane
		if images > 1 { // side by side, as the columns of the patches
			ld = images * positions
			for j := range images {
				asm.CopyBlocks(s.product[j*positions:], ld, 0, dy[j*yImage:], k.yPlane, 0, k.out, 1, positions)
			}
			dy = s.product
		}
		g := p.view(s, k.x[image*xImage+(group*k.in+first)*k.xPlane:], xImage, channels, images)
		for b := p.firstBlock(images, weightColumns); b.columns > 0; b = p.nextBlock(b) {
			patches, ldp := p.patches(s, &g, &b)
			asm.Gemm(s.workspace, false, true, rows, k.out, b.columns, patches, ldp, dy[b.at:], ld, beta, sum, k.out, asm.Epilogue{})
			beta = 1
		}
	}
}

// A chunk adds up weightRows output channels of a block, weightLines rows of dwᵀ at
// a time: what it transposes stays in L1, and a line of dw is written at once.
const (
	weightRows  = 32
	weightLines = 16
)

// weightTotal adds up the ranges and writes dw.
var weightTotal = NewKernel(func(lo, hi int, k *weightArgs) {
	perBlock := ceilDiv(k.out, weightRows)
	for i := lo; i < hi; i++ {
		group, first, channels := k.blockOf(i/perBlock, k.blocks, k.blockChannels)
		o0 := i % perBlock * weightRows
		n := min(weightRows, k.out-o0)
		var total [weightLines * weightRows]float32
		dw := k.dw[((group*k.out+o0)*k.in+first)*k.kernelPlane:]
		ld := k.in * k.kernelPlane
		rows := channels * k.kernelPlane
		for row := 0; row < rows; row += weightLines {
			lines := min(weightLines, rows-row)
			for r := range lines {
				at := (row+r)*k.out + o0
				sum := total[r*weightRows:][:n]
				copy(sum, k.sum(group, first, 0)[at:])
				for j := 1; j < k.ranges; j++ {
					asm.Add(sum, sum, k.sum(group, first, j)[at:][:n])
				}
			}
			for o := range n {
				line := dw[o*ld+row:][:lines]
				for r := range line {
					v := total[r*weightRows+o]
					if k.beta != 0 {
						v += float32(k.beta * line[r])
					}
					line[r] = v
				}
			}
		}
	}
})
