package tensor

import "github.com/seed-312a1f22/dyad/asm"

// A chunk of the weight's gradient computes dU of a block of channels over a range
// of the images, and of that dw; the ranges' dw are then added up in order.
const (
	gradChannels = 128 // channels of a block
	gradRows     = 64  // rows of dU that are computed at once, if the range has one part
)

type winogradWeightArgs struct {
	tiling
	groups, in, out int
	dw, x, dy       []float32
	beta            float32
	channels        int // of a block
	blocks          int // of all groups
	rows            int // of dU at once
	ranges          int
	sums            []float32 // dw of each range, if there are several
	need            scratchSize
}

func (c *convolution) winogradWeightGrad(dw, x, dy []float32, beta float32) {
	k := winogradWeightArgs{groups: c.groups, in: c.in, out: c.out, dw: dw, x: x, dy: dy, beta: beta}
	k.channels = evenly(c.in, gradChannels)
	k.blocks = c.groups * ceilDiv(c.in, k.channels)
	wanted := ceilDiv(wantedChunks/2, k.blocks)
	k.tiling = newTiling(c.n, [2]int{c.x[0], c.x[2]}, [2]int{c.y[0], c.y[2]}, [2]int{c.padding[0], c.padding[2]}, wanted)
	k.ranges = max(1, min(2*wanted, k.parts))
	k.rows = c.out
	if k.parts == k.ranges {
		k.rows = evenly(c.out, gradRows)
	}
	largest := k.part(0)
	source, result, tiles := k.sourceFrame(largest), k.resultFrame(largest), vectors(k.most())
	k.need = scratchSize{
		grid:    k.images * max(source.plane(), result.plane()),
		patches: places * apart(k.channels*tiles),
		product: places*(apart(k.rows*tiles)+apart(k.rows*k.channels)) + 2*9*k.channels,
		tiles:   tiles,
	}
	sums := floatBuffers.take()
	if k.ranges > 1 {
		sums.data = atLeast(sums.data, k.ranges*len(dw))
		k.sums = sums.data
	}
	reserveScratch(k.blocks*k.ranges, &k.need)
	winogradGrad.Run(k.blocks*k.ranges, 1, k)
	if k.ranges > 1 {
		winogradTotal.Run(len(dw), cheapGrain, k)
	}
	floatBuffers.put(sums)
}

var winogradGrad = NewKernel(func(lo, hi int, k *winogradWeightArgs) {
	s := takeScratch(&k.need)
	for i := lo; i < hi; i++ {
		k.chunk(s, i/k.ranges, i%k.ranges)
	}
	convScratches.put(s)
})

func (k *winogradWeightArgs) chunk(s *convScratch, block, r int) {
	perGroup := k.blocks / k.groups
	group, first := block/perGroup, block%perGroup*k.channels
	channels := min(k.channels, k.in-first)
	dw, beta := k.dw, k.beta
	if k.ranges > 1 {
		dw, beta = k.sums[r*len(k.dw):], 0
	}
	lo, hi := r*k.parts/k.ranges, (r+1)*k.parts/k.ranges
	uStep := apart(k.rows * channels)
	m := s.product[places*uStep:]
	work := s.product[len(s.product)-2*9*k.channels:]
	if lo == hi { // no images
		clear(s.product[:places*uStep])
	}
	for o := 0; o < k.out; o += k.rows {
		rows := min(k.rows, k.out-o)
		for i := lo; i < hi; i++ {
			p := k.part(i)
			ld := vectors(p.tiles)
			if o == 0 { // else the one part's is there
				plane := k.source[0] * k.source[1]
				k.transformSource(s.patches, channels, s, k.x[((p.image*k.groups+group)*k.in+first)*plane:], k.groups*k.in*plane, channels, p)
			}
			k.transformGrad(m, s, group, o, rows, p)
			for place := range places {
				asm.Gemm(s.workspace, false, true, rows, channels, p.tiles, m[place*apart(rows*ld):], ld, s.patches[place*apart(channels*ld):], ld,
					float32(min(i-lo, 1)), s.product[place*uStep:], channels, asm.Epilogue{})
			}
		}
		for row := range rows {
			asm.WinogradKernelGrad(work, channels, s.product[row*channels:], uStep, channels)
			line := dw[((group*k.out+o+row)*k.in+first)*9:][:9*channels]
			if beta == 0 {
				asm.Transpose(line, 9, work, channels, 9, channels)
				continue
			}
			sum := work[9*channels:][:9*channels]
			asm.Transpose(sum, 9, work, channels, 9, channels)
			addTo(line, sum, beta)
		}
	}
}

// addTo adds x to beta times dst.
func addTo(dst, x []float32, beta float32) {
	if beta != 1 {
		asm.Scale(dst, dst, beta)
	}
	asm.Add(dst, dst, x)
}

// transformGrad writes dM of some output channels of a part, as transformSource
// does V.
func (k *winogradWeightArgs) transformGrad(m []float32, s *convScratch, group, first, rows int, p tilePart) {
	f, plane := k.resultFrame(p), k.result[0]*k.result[1]
	clear(s.grid[:p.images*f.plane()])
	tiles := k.tiles(s.tiles, p, &f)
	for o := range rows {
		f.load(s.grid, k.dy[((p.image*k.groups+group)*k.out+first+o)*plane:], k.groups*k.out*plane, p.images)
		asm.WinogradOutputGrad(m[o*len(tiles):], apart(rows*len(tiles)), s.grid, f.width, tiles)
	}
}

// winogradTotal adds up the ranges.
var winogradTotal = NewKernel(func(lo, hi int, k *winogradWeightArgs) {
	sum := k.sums[lo:hi]
	for r := 1; r < k.ranges; r++ {
		asm.Add(sum, sum, k.sums[r*len(k.dw)+lo:][:hi-lo])
	}
	if k.beta == 0 {
		copy(k.dw[lo:hi], sum)
		return
	}
	addTo(k.dw[lo:hi], sum, k.beta)
})
