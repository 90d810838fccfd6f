package asm

// BatchNorm holds what batch normalisation needs to know of each of the up to
// StripWidth channels of a strip, whose columns are channels.
type BatchNorm struct {
	// y = (x − Mean)·Scale + Shift. Scale is gamma/√(variance + eps), Shift is beta.
	Mean, Scale, Shift [StripWidth]float32

	// dx = dy·Scale + ((x − Mean)·Slope + Offset): how dx depends on x, and on the
	// sums below, through the mean and the variance.
	Slope, Offset [StripWidth]float32

	// Stream makes Normalize write past the caches, by non-temporal stores, for a y that
	// is larger than they are: memory need not fetch what is overwritten. StoreFence comes
	// after the last strip. It counts for strips of StripWidth columns whose rows begin at
	// multiples of 64 bytes, and not for the portable code.
	Stream bool

	// Σ dy and Σ dy·x, of the strips so far.
	Sum, Dot [StripWidth]float64
}

// Normalize writes the normalised x to y, strips of the same rows, width and
// stride: y = (x − b.Mean)·b.Scale + b.Shift, where the product and the sum are
// one fused multiply-add. With relu, elements below 0 become 0, as by ReLU. y may
// be x.
func (b *BatchNorm) Normalize(y, x []float32, rows, width, stride int, relu bool) {
	checkStrip("BatchNorm.Normalize", min(len(y), len(x)), rows, width, stride)
	if relu {
		batchNormNormalizeReLU(b, y, x, rows, width, stride)
	} else {
		batchNormNormalize(b, y, x, rows, width, stride)
	}
}

// SumGrad adds dy to b.Sum and dy·x to b.Dot over the rows of two strips, in float64
// and in the order of the rows; the products are exact. From width on the sums stay
// as they are. With relu, a dy counts as 0 where Normalize, which is
// computed again, gives no positive y.
func (b *BatchNorm) SumGrad(dy, x []float32, rows, width, stride int, relu bool) {
	checkStrip("BatchNorm.SumGrad", min(len(dy), len(x)), rows, width, stride)
	if relu {
		batchNormSumGradReLU(b, dy, x, rows, width, stride)
	} else {
		batchNormSumGrad(b, dy, x, rows, width, stride)
	}
}

// Grad writes dx = dy·b.Scale + ((x − b.Mean)·b.Slope + b.Offset), by two fused
// multiply-adds, for strips of the same rows, width and stride. With relu, a dy
// counts as 0 where SumGrad has it so. dx may be dy or x.
func (b *BatchNorm) Grad(dx, dy, x []float32, rows, width, stride int, relu bool) {
	checkStrip("BatchNorm.Grad", min(len(dx), len(dy), len(x)), rows, width, stride)
	if relu {
		batchNormGradReLU(b, dx, dy, x, rows, width, stride)
	} else {
		batchNormGrad(b, dx, dy, x, rows, width, stride)
	}
}
