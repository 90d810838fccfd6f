//go:build !purego

package asm

import "unsafe"

func batchNormNormalize(b *BatchNorm, y, x []float32, rows, width, stride int) {
	switch stream := b.streams(y, width, stride); {
	case current == avx512 && stream:
		batchNormStreamAVX512(b, y, x, rows, stride)
	case current == avx512:
		batchNormNormalizeAVX512(b, y, x, rows, width, stride)
	case current == avx2 && stream:
		batchNormStreamAVX2(b, y, x, rows, stride)
	case current == avx2:
		batchNormNormalizeAVX2(b, y, x, rows, width, stride)
	default:
		batchNormNormalizeGeneric(b, y, x, rows, width, stride)
	}
}

func batchNormNormalizeReLU(b *BatchNorm, y, x []float32, rows, width, stride int) {
	switch stream := b.streams(y, width, stride); {
	case current == avx512 && stream:
		batchNormStreamReLUAVX512(b, y, x, rows, stride)
	case current == avx512:
		batchNormNormalizeReLUAVX512(b, y, x, rows, width, stride)
	case current == avx2 && stream:
		batchNormStreamReLUAVX2(b, y, x, rows, stride)
	case current == avx2:
		batchNormNormalizeReLUAVX2(b, y, x, rows, width, stride)
	default:
		batchNormNormalizeReLUGeneric(b, y, x, rows, width, stride)
	}
}

// streams reports whether Stream counts for strips of y.
func (b *BatchNorm) streams(y []float32, width, stride int) bool {
	return b.Stream && width == StripWidth && len(y) > 0 && uintptr(unsafe.Pointer(&y[0]))%64 == 0 && stride*4%64 == 0
}

func batchNormSumGrad(b *BatchNorm, dy, x []float32, rows, width, stride int) {
	switch current {
	case avx512:
		batchNormSumGradAVX512(b, dy, x, rows, width, stride)
	case avx2:
		batchNormSumGradAVX2(b, dy, x, rows, width, stride)
	default:
		batchNormSumGradGeneric(b, dy, x, rows, width, stride)
	}
}

func batchNormSumGradReLU(b *BatchNorm, dy, x []float32, rows, width, stride int) {
	switch current {
	case avx512:
		batchNormSumGradReLUAVX512(b, dy, x, rows, width, stride)
	case avx2:
		batchNormSumGradReLUAVX2(b, dy, x, rows, width, stride)
	default:
		batchNormSumGradReLUGeneric(b, dy, x, rows, width, stride)
	}
}

func batchNormGrad(b *BatchNorm, dx, dy, x []float32, rows, width, stride int) {
	switch current {
	case avx512:
		batchNormGradAVX512(b, dx, dy, x, rows, width, stride)
	case avx2:
		batchNormGradAVX2(b, dx, dy, x, rows, width, stride)
	default:
		batchNormGradGeneric(b, dx, dy, x, rows, width, stride)
	}
}

func batchNormGradReLU(b *BatchNorm, dx, dy, x []float32, rows, width, stride int) {
	switch current {
	case avx512:
		batchNormGradReLUAVX512(b, dx, dy, x, rows, width, stride)
	case avx2:
		batchNormGradReLUAVX2(b, dx, dy, x, rows, width, stride)
	default:
		batchNormGradReLUGeneric(b, dx, dy, x, rows, width, stride)
	}
}

// The assembly. Each pair is the loop of its comment, for i in [0, rows) and j in
// [0, width).

// y[i*stride+j] = b.normalizeOne(x[i*stride+j], j)
//
//go:noescape
func batchNormNormalizeAVX2(b *BatchNorm, y, x []float32, rows, width, stride int)

//go:noescape
func batchNormNormalizeAVX512(b *BatchNorm, y, x []float32, rows, width, stride int)

// The same for a width of StripWidth, with stores past the caches.
//
//go:noescape
func batchNormStreamAVX2(b *BatchNorm, y, x []float32, rows, stride int)

//go:noescape
func batchNormStreamAVX512(b *BatchNorm, y, x []float32, rows, stride int)

// … and 0 if that is < 0
//
//go:noescape
func batchNormNormalizeReLUAVX2(b *BatchNorm, y, x []float32, rows, width, stride int)

//go:noescape
func batchNormNormalizeReLUAVX512(b *BatchNorm, y, x []float32, rows, width, stride int)

//go:noescape
func batchNormStreamReLUAVX2(b *BatchNorm, y, x []float32, rows, stride int)

//go:noescape
func batchNormStreamReLUAVX512(b *BatchNorm, y, x []float32, rows, stride int)

// g := float64(dy[i*stride+j]); b.Sum[j] += g; b.Dot[j] += g * float64(x[i*stride+j])
//
//go:noescape
func batchNormSumGradAVX2(b *BatchNorm, dy, x []float32, rows, width, stride int)

//go:noescape
func batchNormSumGradAVX512(b *BatchNorm, dy, x []float32, rows, width, stride int)

// … where g = 0 if !(b.normalizeOne(x[i*stride+j], j) > 0)
//
//go:noescape
func batchNormSumGradReLUAVX2(b *BatchNorm, dy, x []float32, rows, width, stride int)

//go:noescape
func batchNormSumGradReLUAVX512(b *BatchNorm, dy, x []float32, rows, width, stride int)

// dx[i*stride+j] = fma(dy[i*stride+j], b.Scale[j], fma(x[i*stride+j]-b.Mean[j], b.Slope[j], b.Offset[j]))
//
//go:noescape
func batchNormGradAVX2(b *BatchNorm, dx, dy, x []float32, rows, width, stride int)

//go:noescape
func batchNormGradAVX512(b *BatchNorm, dx, dy, x []float32, rows, width, stride int)

// … where dy counts as 0 if !(b.normalizeOne(x[i*stride+j], j) > 0)
//
//go:noescape
func batchNormGradReLUAVX2(b *BatchNorm, dx, dy, x []float32, rows, width, stride int)

//go:noescape
func batchNormGradReLUAVX512(b *BatchNorm, dx, dy, x []float32, rows, width, stride int)
