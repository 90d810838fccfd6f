package tensor

// The gradient of the input: elements whose distance is a multiple of the stride
// meet the same taps, so that a phase of the input is a convolution of dy with
// these, of stride 1.

// phase returns phase number i, the last axis changing fastest.
func (c *convolution) phase(i int) (f [3]int) {
	for axis := 2; axis >= 0; axis-- {
		f[axis] = i % c.stride[axis]
		i /= c.stride[axis]
	}
	return f
}

// phaseList is the products of all phases. A chunk does all of them for its images:
// the lines of dx that they share stay in a cache, and so does dy.
type phaseList struct {
	products []productArgs
	need     scratchSize
}

var phaseLists = freeList[phaseList]{new: func() *phaseList { return new(phaseList) }}

func (c *convolution) inputGrad(dx, dy, w []float32, beta float32) {
	l, buffer := phaseLists.take(), floatBuffers.take()
	buffer.data = atLeast(buffer.data, len(w))
	l.products, l.need = l.products[:0], scratchSize{}
	blocks, chunks, together := buffer.data, 0, true
	cleared := false
	for i := range volume(c.stride) {
		pass := c.backward(c.phase(i))
		if volume(pass.positions) == 0 {
			continue
		}
		if beta == 0 && pass.numTaps() == 0 {
			if !cleared { // all of dx: faster than every other element
				clearing.Run(len(dx), cheapGrain, dx)
				cleared = true
			}
			continue
		}
		k := c.plan(&pass, dx, dy, w, nil, beta, blocks)
		if k.chunks == 0 {
			continue
		}
		blocks = blocks[len(w)/c.kernelPlane*pass.numTaps():]
		l.products = append(l.products, k)
		l.need.grid = max(l.need.grid, k.need.grid)
		l.need.patches = max(l.need.patches, k.need.patches)
		l.need.product = max(l.need.product, k.need.product)
		together = together && k.chunks == l.products[0].chunks
		chunks = max(chunks, k.chunks)
	}
	reserveScratch(chunks, &l.need)
	if together {
		inputPhases.Run(chunks, 1, l)
	} else { // large odd images, of which one phase has more slabs than another
		for _, k := range l.products {
			convProduct.Run(k.chunks, 1, k)
		}
	}
	clear(l.products) // do not keep the caller's memory alive
	floatBuffers.put(buffer)
	phaseLists.put(l)
}

var clearing = NewKernel(func(lo, hi int, dx *[]float32) { clear((*dx)[lo:hi]) })

var inputPhases = NewKernel(func(lo, hi int, l **phaseList) {
	s := takeScratch(&(*l).need)
	for i := lo; i < hi; i++ {
		for j := range (*l).products {
			(*l).products[j].chunk(s, i)
		}
	}
	convScratches.put(s)
})
