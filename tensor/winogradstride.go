package tensor

import "github.com/seed-312a1f22/dyad/asm"

// A 3×3 convolution of stride 2 on images, by the fast algorithms of
// asm/winograd_line.go. Along each axis the kernel has two taps on the padded source's
// even elements and one on the odd ones, which makes four convolutions. Two taps go by
// tiles of 4 results or of 3: a length of 14 is 4+4+3+3. Where both axes have two taps
// a tile takes 25, 20 or 16 products instead of 64, 48 or 36, where one has, 5 or 4
// instead of 8 or 6; all in all at most 5.5 products instead of 9 for a result.
//
//	y = Σ Aᵀ·[(G·w·Gᵀ) ⊙ (Bᵀ·d·B)]·A     over the four, with 1 for an axis of one tap
//
// Vectors hold channels throughout: the source is transposed into a frame with its
// padding, the channels of a position side by side; the products, one for each place
// in a tile, are asm.IndirectGemm's; and what comes back is transposed to y or dx.
//
// The gradient of the input has the same four parts, of dy with two taps or one, and
// each makes elements of dx of its own. That of the weight goes back through the same
// formulas: dU = V·(A·dy·Aᵀ)ᵀ, dw = Gᵀ·dU·G.

// fast are the transforms of F(4, 2) or F(3, 2).
type fast struct{ input, output, outputGrad, kernel, kernelGrad asm.WinogradLine }

var (
	fast42 = fast{asm.Input42, asm.Output42, asm.OutputGrad42, asm.Kernel42, asm.KernelGrad42}
	fast32 = fast{asm.Input32, asm.Output32, asm.OutputGrad32, asm.Kernel32, asm.KernelGrad32}
)

// tiles are count tiles of an axis, one behind the other, of size results each, that
// take so many products. An axis of one tap has a tile for each result.
type tiles struct {
	fast                       fast
	first, count, size, places int
}

// phaseAxis is an axis of one of the four convolutions.
type phaseAxis struct {
	taps       [2]int // the kernel's, in the order of the source's elements
	numTaps    int
	from, unit int // where in the frame the first element is, and how far they are apart
	to, step   int // the same for the results
	tiles      [2]tiles
	cuts       int // how many of tiles there are
}

// cut divides a length into tiles of 4 and then of 3, as few of these as possible. It
// returns false if that cannot be, for 1, 2 and 5, or if there is nothing.
func (a *phaseAxis) cut(length int) bool {
	if a.numTaps == 1 {
		a.tiles[0] = tiles{count: length, size: 1, places: 1}
		a.cuts = 1
		return length > 0
	}
	threes := -length & 3
	fours := (length - 3*threes) / 4
	if length < 3*threes || length <= 0 {
		return false
	}
	a.cuts = 0
	if fours > 0 {
		a.tiles[0] = tiles{fast42, 0, fours, 4, 5}
		a.cuts = 1
	}
	if threes > 0 {
		a.tiles[a.cuts] = tiles{fast32, 4 * fours, threes, 3, 4}
		a.cuts++
	}
	return true
}

// stridePhase describes an axis of the convolution, or of the gradient of its input, on
// even elements (parity 0) or odd ones, with the frame of padded or paddedGrad. It
// returns false if it cannot be cut.
func (c *convolution) stridePhase(axis, parity int, gradient bool, g *grid) (a phaseAxis, ok bool) {
	a = phaseAxis{taps: [2]int{0, 2}, numTaps: 2, from: parity, unit: 2, step: 1}
	length := c.y[axis]
	if gradient {
		var phase [3]int
		phase[axis] = parity
		p := c.backward(phase)
		a.taps, a.unit = [2]int{2, 0}, 1
		a.from, a.to, a.step = p.grid.first[axis]-g.first[axis], p.first[axis], 2
		length = p.positions[axis]
	}
	if parity == 1 {
		a.taps, a.numTaps = [2]int{1}, 1
	}
	return a, a.cut(length)
}

// winogradStride reports whether the convolution is computed so, or its gradients with
// respect to the input or to the weight. The channels fill vectors of 8, and there are
// enough results to pay for transforming the weight.
func (c *convolution) winogradStride(o *ConvOpts, gradient bool) bool {
	if !o.Winograd || c.k != [3]int{3, 1, 3} || c.x[1] != 1 || c.stride != [3]int{2, 1, 2} ||
		c.dilation != [3]int{1, 1, 1} || min(c.in, c.out) < winogradChannels || c.in%8 != 0 || c.out%8 != 0 ||
		c.n*c.yPlane < strideResults {
		return false
	}
	result, plane := c.out, c.yPlane
	g, _ := c.padded()
	if gradient {
		result, plane, g = c.in, c.xPlane, c.paddedGrad()
	}
	for axis := 0; axis < 3; axis += 2 {
		for parity := range 2 {
			if _, ok := c.stridePhase(axis, parity, gradient, &g); !ok {
				return false
			}
		}
	}
	return c.indirect(result, plane)
}

const (
	strideResults   = 1024 // the fewest of all images together: with half as many it is a draw
	stridePositions = 400  // of the results of a part, if its images are small: V and the products of 8 tiles, of most sizes at 14×14 and 7×7, take 25 KB each for 32 channels

	strideWeightPositions = 800 // there the tiles are what is summed over: with half as many, loading and storing the sums takes 2 % more time
)

// tileWay is what leads from the elements of tiles to their places, or back: a transform
// along one axis, for all images at once, or along two, row by row of an image's tiles,
// because what lies between the two stages shall stay in L1.
type tileWay struct {
	stages             [2]tileStage
	count              int // of stages
	rows, perRow       int // tiles of an image
	fromRow, fromImage int // how far rows and images are apart
	toRow, toImage     int
}

type tileStage struct {
	line             asm.WinogradLine
	axis             int
	from, to         asm.Places
	fromStep, toStep int
}

// apply transforms the tiles of some images; middle is what lies between two stages.
func (w *tileWay) apply(dst, src, middle []float32, n, images int, add bool) {
	a, b := &w.stages[0], &w.stages[1]
	if w.count == 1 {
		tiles := images * w.rows * w.perRow
		to, from := a.to.First(tiles), a.from.First(tiles)
		a.line.Apply(dst, &to, a.toStep, src, &from, a.fromStep, n, add)
		return
	}
	for image := range images {
		for row := range w.rows {
			a.line.Apply(middle, &a.to, a.toStep, src[image*w.fromImage+row*w.fromRow:], &a.from, a.fromStep, n, false)
			b.line.Apply(dst[image*w.toImage+row*w.toRow:], &b.to, b.toStep, middle, &b.from, b.fromStep, n, add)
		}
	}
}

// back returns the way back, by other transforms.
func (w *tileWay) back(lines [2]asm.WinogradLine) tileWay {
	b := *w
	b.fromRow, b.fromImage, b.toRow, b.toImage = w.toRow, w.toImage, w.fromRow, w.fromImage
	for i := range w.count {
		s := &w.stages[w.count-1-i]
		b.stages[i] = tileStage{lines[s.axis], s.axis, s.to, s.from, s.toStep, s.fromStep}
	}
	return b
}

// elements says where those of a tile are: size of them along each axis, unit apart.
// Those of the next tile of a row, of the next row and of the next image are so much
// further.
type elements struct {
	size, unit              [2]int
	first, tile, row, image int
}

// newTileWay returns the way of tiles of vectors of n, so many images, rows and tiles in
// a row, from their elements to their places, step apart, at each of which the tiles lie
// one behind the other. Along an axis of one place there is nothing to transform. It
// appends to the table.
func newTileWay(table *strideTable, lines [2]asm.WinogradLine, e elements, places [2]int, step int, tiles [3]int, n int) tileWay {
	images, rows, perRow := tiles[0], tiles[1], tiles[2]
	w := tileWay{
		count: 1, rows: rows, perRow: perRow,
		fromRow: e.row, fromImage: e.image, toRow: perRow * n, toImage: rows * perRow * n,
	}
	each := func(first, n0, unit0, n1, unit1 int) asm.Places {
		return table.list(first, [3]int{unit0, 0, unit1}, [3]int{n0, 1, n1})
	}
	if places[0] > 1 && places[1] > 1 {
		line := e.size[1] * n // of the middle
		w.count = 2
		w.stages[0] = tileStage{lines[0], 0, each(e.first, perRow, e.tile, e.size[1], e.unit[1]), each(0, perRow, line, e.size[1], n), e.unit[0], perRow * line}
		w.stages[1] = tileStage{lines[1], 1, each(0, places[0], perRow*line, perRow, line), each(0, places[0], places[1]*step, perRow, n), n, step}
		return w
	}
	axis := 0
	if places[0] == 1 {
		axis = 1
	}
	from := table.list(e.first, [3]int{e.image, e.row, e.tile}, tiles)
	w.stages[0] = tileStage{lines[axis], axis, from, each(0, 1, 0, images*rows*perRow, n), e.unit[axis], step}
	return w
}

// stridePart are the tiles of one size of one of the four convolutions.
type stridePart struct {
	tiles  int // of an image
	places int
	before int  // places of the parts before it
	direct bool // nothing is transformed

	input, output, outputGrad, kernel, kernelGrad tileWay

	// Of all tiles of all images: where in V (or in the frame, if direct), and where in
	// the products (or the results). The distances of places in them.
	from, to     asm.Places
	vStep, mStep int
	tap          int // where in a kernel of vectors the first tap is
}

// strideGeometry are the tables for images of a convolution or of a gradient.
type strideGeometry struct {
	grid       grid // of the frame
	depth      int  // channels of the frame
	frame      int  // elements of an image's frame
	images     int
	plane      int // results of an image
	parts      []stridePart
	second     int        // the first of the parts that are transformed along both axes: these take half of the time
	places     int        // of all parts
	channels   asm.Places // where those of the frame are in it, from 0 on,
	matrixRows asm.Places // and where in a matrix of rows of a panel
	v, m       int        // sizes of V and of the products of a part and panel
	middle     int
}

// A strideTable is the memory of a geometry.
type strideTable struct {
	data  []int
	parts []stridePart
}

// list appends a list of places and returns it: first + Σ i·step for all i < count.
func (t *strideTable) list(first int, step, count [3]int) asm.Places {
	start, ones := len(t.data), [3]int{1, 1, 1}
	t.data = lattice(t.data, first, 1, [3]int{}, step, count, ones)
	return asm.NewPlaces(t.data[start:])
}

var strideTables = freeList[strideTable]{new: func() *strideTable { return new(strideTable) }}

// newStrideGeometry makes the tables for depth channels of so many images.
func (c *convolution) newStrideGeometry(table *strideTable, gradient bool, depth, images int) (k strideGeometry) {
	k = strideGeometry{depth: depth, images: images, plane: c.yPlane}
	k.grid, _ = c.padded()
	width := c.y[2]
	if gradient {
		k.grid, k.plane, width = c.paddedGrad(), c.xPlane, c.x[2]
	}
	k.frame = k.grid.plane() * depth
	unit := [2]int{k.grid.size[2] * depth, depth}
	table.data, table.parts = table.data[:0], table.parts[:0]
	for parity := 3; parity >= 0; parity-- { // the one that is not transformed first
		a, _ := c.stridePhase(0, parity/2, gradient, &k.grid)
		b, _ := c.stridePhase(2, parity%2, gradient, &k.grid)
		if parity == 0 {
			k.second = len(table.parts)
		}
		for i := range a.cuts {
			for j := range b.cuts {
				k.add(c, table, a, b, &a.tiles[i], &b.tiles[j], unit, width)
			}
		}
	}
	k.parts = table.parts
	k.channels = table.list(0, [3]int{0, 0, 1}, [3]int{1, 1, depth})
	k.matrixRows = table.list(0, [3]int{0, 0, panelWidth}, [3]int{1, 1, depth})
	return k
}

// add makes the tables of a part.
func (k *strideGeometry) add(c *convolution, table *strideTable, a, b phaseAxis, t, u *tiles, unit [2]int, width int) {
	p := stridePart{tiles: t.count * u.count, places: t.places * u.places, before: k.places}
	p.direct = p.places == 1
	k.places += p.places
	places := [2]int{t.places, u.places}
	size := [2]int{t.size, u.size}

	results := elements{size: size, unit: [2]int{a.step * width * panelWidth, b.step * panelWidth}}
	results.first = (a.to+t.first*a.step)*width*panelWidth + (b.to+u.first*b.step)*panelWidth
	results.tile, results.row, results.image = u.size*results.unit[1], t.size*results.unit[0], k.plane*panelWidth
	source := elements{size: size, unit: [2]int{a.unit * unit[0], b.unit * unit[1]}}
	source.first = (a.from+t.first*a.unit)*unit[0] + (b.from+u.first*b.unit)*unit[1]
	source.tile, source.row, source.image = u.size*source.unit[1], t.size*source.unit[0], k.frame
	kernel := elements{unit: [2]int{(a.taps[1] - a.taps[0]) * 3 * panelWidth, (b.taps[1] - b.taps[0]) * panelWidth}, tile: 9 * panelWidth}
	kernel.first = (a.taps[0]*3 + b.taps[0]) * panelWidth
	kernel.size = [2]int{a.numTaps, b.numTaps}
	for i := range 2 {
		if places[i] > 1 {
			source.size[i]++
		}
	}

	all := p.tiles * k.images
	p.vStep, p.mStep = apart(all*k.depth), apart(all*panelWidth)
	k.v, k.m = max(k.v, p.places*p.vStep), max(k.m, p.places*p.mStep)
	k.middle = max(k.middle, t.places*u.count*source.size[1]*max(k.depth, panelWidth), t.places*kernelBlock*2*panelWidth)
	count := [3]int{k.images, t.count, u.count}
	p.input = newTileWay(table, [2]asm.WinogradLine{t.fast.input, u.fast.input}, source, places, p.vStep, count, k.depth)
	p.outputGrad = newTileWay(table, [2]asm.WinogradLine{t.fast.outputGrad, u.fast.outputGrad}, results, places, p.mStep, count, panelWidth)
	p.output = p.outputGrad.back([2]asm.WinogradLine{t.fast.output, u.fast.output})
	p.kernel = newTileWay(table, [2]asm.WinogradLine{t.fast.kernel, u.fast.kernel}, kernel, places, k.depth*panelWidth, [3]int{1, 1, kernelBlock}, panelWidth)
	p.kernelGrad = p.kernel.back([2]asm.WinogradLine{t.fast.kernelGrad, u.fast.kernelGrad})
	p.tap = kernel.first

	if p.direct {
		p.from = table.list(source.first, [3]int{source.image, source.row, source.tile}, count)
		p.to = table.list(results.first, [3]int{results.image, results.row, results.tile}, count)
	} else {
		p.from = table.list(0, [3]int{0, 0, k.depth}, [3]int{1, 1, all})
		p.to = table.list(0, [3]int{0, 0, panelWidth}, [3]int{1, 1, all})
	}
	table.parts = append(table.parts, p)
}

// kernelBlock is how many kernels are transformed together.
const kernelBlock = 8

// clearPadding writes the zeros around what fill writes to a frame.
func (k *strideGeometry) clearPadding(frame []float32) {
	g := &k.grid
	top, left, rows, columns := g.inside()
	line := g.size[2] * k.depth
	clear(frame[:top*line])
	clear(frame[(top+rows)*line : k.frame])
	for r := top; r < top+rows; r++ {
		clear(frame[r*line:][:left*k.depth])
		clear(frame[r*line:][(left+columns)*k.depth : line])
	}
}

// inside returns which rows and columns of an image's grid are in the source.
func (g *grid) inside() (top, left, rows, columns int) {
	top, left = max(0, -g.first[0]), max(0, -g.first[2])
	rows = min(g.source[0]-max(0, g.first[0]), g.size[0]-top)
	columns = min(g.source[2]-max(0, g.first[2]), g.size[2]-left)
	return top, left, rows, columns
}

// fill copies the channels of an image, planes of the source, to a frame, but for the
// padding. Rows too short to be transposed by themselves are so together, in
// middle.
func (k *strideGeometry) fill(frame, src, middle []float32, channels int) {
	g := &k.grid
	width, plane := g.source[2], g.source[0]*g.source[2]
	row, column := max(0, g.first[0]), max(0, g.first[2])
	top, left, rows, columns := g.inside()
	if columns == width && columns == g.size[2] { // rows without gaps
		rows, columns = 1, rows*columns
	}
	to := frame[(top*g.size[2]+left)*k.depth:]
	if rows > 1 && columns < 8 && columns == width {
		asm.Transpose(middle, k.depth, src[row*width:], plane, channels, rows*width)
		asm.CopyBlocks(to, 0, g.size[2]*k.depth, middle, 0, width*k.depth, 1, rows, width*k.depth)
		return
	}
	for r := range rows {
		asm.Transpose(to[r*g.size[2]*k.depth:], k.depth, src[(row+r)*width+column:], plane, channels, columns)
	}
}

// ahead returns what is to be prefetched of a part that begins with an image of n: size
// elements from at on of each image; of the first one alone if they do not lie together.
func (k *strideGeometry) ahead(x []float32, image, n, at, step, size int) []float32 {
	images := max(0, min(k.images, n-image))
	if images > 1 && size < step {
		images = 1
	}
	return x[min(len(x), image*step+at):][:images*size]
}

// strideArgs are the arguments of the product that makes y or dx.
type strideArgs struct {
	convolution
	strideGeometry
	gradient          bool
	dst, src, w, bias []float32
	beta              float32
	rows              int // channels of the result in a group
	srcPlane          int
	cuts              int // parts of the images
	panels            int
	panelChunk        int
	panelChunks       int
	u                 []float32 // of each group and panel
	need              scratchSize
}

// strideProduct is indirectProduct by the fast algorithms.
func (c *convolution) strideProduct(gradient bool, dst, src, w, bias []float32, beta float32) {
	k := strideArgs{convolution: *c, gradient: gradient, dst: dst, src: src, w: w, bias: bias, beta: beta}
	depth := c.in
	k.rows, k.srcPlane = c.out, c.xPlane
	if gradient {
		depth, k.rows, k.srcPlane = c.out, c.in, c.yPlane
	}
	k.panels = ceilDiv(k.rows, panelWidth)
	images := c.strideImages(stridePositions, wantedChunks)
	k.cuts = ceilDiv(c.n, images)
	k.panelChunk = ceilDiv(k.panels, max(1, wantedChunks/(k.cuts*c.groups)))
	k.panelChunks = ceilDiv(k.panels, k.panelChunk)

	table, u := strideTables.take(), floatBuffers.take()
	k.strideGeometry = c.newStrideGeometry(table, gradient, depth, images)
	u.data = atLeast(u.data, c.groups*k.panels*k.places*depth*panelWidth)
	k.u = u.data
	k.need = scratchSize{grid: images * k.frame, patches: max(k.v, 9*kernelBlock*panelWidth, k.srcPlane*depth), product: k.panelChunk*k.buffer() + k.m + k.middle}
	packs, chunks := c.groups*k.panels*(depth/kernelBlock), c.groups*k.cuts*k.panelChunks
	reserveScratch(max(packs, chunks), &k.need)
	strideKernels.Run(packs, 1, k)
	strideChunks.Run(chunks, ceilDiv(chunks, indirectChunks), k)
	floatBuffers.put(u)
	strideTables.put(table)
}

// strideImages returns how many images a part of so many results has: fewer if that
// makes fewer parts than wanted.
func (c *convolution) strideImages(positions, wanted int) int {
	images := max(1, min(c.n, positions/c.yPlane))
	for images > 1 && ceilDiv(c.n, images)*c.groups < wanted && images/2*c.yPlane >= minColumns {
		images /= 2
	}
	return images
}

// buffer returns the size of a panel's results.
func (k *strideArgs) buffer() int { return k.images * k.plane * panelWidth }

// kernels returns U of a panel.
func (k *strideArgs) kernels(group, panel int) []float32 {
	size := k.places * k.depth * panelWidth
	return k.u[(group*k.panels+panel)*size:][:size]
}

// strideKernels writes U, for kernelBlock channels at a time: at each place a row of a
// panel's channels for each channel of the source.
var strideKernels = NewKernel(func(lo, hi int, k *strideArgs) {
	s := takeScratch(&k.need)
	w := s.patches[:9*kernelBlock*panelWidth]
	for i := lo; i < hi; i++ {
		blocks := k.depth / kernelBlock
		channel, panel, group := i%blocks*kernelBlock, i/blocks%k.panels, i/blocks/k.panels
		row := panel * panelWidth
		rows := min(panelWidth, k.rows-row)
		if rows < panelWidth {
			clear(w)
		}
		if !k.gradient {
			asm.Transpose(w, panelWidth, k.w[9*((group*k.rows+row)*k.depth+channel):], 9*k.depth, rows, 9*kernelBlock)
		} else {
			for c := range kernelBlock {
				asm.Transpose(w[9*c*panelWidth:], panelWidth, k.w[9*((group*k.depth+channel+c)*k.rows+row):], 9, rows, 9)
			}
		}
		u := k.kernels(group, panel)[channel*panelWidth:]
		for j := range k.parts {
			p := &k.parts[j]
			to := u[p.before*k.depth*panelWidth:]
			if !p.direct {
				p.kernel.apply(to, w, s.product, panelWidth, 1, false)
				continue
			}
			for c := range kernelBlock {
				copy(to[c*panelWidth:][:panelWidth], w[9*c*panelWidth+p.tap:])
			}
		}
	}
	convScratches.put(s)
})

var strideChunks = NewKernel(func(lo, hi int, k *strideArgs) {
	s := takeScratch(&k.need)
	for j := range k.images {
		k.clearPadding(s.grid[j*k.frame:])
	}
	for i := lo; i < hi; i++ {
		k.chunk(s, i)
	}
	convScratches.put(s)
})

// chunk computes some panels of a part of the images of a group.
func (k *strideArgs) chunk(s *convScratch, i int) {
	firstPanel := i % k.panelChunks * k.panelChunk
	panels := min(k.panelChunk, k.panels-firstPanel)
	i /= k.panelChunks
	group, image := i/k.cuts, i%k.cuts*k.images
	images := min(k.images, k.n-image)
	srcImage, dstImage := k.groups*k.depth*k.srcPlane, k.groups*k.rows*k.plane
	for j := range images {
		k.fill(s.grid[j*k.frame:], k.src[(image+j)*srcImage+group*k.depth*k.srcPlane:], s.patches, k.depth)
	}
	next := k.ahead(k.src, image+images, k.n, group*k.depth*k.srcPlane, srcImage, k.depth*k.srcPlane)
	buffer := k.buffer()
	m, middle := s.product[panels*buffer:], s.product[panels*buffer+k.m:]
	dst := func(panel int) (of []float32, rows int) {
		row := (firstPanel + panel) * panelWidth
		return k.dst[image*dstImage+(group*k.rows+row)*k.plane:], min(panelWidth, k.rows-row)
	}
	if k.beta != 0 {
		for panel := range panels {
			of, rows := dst(panel)
			loadPanel(s.product[panel*buffer:], of, dstImage, k.plane, images, rows, k.beta)
		}
	}
	for i := range k.parts {
		p := &k.parts[i]
		add := k.beta != 0 || !k.gradient && i > 0 // the parts of dx do not meet
		if i == k.second {
			next = k.ahead(k.dst, image, k.n, group*k.rows*k.plane, dstImage, k.rows*k.plane)
		}
		to, from := p.to.First(images*p.tiles), p.from.First(images*p.tiles)
		if !p.direct {
			p.input.apply(s.patches, s.grid, middle, k.depth, images, false)
		}
		for panel := range panels {
			c, u := s.product[panel*buffer:][:buffer], k.kernels(group, firstPanel+panel)[p.before*k.depth*panelWidth:]
			if p.direct {
				next = asm.IndirectGemm(c, &to, s.grid, &from, &k.channels, u, add, next)
				continue
			}
			next = asm.IndirectGemmBatch(p.places, m[:k.m], p.mStep, &to, s.patches, p.vStep, &from, &k.channels, u, k.depth*panelWidth, false, next)
			p.output.apply(c, m, middle, panelWidth, images, add)
		}
	}
	for panel := range panels {
		of, rows := dst(panel)
		var bias []float32
		if k.bias != nil {
			bias = k.bias[group*k.rows+(firstPanel+panel)*panelWidth:]
		}
		storePanel(of, s.product[panel*buffer:], dstImage, k.plane, images, rows, bias)
	}
}
