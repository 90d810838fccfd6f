//go:build !purego

package asm

func dots1(dst, a, b []float32, ldb, k int) {
	dots1AVX2((*[dotColumns]float32)(dst), &a[0], &b[0], ldb, k)
}

func dots2(dst, dst2, a, a2, b []float32, ldb, k int) {
	dots2AVX2((*[dotColumns]float32)(dst), (*[dotColumns]float32)(dst2), &a[0], &a2[0], &b[0], ldb, k)
}

// dots1AVX2 computes dot products in the order of Gemm. If k is not a multiple of
// 4, a has minus zeros up to the next one.
//
//	for j := range dst {
//		dst[j] = 0
//		for p := range k {
//			dst[j] = fma(a[p], b[j*ldb+p], dst[j])
//		}
//	}
//
//go:noescape
func dots1AVX2(dst *[dotColumns]float32, a *float32, b *float32, ldb, k int)

// dots2AVX2 does the same for dst and a, and for dst2 and a2.
//
//go:noescape
func dots2AVX2(dst, dst2 *[dotColumns]float32, a, a2 *float32, b *float32, ldb, k int)

func dotsPacked(dst []float32, rows, columns int, a, b []float32, ldb, k int) {
	dotsPackedAVX2(&dst[0], rows, columns, &a[0], &b[0], ldb, k)
}

// dotsPackedAVX2 does it for up to 8 packed rows and a positive multiple of 16 columns.
//
//	for i := range rows {
//		for j := range columns {
//			dst[i*maxLanes+j] = 0
//			for p := range k {
//				dst[i*maxLanes+j] = fma(a[p*rows+i], b[j*ldb+p], dst[i*maxLanes+j])
//			}
//		}
//	}
//
//go:noescape
func dotsPackedAVX2(dst *float32, rows, columns int, a *float32, b *float32, ldb, k int)
