//go:build !purego

package asm

//lint:ignore U1000 the assembly reads it
var lineConstants = [...]float32{0.5, 2, 1.5, 2.5, 0.25, 4, 0.125, 8, 8. / 9, 2. / 9}

func winogradLine(t WinogradLine, dst []float32, dstAt []int, dstStep int, src []float32, srcAt []int, srcStep, n int, add bool) {
	switch {
	case current == generic || n%8 > 0:
		winogradLineGeneric(t, dst, dstAt, dstStep, src, srcAt, srcStep, n, add)
	case current == avx512 && n%16 == 0:
		winogradLineAVX512(int(t), &dst[0], &dstAt[0], dstStep, &src[0], &srcAt[0], srcStep, n, len(dstAt), add)
	default:
		winogradLineAVX2(int(t), &dst[0], &dstAt[0], dstStep, &src[0], &srcAt[0], srcStep, n, len(dstAt), add)
	}
}

// winogradLineAVX2 is winogradLineGeneric for n a positive multiple of 8 and one group
// or more.
//
//go:noescape
func winogradLineAVX2(t int, dst *float32, dstAt *int, dstStep int, src *float32, srcAt *int, srcStep, n, groups int, add bool)

// winogradLineAVX512 does the same for multiples of 16.
//
//go:noescape
func winogradLineAVX512(t int, dst *float32, dstAt *int, dstStep int, src *float32, srcAt *int, srcStep, n, groups int, add bool)
