//go:build !amd64 || purego

package asm

func batchNormNormalize(b *BatchNorm, y, x []float32, rows, width, stride int) {
	batchNormNormalizeGeneric(b, y, x, rows, width, stride)
}

func batchNormNormalizeReLU(b *BatchNorm, y, x []float32, rows, width, stride int) {
	batchNormNormalizeReLUGeneric(b, y, x, rows, width, stride)
}

func batchNormSumGrad(b *BatchNorm, dy, x []float32, rows, width, stride int) {
	batchNormSumGradGeneric(b, dy, x, rows, width, stride)
}

func batchNormSumGradReLU(b *BatchNorm, dy, x []float32, rows, width, stride int) {
	batchNormSumGradReLUGeneric(b, dy, x, rows, width, stride)
}

func batchNormGrad(b *BatchNorm, dx, dy, x []float32, rows, width, stride int) {
	batchNormGradGeneric(b, dx, dy, x, rows, width, stride)
}

func batchNormGradReLU(b *BatchNorm, dx, dy, x []float32, rows, width, stride int) {
	batchNormGradReLUGeneric(b, dx, dy, x, rows, width, stride)
}
