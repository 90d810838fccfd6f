//go:build !purego

package asm

// The assembly serves AVX2 and AVX-512 alike: it is bound by shuffles, of which
// wider vectors do not take fewer, and by memory.

// transpose goes by strips of 8×8 blocks along the longer side, which the hardware
// then reads or writes ahead. The last block of a side ends with it and overlaps the
// one before.
func transpose(dst []float32, dstRow int, src []float32, srcRow, rows, cols int) {
	if current == generic || rows < 8 || cols < 8 {
		transposeGeneric(dst, dstRow, src, srcRow, rows, cols)
		return
	}
	if rows >= cols {
		for j := 0; j < cols; j += 8 {
			j := min(j, cols-8)
			transposeStripAVX2(&dst[j*dstRow], dstRow, 8, &src[j], srcRow, 8*srcRow, rows/8)
			if i := rows - 8; rows%8 > 0 {
				transposeStripAVX2(&dst[j*dstRow+i], dstRow, 0, &src[i*srcRow+j], srcRow, 0, 1)
			}
		}
		return
	}
	for i := 0; i < rows; i += 8 {
		i := min(i, rows-8)
		transposeStripAVX2(&dst[i], dstRow, 8*dstRow, &src[i*srcRow], srcRow, 8, cols/8)
		if j := cols - 8; cols%8 > 0 {
			transposeStripAVX2(&dst[j*dstRow+i], dstRow, 0, &src[i*srcRow+j], srcRow, 0, 1)
		}
	}
}

// transposeStripAVX2 transposes count ≥ 1 blocks of 8×8:
//
//	for n := range count {
//		for i := range 8 {
//			for j := range 8 {
//				dst[n*dstStep+j*dstRow+i] = src[n*srcStep+i*srcRow+j]
//			}
//		}
//	}
//
//go:noescape
func transposeStripAVX2(dst *float32, dstRow, dstStep int, src *float32, srcRow, srcStep, count int)
