package tensor

import "github.com/seed-312a1f22/dyad/asm"

// Where every group has one input channel, a convolution has nothing to multiply
// matrices for: its rows are the taps alone. Here, a tap times the whole grid,
// shifted, is one Axpy; it runs over the padding between lines too, whose sums
// nobody reads. Such a sum is a flat one: the result laid out like the grid.

type depthwiseArgs struct {
	convolution
	pass          pass
	x, w, y, bias []float32
	beta          float32
	need          scratchSize
}

// depthwise reports whether the groups have one input channel.
func (c *convolution) depthwise() bool { return c.in == 1 && c.groups > 1 }

// depthwiseArgs returns the arguments of a depthwise kernel, for which it reserves
// the scratch.
func (c *convolution) depthwiseArgs(p *pass, x, w, y []float32) depthwiseArgs {
	k := depthwiseArgs{convolution: *c, pass: *p, x: x, w: w, y: y}
	k.need = scratchSize{grid: p.grid.plane(), product: p.flat() + volume(p.positions)}
	reserveScratch(c.n*c.groups, &k.need)
	return k
}

// depthwiseGrain returns how many channels of an image make a chunk.
func (c *convolution) depthwiseGrain() int {
	return max(1, cheapGrain/(c.out*c.kernelPlane*max(1, c.yPlane)))
}

// flat returns from the first to the last position how many elements a flat
// result has.
func (p *pass) flat() int {
	n, s := p.positions, p.grid.size
	return ((n[0]-1)*s[1]+n[1]-1)*s[2] + n[2]
}

// fromFlat writes the positions of a flat result side by side.
func (p *pass) fromFlat(dense, flat []float32) {
	n, s := p.positions, p.grid.size
	asm.CopyBlocks(dense, n[1]*n[2], n[2], flat, s[1]*s[2], s[2], n[0], n[1], n[2])
}

// tapIndex returns where in a channel of the weight a tap is.
func (c *convolution) tapIndex(t [3]int) int { return (t[0]*c.k[1]+t[1])*c.k[2] + t[2] }

var depthwiseForward = NewKernel(func(lo, hi int, k *depthwiseArgs) {
	s := takeScratch(&k.need)
	p := &k.pass
	for i := lo; i < hi; i++ { // image and group
		g := p.view(s, k.x[i*k.xPlane:], 0, 1, 1)
		for o := range k.out {
			channel := i%k.groups*k.out + o
			w, y := k.w[channel*k.kernelPlane:], k.y[(i*k.out+o)*k.yPlane:][:k.yPlane]
			flat := s.product[:p.flat()]
			for t := range p.numTaps() {
				tap := p.tap(t)
				x := g.data[p.offset(tap):][:len(flat)]
				if t == 0 {
					asm.Scale(flat, x, w[0])
				} else {
					asm.Axpy(flat, w[t], x)
				}
			}
			p.fromFlat(y, flat)
			if k.bias != nil {
				asm.AddScalar(y, y, k.bias[channel])
			}
		}
	}
	convScratches.put(s)
})

var depthwiseGradInput = NewKernel(func(lo, hi int, k *depthwiseArgs) {
	s := takeScratch(&k.need)
	p := &k.pass
	n := volume(p.positions)
	flatSize := p.flat()
	flat, dense := s.product[:flatSize], s.product[flatSize:][:n]
	for i := lo; i < hi; i++ {
		clear(flat)
		for o := range k.out {
			channel := i%k.groups*k.out + o
			w := k.w[channel*k.kernelPlane:]
			g := p.view(s, k.y[(i*k.out+o)*k.yPlane:], 0, 1, 1)
			for t := range p.numTaps() {
				tap := p.tap(t)
				asm.Axpy(flat, w[k.tapIndex(tap)], g.data[p.offset(tap):][:flatSize])
			}
		}
		dx := k.x[i*k.xPlane:]
		if k.beta != 0 {
			p.load(dense, n, dx, 1)
			asm.Scale(dense, dense, k.beta)
			p.addFlat(dense, flat)
		} else {
			p.fromFlat(dense, flat)
		}
		p.store(dx, dense, n, 1)
	}
	convScratches.put(s)
})

// addFlat adds a flat result to a dense one.
func (p *pass) addFlat(dense, flat []float32) {
	n, s := p.positions, p.grid.size
	for p0 := range n[0] {
		for p1 := range n[1] {
			line := dense[(p0*n[1]+p1)*n[2]:][:n[2]]
			asm.Add(line, line, flat[(p0*s[1]+p1)*s[2]:][:n[2]])
		}
	}
}

// depthwiseGradWeight adds up the lines of each image in float64, and then the
// images in order.
var depthwiseGradWeight = NewKernel(func(lo, hi int, k *depthwiseArgs) {
	s := takeScratch(&k.need)
	p := &k.pass
	taps, n := p.numTaps(), p.positions
	for group := lo; group < hi; group++ {
		dw := k.w[group*k.out*taps:][:k.out*taps]
		for i := range dw {
			if k.beta == 0 {
				dw[i] = 0
			} else {
				dw[i] *= k.beta
			}
		}
		for image := range k.n {
			i := image*k.groups + group
			g := p.view(s, k.x[i*k.xPlane:], 0, 1, 1)
			for j := range dw {
				dy := k.y[(i*k.out+j/taps)*k.yPlane:]
				x := g.data[p.offset(p.tap(j%taps)):]
				sum := 0.0
				for p0 := range n[0] {
					for p1 := range n[1] {
						at := (p0*p.grid.size[1] + p1) * p.grid.size[2]
						sum += asm.Dsdot(dy[:n[2]], x[at:at+n[2]])
						dy = dy[n[2]:]
					}
				}
				dw[j] = float32(float64(dw[j]) + sum)
			}
		}
	}
	convScratches.put(s)
})
