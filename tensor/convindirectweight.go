package tensor

import "github.com/seed-312a1f22/dyad/asm"

// The weight's gradient the same way: a vector holds output channels of dy, which is
// transposed, and what it is multiplied by are elements of the padded x,
//
//	dwᵀ[(c, t), o] = Σ grid[from(c, t) + at(n, p)]·dyᵀ[(n, p), o]
//
// As in convweight.go a chunk computes a block of the channels over a range of the
// images. It sweeps over the block's dwᵀ, for all output channels, once for each
// part of the images: that is at most indirectSums elements, which take 1 MiB. A part
// has at most indirectDepth positions, or one image.
const (
	indirectSums = 1 << 18
	indirectGrid = 1 << 17 // elements of a part's grid: half of an L2 of 1 MiB
)

type indirectWeightArgs struct {
	convolution
	dw, x, dy []float32
	beta      float32

	blockChannels int
	blocks        int // of all groups
	layout        layout
	images, parts int
	ranges        int
	panels        int
	from, to, at  asm.Places
	sums          []float32 // dwᵀ of each range, group, block and panel
	need          scratchSize
}

func (c *convolution) indirectWeight(dw, x, dy []float32, beta float32) {
	k := indirectWeightArgs{convolution: *c, dw: dw, x: x, dy: dy, beta: beta}
	k.panels = ceilDiv(c.out, panelWidth)
	k.blockChannels = evenly(c.in, max(1, indirectSums/(c.kernelPlane*k.panels*panelWidth)))
	k.blocks = c.groups * ceilDiv(c.in, k.blockChannels)
	k.images = max(1, min(c.n, indirectDepth/c.yPlane))
	g, step := c.padded()
	k.images = max(1, min(k.images, indirectGrid/(k.blockChannels*g.plane())))
	k.parts = ceilDiv(c.n, k.images)
	k.ranges = max(1, min(ceilDiv(wantedChunks, k.blocks), k.parts))
	k.layout = newLayout(g, k.blockChannels, c.groups*c.in*c.xPlane)

	table := offsetBuffers.take()
	size := k.layout.grid.size
	data := table.data[:0]
	for channel := range k.blockChannels {
		data = lattice(data, channel*k.layout.plane, 1, [3]int{}, c.dilation, c.k, size)
	}
	rows := len(data)
	for row := range rows {
		data = append(data, row*panelWidth)
	}
	for j := range k.images {
		data = lattice(data, j*k.layout.image, 1, [3]int{}, step, c.y, size)
	}
	k.from, k.to, k.at = asm.NewPlaces(data[:rows]), asm.NewPlaces(data[rows:2*rows]), asm.NewPlaces(data[2*rows:])
	table.data = data

	sums := floatBuffers.take()
	sums.data = atLeast(sums.data, k.ranges*k.rangeSize())
	k.sums = sums.data
	k.need.grid = k.layout.size(k.images)
	k.need.product = panelWidth * max(k.images*c.yPlane, k.blockChannels*c.kernelPlane)
	reserveScratch(k.blocks*max(k.ranges, k.panels), &k.need)
	indirectSum.Run(k.blocks*k.ranges, 1, k)
	indirectTotal.Run(k.blocks*k.panels, 1, k)
	floatBuffers.put(sums)
	offsetBuffers.put(table)
}

// rangeSize returns how many elements the sums of a range have.
func (k *indirectWeightArgs) rangeSize() int {
	return k.groups * k.in * k.kernelPlane * k.panels * panelWidth
}

// sum returns where the sum of a panel of a block over a range is.
func (k *indirectWeightArgs) sum(group, first, channels, panel, r int) []float32 {
	at := r*k.rangeSize() + k.kernelPlane*panelWidth*((group*k.in+first)*k.panels+channels*panel)
	return k.sums[at:][:k.kernelPlane*panelWidth*channels]
}

var indirectSum = NewKernel(func(lo, hi int, k *indirectWeightArgs) {
	s := takeScratch(&k.need)
	clear(s.grid[:k.need.grid])
	for i := lo; i < hi; i++ {
		k.chunk(s, i/k.ranges, i%k.ranges)
	}
	convScratches.put(s)
})

func (k *indirectWeightArgs) chunk(s *convScratch, block, r int) {
	group, first, channels := k.blockOf(block, k.blocks, k.blockChannels)
	xImage, yImage := k.groups*k.in*k.xPlane, k.groups*k.out*k.yPlane
	rows := channels * k.kernelPlane
	if k.parts == 0 {
		for panel := range k.panels {
			clear(k.sum(group, first, channels, panel, r))
		}
	}
	lo, hi := r*k.parts/k.ranges, (r+1)*k.parts/k.ranges
	for part := lo; part < hi; part++ {
		image := part * k.images
		images := min(k.images, k.n-image)
		positions := images * k.yPlane
		a := k.layout.fill(s.grid, k.x[image*xImage+(group*k.in+first)*k.xPlane:], xImage, channels, images)
		var next []float32
		if part+1 < hi { // all of it if an image is one block
			next = k.x[(image+images)*xImage+(group*k.in+first)*k.xPlane:]
			next = next[:min(len(next), k.images*channels*k.xPlane)]
		}
		to, from, at := k.to.First(rows), k.from.First(rows), k.at.First(positions)
		for panel := range k.panels {
			out := panel * panelWidth
			n := min(panelWidth, k.out-out)
			dy := s.product[:positions*panelWidth]
			if n < panelWidth {
				clear(dy)
			}
			for j := range images {
				asm.Transpose(dy[j*k.yPlane*panelWidth:], panelWidth, k.dy[(image+j)*yImage+(group*k.out+out)*k.yPlane:], k.yPlane, n, k.yPlane)
			}
			next = asm.IndirectGemm(k.sum(group, first, channels, panel, r), &to, a, &from, &at, dy, part > lo, next)
		}
	}
}

// indirectTotal adds up the ranges and writes dw, one panel of a block at a time.
var indirectTotal = NewKernel(func(lo, hi int, k *indirectWeightArgs) {
	s := takeScratch(&k.need)
	for i := lo; i < hi; i++ {
		group, first, channels := k.blockOf(i/k.panels, k.blocks, k.blockChannels)
		panel := i % k.panels
		out, rows, ld := panel*panelWidth, channels*k.kernelPlane, k.in*k.kernelPlane
		n := min(panelWidth, k.out-out)
		total := k.sum(group, first, channels, panel, 0)
		for r := 1; r < k.ranges; r++ {
			asm.Add(total, total, k.sum(group, first, channels, panel, r))
		}
		dw := k.dw[((group*k.out+out)*k.in+first)*k.kernelPlane:]
		if k.beta != 0 {
			before := s.product[:rows*panelWidth]
			asm.Transpose(before, panelWidth, dw, ld, n, rows)
			asm.Axpy(total, k.beta, before)
		}
		asm.Transpose(dw, ld, total, panelWidth, rows, n)
	}
	convScratches.put(s)
})
