package asm_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// TestCopyBlocks copies rows of all lengths, and compares with a loop also what
// lies between the rows, which must stay. The source ends with its last row.
func TestCopyBlocks(t *testing.T) {
	for _, c := range []struct {
		name             string
		dstStep, srcStep int
		copy             func(dst []float32, dstPlane, dstRow int, src []float32, srcPlane, srcRow, planes, rows, n int)
	}{
		{"CopyBlocks", 1, 1, asm.CopyBlocks},
		{"CopyAlternate", 1, 2, asm.CopyAlternate},
		{"StoreAlternate", 2, 1, asm.StoreAlternate},
	} {
		t.Run(c.name, func(t *testing.T) { testCopy(t, c.dstStep, c.srcStep, c.copy) })
	}
}

func testCopy(t *testing.T, dstStep, srcStep int, f func(dst []float32, dstPlane, dstRow int, src []float32, srcPlane, srcRow, planes, rows, n int)) {
	for _, implementation := range asm.Implementations() {
		use(t, implementation)
		for n := range 70 {
			for _, size := range []struct{ planes, rows int }{{0, 2}, {2, 0}, {1, 1}, {1, 5}, {3, 1}, {3, 4}} {
				for offset := range 3 {
					dstRow, srcRow := dstStep*n+2, srcStep*n+1
					dstPlane, srcPlane := size.rows*dstRow+1, size.rows*srcRow+3
					dst := make([]float32, offset+size.planes*dstPlane+20)
					for i := range dst {
						dst[i] = -float32(i)
					}
					src := make([]float32, offset+max(0, (size.planes-1)*srcPlane+(size.rows-1)*srcRow+srcStep*(n-1)+1))
					for i := range src {
						src[i] = float32(i + 1)
					}
					want := slices.Clone(dst)
					for p := range size.planes {
						for r := range size.rows {
							for i := range n {
								want[offset+p*dstPlane+r*dstRow+dstStep*i] = src[offset+p*srcPlane+r*srcRow+srcStep*i]
							}
						}
					}
					f(dst[offset:], dstPlane, dstRow, src[offset:], srcPlane, srcRow, size.planes, size.rows, n)
					if !slices.Equal(dst, want) {
						t.Fatalf("%s: %d×%d×%d, offset %d: got %v, want %v", implementation, size.planes, size.rows, n, offset, dst, want)
					}
				}
			}
		}
	}
}

// TestCopyBlocksPanics holds that the last row must fit exactly.
func TestCopyBlocksPanics(t *testing.T) {
	const planes, rows, n = 2, 3, 5
	fits := make([]float32, 30+2*7+n)
	asm.CopyBlocks(fits, 30, 7, make([]float32, len(fits)), 30, 7, planes, rows, n)
	short := fits[:len(fits)-1]
	for want, f := range map[string]func(){
		"asm: CopyBlocks: the destination has 48 elements, the last row ends at 49": func() { asm.CopyBlocks(short, 30, 7, make([]float32, 49), 30, 7, planes, rows, n) },
		"asm: CopyBlocks: the source has 48 elements, the last row ends at 49":      func() { asm.CopyBlocks(make([]float32, 49), 30, 7, short, 30, 7, planes, rows, n) },
		"asm: CopyBlocks: negative size: 2×3×-1 from distances 30, 7 to 30, 7":      func() { asm.CopyBlocks(fits, 30, 7, fits, 30, 7, planes, rows, -1) },
	} {
		t.Run(want, func(t *testing.T) {
			defer func() {
				if got := fmt.Sprint(recover()); got != want {
					t.Errorf("panic %q, want %q", got, want)
				}
			}()
			f()
		})
	}
}
