package asm

func batchNormNormalizeGeneric(b *BatchNorm, y, x []float32, rows, width, stride int) {
	for i := range rows {
		y, x := y[i*stride:][:width], x[i*stride:][:width]
		for j := range y {
			y[j] = b.normalizeOne(x[j], j)
		}
	}
}

func batchNormNormalizeReLUGeneric(b *BatchNorm, y, x []float32, rows, width, stride int) {
	batchNormNormalizeGeneric(b, y, x, rows, width, stride)
	for i := range rows {
		y := y[i*stride:][:width]
		reluGeneric(y, y)
	}
}

// normalizeOne normalises an element of column j.
func (b *BatchNorm) normalizeOne(x float32, j int) float32 {
	return fma(x-b.Mean[j], b.Scale[j], b.Shift[j])
}

func batchNormSumGradGeneric(b *BatchNorm, dy, x []float32, rows, width, stride int) {
	for i := range rows {
		accumulateSumGeneric(b.Sum[:width], dy[i*stride:])
		accumulateDot(b.Dot[:width], dy[i*stride:], x[i*stride:])
	}
}

func batchNormSumGradReLUGeneric(b *BatchNorm, dy, x []float32, rows, width, stride int) {
	var masked [StripWidth]float32
	for i := range rows {
		b.mask(masked[:width], dy[i*stride:], x[i*stride:])
		accumulateSumGeneric(b.Sum[:width], masked[:])
		accumulateDot(b.Dot[:width], masked[:], x[i*stride:])
	}
}

// mask writes dy to dst where the normalised x is positive, else 0.
func (b *BatchNorm) mask(dst, dy, x []float32) {
	dy, x = dy[:len(dst)], x[:len(dst)]
	for j := range dst {
		g := dy[j]
		if !(b.normalizeOne(x[j], j) > 0) {
			g = 0
		}
		dst[j] = g
	}
}

func batchNormGradGeneric(b *BatchNorm, dx, dy, x []float32, rows, width, stride int) {
	for i := range rows {
		b.gradRow(dx[i*stride:][:width], dy[i*stride:], x[i*stride:])
	}
}

func batchNormGradReLUGeneric(b *BatchNorm, dx, dy, x []float32, rows, width, stride int) {
	var masked [StripWidth]float32
	for i := range rows {
		b.mask(masked[:width], dy[i*stride:], x[i*stride:])
		b.gradRow(dx[i*stride:][:width], masked[:], x[i*stride:])
	}
}

func (b *BatchNorm) gradRow(dx, dy, x []float32) {
	dy, x = dy[:len(dx)], x[:len(dx)]
	for j := range dx {
		dx[j] = fma(dy[j], b.Scale[j], fma(x[j]-b.Mean[j], b.Slope[j], b.Offset[j]))
	}
}
