package tensor

import "github.com/seed-312a1f22/dyad/asm"

// A chunk of the weight's gradient has at most so many channels of the source, and so
// many elements of dU.
const (
	strideDepth = 64
	strideSums  = 1 << 20
)

type strideWeightArgs struct {
	indirectWeightArgs
	geometry    strideGeometry
	panelChunk  int // panels in a chunk
	panelChunks int
}

// strideWeight is indirectWeight by the fast algorithms: a chunk computes dU of a block
// of channels and some panels over a range of the images, and from it dwᵀ.
func (c *convolution) strideWeight(dw, x, dy []float32, beta float32) {
	k := strideWeightArgs{indirectWeightArgs: indirectWeightArgs{convolution: *c, dw: dw, x: x, dy: dy, beta: beta}}
	k.panels = ceilDiv(c.out, panelWidth)
	k.blockChannels = (evenly(c.in, strideDepth) + 7) &^ 7
	k.blocks = c.groups * ceilDiv(c.in, k.blockChannels)
	k.panelChunk = max(1, min(k.panels, strideSums/(100*k.blockChannels*panelWidth)))
	k.panelChunks = ceilDiv(k.panels, k.panelChunk)
	wanted := ceilDiv(wantedChunks, k.blocks*k.panelChunks)
	k.images = c.strideImages(strideWeightPositions, wanted)
	k.parts = ceilDiv(c.n, k.images)
	k.ranges = min(wanted, k.parts)

	table, sums := strideTables.take(), floatBuffers.take()
	k.geometry = c.newStrideGeometry(table, false, k.blockChannels, k.images)
	g := &k.geometry
	sums.data = atLeast(sums.data, k.ranges*k.rangeSize())
	k.sums = sums.data
	k.need = scratchSize{
		grid:    k.images * (g.frame + k.panelChunk*c.yPlane*panelWidth),
		patches: max(g.v, c.xPlane*g.depth),
		product: k.panelChunk*g.places*k.blockChannels*panelWidth + g.m + g.middle, // and more than indirectTotal needs
	}
	chunks := k.blocks * k.panelChunks * k.ranges
	reserveScratch(max(chunks, k.blocks*k.panels), &k.need)
	strideSum.Run(chunks, 1, k)
	indirectTotal.Run(k.blocks*k.panels, 1, k.indirectWeightArgs)
	floatBuffers.put(sums)
	strideTables.put(table)
}

var strideSum = NewKernel(func(lo, hi int, k *strideWeightArgs) {
	s := takeScratch(&k.need)
	g := &k.geometry
	for j := range k.images {
		g.clearPadding(s.grid[j*g.frame:])
	}
	if k.out%panelWidth > 0 { // channels that a panel lacks
		clear(s.grid[k.images*g.frame : k.need.grid])
	}
	for i := lo; i < hi; i++ {
		k.chunk(s, i/k.ranges/k.panelChunks, i/k.ranges%k.panelChunks*k.panelChunk, i%k.ranges)
	}
	convScratches.put(s)
})

func (k *strideWeightArgs) chunk(s *convScratch, block, firstPanel, r int) {
	g := &k.geometry
	panels := min(k.panelChunk, k.panels-firstPanel)
	group, first, channels := k.blockOf(block, k.blocks, k.blockChannels)
	xImage, yImage := k.groups*k.in*k.xPlane, k.groups*k.out*k.yPlane
	matrix, grads := g.depth*panelWidth, k.images*k.yPlane*panelWidth
	du, dy := s.product[:panels*g.places*matrix], s.grid[k.images*g.frame:]
	m, middle := s.product[len(du):][:g.m], s.product[len(du)+g.m:]
	rows, columns := g.matrixRows.First(channels), g.channels.First(channels)
	lo, hi := r*k.parts/k.ranges, (r+1)*k.parts/k.ranges
	for part := lo; part < hi; part++ {
		image := part * k.images
		images := min(k.images, k.n-image)
		for j := range images {
			g.fill(s.grid[j*g.frame:], k.x[(image+j)*xImage+(group*k.in+first)*k.xPlane:], s.patches, channels)
			for panel := range panels {
				out := (firstPanel + panel) * panelWidth
				asm.Transpose(dy[panel*grads+j*k.yPlane*panelWidth:], panelWidth, k.dy[(image+j)*yImage+(group*k.out+out)*k.yPlane:],
					k.yPlane, min(panelWidth, k.out-out), k.yPlane)
			}
		}
		after := image + images
		next := g.ahead(k.x, after, k.n, (group*k.in+first)*k.xPlane, xImage, channels*k.xPlane)
		for i := range g.parts {
			p := &g.parts[i]
			at := p.from.First(images * p.tiles)
			if i == g.second {
				next = g.ahead(k.dy, after, k.n, (group*k.out+firstPanel*panelWidth)*k.yPlane, yImage, min(panels*panelWidth, k.out-firstPanel*panelWidth)*k.yPlane)
			}
			if !p.direct {
				p.input.apply(s.patches, s.grid, middle, g.depth, images, false)
			}
			for panel := range panels {
				to, dy := du[(panel*g.places+p.before)*matrix:], dy[panel*grads:][:grads]
				if p.direct {
					next = asm.IndirectGemm(to, &rows, s.grid, &columns, &at, dy, part > lo, next)
					continue
				}
				p.outputGrad.apply(m, dy, middle, panelWidth, images, false)
				next = asm.IndirectGemmBatch(p.places, to, matrix, &rows, s.patches, p.vStep, &columns, &at, m, p.mStep, part > lo, next)
			}
		}
	}
	for panel := range panels {
		sum := k.sum(group, first, channels, firstPanel+panel, r)
		clear(sum) // tiles of all sizes make a part of it
		for i := range g.parts {
			p := &g.parts[i]
			from := du[(panel*g.places+p.before)*matrix:]
			for c := 0; c < channels; c += kernelBlock {
				if !p.direct {
					p.kernelGrad.apply(sum[9*c*panelWidth:], from[c*panelWidth:], middle, panelWidth, 1, true)
					continue
				}
				for j := c; j < c+kernelBlock; j++ {
					copy(sum[9*j*panelWidth+p.tap:][:panelWidth], from[j*panelWidth:])
				}
			}
		}
	}
}
