//go:build !purego

package asm

func indirectGemm(c []float32, cAt []int, a []float32, aAt, at []int, b []float32, add bool, next []float32) []float32 {
	if current == generic || len(at) == 0 {
		indirectGemmGeneric(c, cAt, a, aAt, at, b, add)
		return next
	}
	height := evenly(len(aAt), blockings[current].mr)
	for i := 0; i < len(aAt); i += height {
		rows, ahead := min(height, len(aAt)-i), &b[0]
		if len(next) > 0 {
			ahead = &next[0]
			next = next[min(4*len(at), len(next)):]
		}
		if current == avx512 {
			indirectAVX512(&c[0], &cAt[i], &a[0], &aAt[i], rows, &at[0], len(at), &b[0], add, ahead)
		} else {
			indirectAVX2(&c[0], &cAt[i], &a[0], &aAt[i], rows, &at[0], len(at), &b[0], add, ahead)
		}
	}
	return next
}

// indirectAVX512 is IndirectGemm for 1 to 12 rows and k ≥ 1. It prefetches 4·k
// elements from next on.
//
//go:noescape
func indirectAVX512(c *float32, cAt *int, a *float32, aAt *int, rows int, at *int, k int, b *float32, add bool, next *float32)

// indirectAVX2 does the same for 1 to 6 rows.
//
//go:noescape
func indirectAVX2(c *float32, cAt *int, a *float32, aAt *int, rows int, at *int, k int, b *float32, add bool, next *float32)
