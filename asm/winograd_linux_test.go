package asm_test

import (
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// TestWinogradUnmappedPages gives the transforms operands that begin or end where
// the mapped memory does.
func TestWinogradUnmappedPages(t *testing.T) {
	const n, step, row = 8, 9, 40
	var tiles [n]int
	for i := range tiles {
		tiles[i] = 4 * i
	}
	x, y := guarded(t, 4096), guarded(t, 4096)
	for _, implementation := range asm.Implementations() {
		use(t, implementation)
		for _, atEnd := range []bool{false, true} {
			take := func(memory []byte, n int) []float32 { return floats[float32](memory, n, atEnd) }
			all := func(count int) int { return (count-1)*step + n }
			area := func(size int) int { return tiles[n-1] + (size-1)*row + size }
			asm.WinogradInput(take(y, all(36)), step, take(x, area(6)), row, tiles[:])
			asm.WinogradOutput(take(y, area(4)), row, tiles[:], take(x, all(36)), step)
			asm.WinogradOutputGrad(take(y, all(36)), step, take(x, area(4)), row, tiles[:])
			asm.WinogradKernel(take(y, all(36)), step, take(x, all(9)), step, n, false)
			asm.WinogradKernel(take(y, all(36)), step, take(x, all(9)), step, n, true)
			asm.WinogradKernelGrad(take(y, all(9)), step, take(x, all(36)), step, n)
			first := places([]int{0})
			for _, c := range lines {
				out, in := len(c.matrix), len(c.matrix[0])
				for _, n := range []int{5, 8, 16} {
					c.line.Apply(take(y, out*n), first, n, take(x, in*n), first, n, n, true)
				}
			}
			for rows := range 17 {
				for columns := range 17 {
					asm.Transpose(take(y, rows*columns), rows, take(x, rows*columns), columns, rows, columns)
				}
			}
		}
	}
}
