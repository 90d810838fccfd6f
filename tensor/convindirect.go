package tensor

import "github.com/seed-312a1f22/dyad/asm"

// Where the result has enough channels to fill vectors, nothing is gathered: a
// vector holds channels of the packed weight, and what it is multiplied by, elements
// of the padded source one at a time, may lie anywhere. asm.IndirectGemm finds them by
// tables: an image and a position begin at one offset, a channel and a tap add
// another,
//
//	buffer[to(n, p), o] = Σ grid[from(n, p) + at(c, t)]·w[(c, t), o]
//
// The products come out with the channels side by side, position after position, and
// are transposed on their way to y or dx. The phases of dx meet in that buffer.

// A panel is what IndirectGemm computes at a time: so many channels of the result.
const panelWidth = asm.IndirectColumns

// The tables and the buffer of a panel are for whole images: indirectPlane elements
// for panelWidth channels take 512 KiB. Depth and rows are as long as those of other
// products at most, and cut for the same reasons.
const (
	indirectPlane = 1 << 12
	indirectDepth = 512 // of a block: channels with all their taps
	indirectRows  = 256 // positions of a part, if its images are small

	indirectChunks = 4 * wantedChunks // each clears the padding of its grid once
)

// indirect reports whether a result with so many channels in a group, and elements
// in a channel, is made so: unless more than a fifth of the vectors would be empty.
func (c *convolution) indirect(channels, plane int) bool {
	return panelWidth*ceilDiv(channels, panelWidth)*4 <= channels*5 && plane <= indirectPlane
}

// offsets are the tables of a pass.
type offsets struct {
	taps   int
	before int        // taps of the passes before it
	index  []int      // where in a kernel its taps are
	at     asm.Places // in the grid: channels with their taps
	from   asm.Places // in the grid: images with their positions
	to     asm.Places // in the buffer: the same
}

type offsetBuffer struct {
	data   []int
	passes []offsets
}

var offsetBuffers = freeList[offsetBuffer]{new: func() *offsetBuffer { return new(offsetBuffer) }}

// lattice appends base + Σ (first + i·step)·unit for all i < count to a table, the
// last axis changing fastest. The unit of an axis is the size of those behind it.
func lattice(table []int, base, unit int, first, step, count, size [3]int) []int {
	unit1 := unit * size[2]
	unit0 := unit1 * size[1]
	base += first[0]*unit0 + first[1]*unit1 + first[2]*unit
	for i0 := range count[0] {
		for i1 := range count[1] {
			at := base + i0*step[0]*unit0 + i1*step[1]*unit1
			for i2 := range count[2] {
				table = append(table, at+i2*step[2]*unit)
			}
		}
	}
	return table
}

// padded returns the layout of x with its padding, and without what a kernel of
// length 1 does not see, and how far positions are apart in it.
func (c *convolution) padded() (g grid, step [3]int) {
	g = grid{source: c.x, phases: [3]int{1, 1, 1}, step: [3]int{1, 1, 1}}
	step = c.stride
	for i := range 3 {
		g.first[i] = -c.padding[i]
		g.size[i] = (c.y[i]-1)*c.stride[i] + (c.k[i]-1)*c.dilation[i] + 1
		if c.k[i] == 1 {
			g.size[i], g.step[i], step[i] = c.y[i], c.stride[i], 1
		}
	}
	return g, step
}

// paddedGrad returns the layout of dy in which all phases of dx find theirs.
func (c *convolution) paddedGrad() grid {
	g := grid{source: c.y, phases: [3]int{1, 1, 1}, step: [3]int{1, 1, 1}}
	for i := range volume(c.stride) {
		p := c.backward(c.phase(i))
		if p.numTaps() == 0 || volume(p.positions) == 0 {
			continue
		}
		for axis := range 3 {
			first, end := p.grid.first[axis], p.grid.first[axis]+p.grid.size[axis]
			if g.size[axis] > 0 {
				first, end = min(first, g.first[axis]), max(end, g.first[axis]+g.size[axis])
			}
			g.first[axis], g.size[axis] = first, end-first
		}
	}
	return g
}

// layout is the grid of some channels of some images, whose distances depend
// neither on how many channels nor on how many images there are.
type layout struct {
	grid         grid
	plane, image int // from channel to channel and from image to image
	inPlace      bool
}

func newLayout(g grid, channels, imageInPlace int) layout {
	if g.inPlace() {
		return layout{g, volume(g.source), imageInPlace, true}
	}
	return layout{g, g.plane(), channels * g.plane(), false}
}

// size returns how many elements of scratch the grid needs.
func (s *layout) size(images int) int {
	if s.inPlace {
		return 0
	}
	return images * s.image
}

// fill returns the grid of channels from the start of src on: src itself or scratch,
// whose first size elements were zero before the first call.
func (s *layout) fill(scratch, src []float32, srcImage, channels, images int) []float32 {
	if s.inPlace {
		return src[s.grid.first[0]*s.grid.source[1]*s.grid.source[2]:]
	}
	for j := range images {
		s.grid.copy(scratch[j*s.image:], src[j*srcImage:], channels)
	}
	return scratch
}

// indirectArgs are the arguments of the pass that makes y or dx.
type indirectArgs struct {
	convolution
	gradient        bool // dx
	dst, src        []float32
	w, bias, packed []float32
	beta            float32

	channels, rows     int // of a group: in the source and in the result
	srcPlane, dstPlane int
	blockChannels      int // channels of a block
	blocks             int // of a group
	layout             layout
	passes             []offsets
	sparse             bool // there are positions without taps
	images, parts      int  // of a part; how many there are of a group
	panels             int
	panelChunk         int // panels in a chunk
	panelChunks        int
	need               scratchSize
}

// indirectProduct computes dst = beta·dst + the product of the weight with the
// patches of src, + bias.
func (c *convolution) indirectProduct(gradient bool, dst, src, w, bias []float32, beta float32) {
	k := indirectArgs{convolution: *c, gradient: gradient, dst: dst, src: src, w: w, bias: bias, beta: beta}
	k.channels, k.rows, k.srcPlane, k.dstPlane = c.in, c.out, c.xPlane, c.yPlane
	if gradient {
		k.channels, k.rows, k.srcPlane, k.dstPlane = c.out, c.in, c.yPlane, c.xPlane
	}
	taps := c.kernelPlane
	if gradient {
		taps = c.mostTaps()
	}
	k.blockChannels = evenly(k.channels, max(1, indirectDepth/taps))
	k.blocks = ceilDiv(k.channels, k.blockChannels)
	k.panels = ceilDiv(k.rows, panelWidth)
	k.images = max(1, min(c.n, indirectRows/c.yPlane))
	for k.images > 1 && ceilDiv(c.n, k.images)*c.groups < wantedChunks && k.images/2*c.yPlane >= minColumns {
		k.images /= 2
	}
	k.parts = ceilDiv(c.n, k.images)
	k.panelChunk = ceilDiv(k.panels, max(1, wantedChunks/max(1, k.parts*c.groups)))
	k.panelChunks = ceilDiv(k.panels, k.panelChunk)

	table, packed := offsetBuffers.take(), floatBuffers.take()
	k.locate(table)
	packed.data = atLeast(packed.data, c.groups*k.channels*c.kernelPlane*k.panels*panelWidth)
	k.packed = packed.data
	k.need.grid = k.layout.size(k.images)
	k.need.product = k.buffer()
	if k.blocks > 1 {
		k.need.product *= k.panelChunk
	}
	k.need.patches = c.kernelPlane * panelWidth
	chunks := c.groups * k.parts * k.panelChunks
	packs := c.groups * k.blocks * k.panels
	reserveScratch(max(chunks, packs), &k.need)
	packPanels.Run(packs, 1, k)
	indirectKernel.Run(chunks, ceilDiv(chunks, indirectChunks), k)
	floatBuffers.put(packed)
	offsetBuffers.put(table)
}

// mostTaps returns how many taps there are in the phase of dx that has most.
func (c *convolution) mostTaps() int {
	most := 1
	for i := range volume(c.stride) {
		p := c.backward(c.phase(i))
		most = max(most, p.numTaps())
	}
	return most
}

// buffer returns the size of a panel's buffer.
func (k *indirectArgs) buffer() int { return k.images * k.dstPlane * panelWidth }

// locate writes the tables.
func (k *indirectArgs) locate(table *offsetBuffer) {
	phases := 1
	g, step := k.padded()
	if k.gradient {
		phases, g, step = volume(k.stride), k.paddedGrad(), [3]int{1, 1, 1}
	}
	k.layout = newLayout(g, k.blockChannels, k.groups*k.channels*k.srcPlane)
	k.passes = table.passes[:0]
	data, taps := table.data[:0], 0
	for i := range phases {
		p := k.forward()
		if k.gradient {
			p = k.backward(k.phase(i))
		}
		var first, tap, tapStep, kernel, kernelStep, count [3]int
		for axis, t := range p.taps {
			kernel[axis], kernelStep[axis], count[axis] = t.first, t.step, t.count
			tap[axis], tapStep[axis] = t.first*k.dilation[axis], t.step*k.dilation[axis]
			if k.gradient {
				first[axis] = p.grid.first[axis] - g.first[axis]
				tap[axis] = p.reach[axis] - tap[axis]/k.stride[axis]
				tapStep[axis] /= -k.stride[axis]
			}
		}
		o := offsets{taps: p.numTaps(), before: taps}
		if o.taps == 0 || volume(p.positions) == 0 {
			k.sparse = true
			continue
		}
		taps += o.taps
		start := len(data)
		data = lattice(data, 0, 1, kernel, kernelStep, count, k.k)
		o.index, start = data[start:], len(data)
		for c := range k.blockChannels {
			data = lattice(data, c*k.layout.plane, 1, tap, tapStep, count, g.size)
		}
		o.at, start = asm.NewPlaces(data[start:]), len(data)
		for j := range k.images {
			data = lattice(data, j*k.layout.image, 1, first, step, p.positions, g.size)
		}
		o.from, start = asm.NewPlaces(data[start:]), len(data)
		for j := range k.images {
			data = lattice(data, j*k.dstPlane*panelWidth, panelWidth, p.first, p.step, p.positions, p.destination)
		}
		o.to = asm.NewPlaces(data[start:])
		k.passes = append(k.passes, o)
	}
	table.data, table.passes = data, k.passes
}

// weights returns where the packed panel of a group, a block of channels and a pass
// is: a row of the panel's channels for each channel of the block and tap.
func (k *indirectArgs) weights(group, first, channels, panel int, o *offsets) []float32 {
	depth := k.kernelPlane*(group*k.channels+first) + o.before*channels
	return k.packed[panelWidth*(depth*k.panels+panel*channels*o.taps):]
}

// packPanels packs the weight.
var packPanels = NewKernel(func(lo, hi int, k *indirectArgs) {
	s := takeScratch(&k.need)
	for i := lo; i < hi; i++ {
		panel, group, first := i%k.panels, i/k.panels/k.blocks, i/k.panels%k.blocks*k.blockChannels
		channels, plane := min(k.blockChannels, k.channels-first), k.kernelPlane
		row := panel * panelWidth
		rows := min(panelWidth, k.rows-row)
		if !k.gradient {
			to := k.weights(group, first, channels, panel, &k.passes[0])
			clear(to[:channels*plane*panelWidth]) // where rows are missing
			asm.Transpose(to, panelWidth, k.w[plane*((group*k.rows+row)*k.channels+first):], k.channels*plane, rows, channels*plane)
			continue
		}
		kernel := s.patches[:plane*panelWidth]
		clear(kernel)
		for c := range channels {
			asm.Transpose(kernel, panelWidth, k.w[plane*((group*k.channels+first+c)*k.rows+row):], plane, rows, plane)
			for j := range k.passes {
				o := &k.passes[j]
				to := k.weights(group, first, channels, panel, o)[c*o.taps*panelWidth:]
				for t, at := range o.index {
					copy(to[t*panelWidth:][:panelWidth], kernel[at*panelWidth:])
				}
			}
		}
	}
	convScratches.put(s)
})

var indirectKernel = NewKernel(func(lo, hi int, k *indirectArgs) {
	s := takeScratch(&k.need)
	clear(s.grid[:k.need.grid])
	for i := lo; i < hi; i++ {
		k.chunk(s, i)
	}
	convScratches.put(s)
})

// chunk computes some panels of a part of the images of a group.
func (k *indirectArgs) chunk(s *convScratch, i int) {
	firstPanel := i % k.panelChunks * k.panelChunk
	i /= k.panelChunks
	group, image := i/k.parts, i%k.parts*k.images
	images := min(k.images, k.n-image)
	srcImage, dstImage := k.groups*k.channels*k.srcPlane, k.groups*k.rows*k.dstPlane
	src := k.src[image*srcImage+group*k.channels*k.srcPlane:]
	for first := 0; first < k.channels; first += k.blockChannels {
		channels := min(k.blockChannels, k.channels-first)
		a := k.layout.fill(s.grid, src[first*k.srcPlane:], srcImage, channels, images)
		next := k.next(group, image, images, first+channels)
		for panel := firstPanel; panel < min(firstPanel+k.panelChunk, k.panels); panel++ {
			c := s.product
			if k.blocks > 1 {
				c = c[(panel-firstPanel)*k.buffer():]
			}
			c = c[:k.buffer()]
			row := panel * panelWidth
			rows := min(panelWidth, k.rows-row)
			dst := k.dst[image*dstImage+(group*k.rows+row)*k.dstPlane:]
			switch {
			case first > 0:
			case k.beta != 0:
				loadPanel(c, dst, dstImage, k.dstPlane, images, rows, k.beta)
			case k.sparse:
				clear(c)
			}
			for j := range k.passes {
				o := &k.passes[j]
				n := o.to.Len() / k.images * images
				to, from, at := o.to.First(n), o.from.First(n), o.at.First(channels*o.taps)
				next = asm.IndirectGemm(c, &to, a, &from, &at,
					k.weights(group, first, channels, panel, o), first > 0 || k.beta != 0, next)
			}
			if first+channels < k.channels {
				continue
			}
			var bias []float32
			if k.bias != nil {
				bias = k.bias[group*k.rows+row:]
			}
			storePanel(dst, c, dstImage, k.dstPlane, images, rows, bias)
		}
	}
}

// loadPanel writes beta times rows of images, planes step apart from image to image, to
// a panel's buffer.
func loadPanel(c, dst []float32, step, plane, images, rows int, beta float32) {
	for j := range images {
		asm.Transpose(c[j*plane*panelWidth:], panelWidth, dst[j*step:], plane, rows, plane)
	}
	if beta != 1 {
		c = c[:images*plane*panelWidth]
		asm.Scale(c, c, beta)
	}
}

// storePanel writes a panel's buffer back, with the bias of its rows, if any.
func storePanel(dst, c []float32, step, plane, images, rows int, bias []float32) {
	for j := range images {
		asm.Transpose(dst[j*step:], plane, c[j*plane*panelWidth:], panelWidth, plane, rows)
	}
	if bias == nil {
		return
	}
	for j := range images {
		for r := range rows {
			line := dst[j*step+r*plane:][:plane]
			asm.AddScalar(line, line, bias[r])
		}
	}
}

// next returns what of the source is likely to be read after a block of channels: that
// of the first image in the next block, or in the next part; where an image is one
// block, all images of that part.
func (k *indirectArgs) next(group, image, images, first int) []float32 {
	count := 1
	if first == k.channels {
		first, image = 0, image+images
		if k.blocks*k.groups == 1 {
			count = min(images, k.n-image)
		}
	}
	if image == k.n {
		return nil
	}
	src := k.src[((image*k.groups+group)*k.channels+first)*k.srcPlane:]
	return src[:count*min(k.blockChannels, k.channels-first)*k.srcPlane]
}
