package tensor

import "github.com/seed-312a1f22/dyad/asm"

// A pass is one product of a convolution: for every position of its result it
// reads, from each channel of a source, the taps of the kernel. The source of
// the forward pass and of the weight's gradient is x, that of the input's
// gradient is dy.
//
// First a few channels of the source are copied to a grid, with the padding and
// with elements a stride apart side by side (a phase of the input). In the grid
// the tap of any position is the position itself and an offset that belongs to
// the tap:
//
//	grid[offset(tap) + (p0·size1 + p1)·size2 + p2]
//
// so that the row of patches for a channel and a tap is a copy of a rectangle of
// the grid, without a condition on its edges. Where there is neither padding nor
// stride, the source is its own grid.
type pass struct {
	backward  bool
	positions [3]int // of the result along each axis
	taps      [3]taps
	reach     [3]int // of a backward pass: the largest distance of a tap, in strides
	stride    [3]int
	dilation  [3]int
	grid      grid

	// Position p of the result is element p·step + first of the destination.
	step, first, destination [3]int
}

// taps are those of a kernel along an axis: first, first+step, …, count of them.
type taps struct{ first, step, count int }

// forward returns the pass that makes y, which is also that of the weight's
// gradient.
func (c *convolution) forward() pass {
	p := pass{positions: c.y, stride: c.stride, dilation: c.dilation, destination: c.y}
	p.grid = grid{source: c.x, step: c.stride}
	for i := range 3 {
		p.taps[i] = taps{0, 1, c.k[i]}
		p.step[i] = 1
		p.grid.phases[i] = c.stride[i]
		if c.k[i] == 1 {
			p.grid.phases[i] = 1 // the others are not read
		}
		p.grid.size[i] = c.y[i] + (c.k[i]-1)*c.dilation[i]/c.stride[i]
		p.grid.first[i] = -c.padding[i]
	}
	return p
}

// backward returns the pass that makes the elements i of dx for which
// (i + padding) mod stride is the given phase.
func (c *convolution) backward(phase [3]int) pass {
	p := pass{backward: true, stride: c.stride, dilation: c.dilation, destination: c.x, step: c.stride}
	p.grid = grid{source: c.y, phases: [3]int{1, 1, 1}, step: [3]int{1, 1, 1}}
	for i := range 3 {
		stride, f := c.stride[i], phase[i]
		p.taps[i] = tapsOfPhase(c.k[i], c.dilation[i], stride, f)
		if t := p.taps[i]; t.count > 0 {
			p.reach[i] = (t.first + (t.count-1)*t.step) * c.dilation[i] / stride
		}
		// In the padded input, elements q·stride + f are those of the phase.
		lo := (c.padding[i] - f + stride - 1) / stride
		hi := (c.padding[i] + c.x[i] - f + stride - 1) / stride
		p.positions[i] = hi - lo
		p.first[i] = lo*stride + f - c.padding[i]
		p.grid.first[i] = lo - p.reach[i]
		p.grid.size[i] = hi - lo + p.reach[i]
	}
	return p
}

// tapsOfPhase returns the taps t < kernel with t·dilation mod stride = phase.
func tapsOfPhase(kernel, dilation, stride, phase int) (of taps) {
	for t := range kernel {
		if t*dilation%stride != phase {
			continue
		}
		switch of.count {
		case 0:
			of.first = t
		case 1:
			of.step = t - of.first
		}
		of.count++
	}
	return of
}

// numTaps returns the number of taps.
func (p *pass) numTaps() int { return p.taps[0].count * p.taps[1].count * p.taps[2].count }

// allTaps reports whether the pass reads every tap of the kernel.
func (p *pass) allTaps(kernelPlane int) bool { return p.numTaps() == kernelPlane }

// offset returns where, in a channel of the grid, the tap t is of position 0.
func (p *pass) offset(t [3]int) int {
	unit, at := 1, 0
	for i := 2; i >= 0; i-- {
		d := t[i] * p.dilation[i] / p.stride[i]
		if p.backward {
			d = p.reach[i] - d
		}
		at += d * unit
		unit *= p.grid.size[i]
	}
	if p.backward {
		return at
	}
	for i := 2; i >= 0; i-- { // unit is now the size of a phase
		at += t[i] * p.dilation[i] % p.stride[i] * unit
		unit *= p.grid.phases[i]
	}
	return at
}

// tap returns tap number j, the last axis changing fastest.
func (p *pass) tap(j int) (t [3]int) {
	for i := 2; i >= 0; i-- {
		of := p.taps[i]
		t[i] = of.first + j%of.count*of.step
		j /= of.count
	}
	return t
}

// slab returns the pass for the positions lo ≤ p < hi of the first axis.
func (p *pass) slab(lo, hi int) pass {
	s := *p
	s.positions[0] = hi - lo
	s.grid.size[0] -= p.positions[0] - (hi - lo)
	s.grid.first[0] += lo * p.grid.step[0]
	s.first[0] += lo * p.step[0]
	return s
}

// gridView is the grid of some channels of some images.
type gridView struct {
	data     []float32
	plane    int // from channel to channel
	image    int // from image to image
	channels int
}

// view returns the grid of channels from the start of src on: in s, or src
// itself.
func (p *pass) view(s *convScratch, src []float32, srcImage, channels, images int) gridView {
	g := &p.grid
	if g.inPlace() {
		return gridView{src[g.first[0]*g.source[1]*g.source[2]:], volume(g.source), srcImage, channels}
	}
	v := gridView{s.grid, g.plane(), channels * g.plane(), channels}
	for j := range images {
		g.fill(v.data[j*v.image:], src[j*srcImage:], channels)
	}
	return v
}

// block is some neighbouring positions, the columns of one matrix of patches:
// all positions of several images, or of one image some lines, or a part of one
// line.
type block struct {
	at, columns                  int // columns before it, and in it
	images                       int
	line, lines, perBlock        int
	column, width, widthPerBlock int
}

// firstBlock returns the first block of about limit columns. nextBlock returns
// the one after b, without columns when there is none.
func (p *pass) firstBlock(images, limit int) block {
	lines, width := p.positions[0]*p.positions[1], p.positions[2]
	b := block{images: images, perBlock: lines, widthPerBlock: width}
	if images == 1 {
		b.perBlock = evenly(lines, max(1, limit/width))
		b.widthPerBlock = evenly(width, limit)
	}
	b.lines, b.width = b.perBlock, b.widthPerBlock
	b.columns = images * b.lines * b.width
	return b
}

func (p *pass) nextBlock(b block) block {
	lines, width := p.positions[0]*p.positions[1], p.positions[2]
	b.at += b.columns
	if b.column += b.width; b.column == width {
		b.column = 0
		b.line += b.lines
	}
	b.lines = min(b.perBlock, lines-b.line)
	b.width = min(b.widthPerBlock, width-b.column)
	b.columns = b.lines * b.width
	if b.images > 1 {
		b.columns = 0
	}
	return b
}

// evenly returns the size of parts of n that are about equal and at most limit.
func evenly(n, limit int) int { return ceilDiv(n, ceilDiv(n, limit)) }

// patches returns the patches of a block, a row for each channel and tap, and
// the distance of rows.
func (p *pass) patches(s *convScratch, g *gridView, b *block) (rows []float32, ld int) {
	if b.images == 1 && p.numTaps() == 1 { // the grid's channels are the patches
		return g.data[b.line*p.grid.size[2]+b.column:], g.plane
	}
	perImage := b.lines * b.width
	ld = wholeLines(b.columns)
	for j := range b.images {
		p.gather(s.patches[j*perImage:], ld, g.data[j*g.image:], g, b)
	}
	return s.patches, ld
}

// wholeLines returns n rounded up to whole cache lines, of 16 elements: vectors
// that begin where a line does are loaded faster.
func wholeLines(n int) int { return (n + 15) &^ 15 }

// gather writes the patches of one image: the row of channel c and tap t is
// dst[(c·taps + t)·ld:].
func (p *pass) gather(dst []float32, ld int, grid []float32, g *gridView, b *block) {
	n, row := p.numTaps(), p.grid.size[2]
	for t := range n {
		from := p.offset(p.tap(t)) + b.column
		if p.grid.size[1] == p.positions[1] { // lines are the same distance apart
			asm.CopyBlocks(dst[t*ld:], n*ld, b.width, grid[from+b.line*row:], g.plane, row, g.channels, b.lines, b.width)
			continue
		}
		for done := 0; done < b.lines; {
			p0, p1 := (b.line+done)/p.positions[1], (b.line+done)%p.positions[1]
			count := min(b.lines-done, p.positions[1]-p1)
			asm.CopyBlocks(dst[t*ld+done*b.width:], n*ld, b.width, grid[from+(p0*p.grid.size[1]+p1)*row:], g.plane, row, g.channels, count, b.width)
			done += count
		}
	}
}

// inPlace reports whether the positions of a part are computed where they belong
// in the destination, because they lie together there.
func (p *pass) inPlace(images int) bool { return images == 1 && p.step == [3]int{1, 1, 1} }

// load writes positions of the destination, line after line, to rows of product.
func (p *pass) load(product []float32, ld int, dst []float32, rows int) {
	p.move(product, ld, dst, rows, true)
}

// store writes rows of product to the positions of the destination.
func (p *pass) store(dst, product []float32, ld, rows int) { p.move(product, ld, dst, rows, false) }

func (p *pass) move(product []float32, ld int, dst []float32, rows int, load bool) {
	d, n := p.destination, p.positions
	plane := volume(d)
	dst = dst[(p.first[0]*d[1]+p.first[1])*d[2]+p.first[2]:]
	if p.step == [3]int{1, 1, 1} { // whole lines, one behind the other
		if load {
			asm.CopyBlocks(product, ld, 0, dst, plane, 0, rows, 1, volume(n))
		} else {
			asm.CopyBlocks(dst, plane, 0, product, ld, 0, rows, 1, volume(n))
		}
		return
	}
	// With the lines of images along axis 0, of volumes along axis 1.
	outer, lines := n[0], n[1]
	outerStep, lineStep := p.step[0]*d[1]*d[2], p.step[1]*d[2]
	if lines == 1 {
		outer, lines = 1, n[0]
		lineStep = outerStep
	}
	for range outer {
		if load {
			copyEvery(p.step[2], product, ld, n[2], dst, plane, lineStep, rows, lines, n[2])
		} else {
			storeEvery(p.step[2], dst, plane, lineStep, product, ld, n[2], rows, lines, n[2])
		}
		product = product[min(lines*n[2], len(product)):]
		dst = dst[min(outerStep, len(dst)):]
	}
}

// storeEvery is asm.CopyBlocks to rows of which only every step-th element is
// written.
func storeEvery(step int, dst []float32, dstPlane, dstRow int, src []float32, srcPlane, srcRow, planes, rows, n int) {
	switch step {
	case 1:
		asm.CopyBlocks(dst, dstPlane, dstRow, src, srcPlane, srcRow, planes, rows, n)
		return
	case 2:
		asm.StoreAlternate(dst, dstPlane, dstRow, src, srcPlane, srcRow, planes, rows, n)
		return
	}
	for p := range planes {
		for r := range rows {
			to, from := dst[p*dstPlane+r*dstRow:], src[p*srcPlane+r*srcRow:][:n]
			for i, v := range from {
				to[i*step] = v
			}
		}
	}
}
