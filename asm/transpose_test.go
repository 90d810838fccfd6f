package asm_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// TestTranspose compares with a loop also what lies between the rows, which must
// stay. Both slices end with the last row.
func TestTranspose(t *testing.T) {
	for _, implementation := range asm.Implementations() {
		use(t, implementation)
		for rows := range 20 {
			for columns := range 20 {
				dstRow, srcRow := rows+2, columns+1
				dst, src := make([]float32, max(0, (columns-1)*dstRow+rows)), make([]float32, max(0, (rows-1)*srcRow+columns))
				for i := range src {
					src[i] = float32(i + 1)
				}
				want := slices.Clone(dst)
				for i := range rows {
					for j := range columns {
						want[j*dstRow+i] = src[i*srcRow+j]
					}
				}
				asm.Transpose(dst, dstRow, src, srcRow, rows, columns)
				if !slices.Equal(dst, want) {
					t.Fatalf("%s: %d×%d: got %v, want %v", implementation, rows, columns, dst, want)
				}
			}
		}
	}
}

func TestTransposePanics(t *testing.T) {
	x := make([]float32, 100)
	for want, f := range map[string]func(){
		"asm: Transpose: negative size: 3×-1 from distance 4 to 5":                 func() { asm.Transpose(x, 5, x, 4, 3, -1) },
		"asm: Transpose: the destination has 12 elements, the last row ends at 13": func() { asm.Transpose(x[:12], 5, x, 4, 3, 3) },
		"asm: Transpose: the source has 10 elements, the last row ends at 11":      func() { asm.Transpose(x, 5, x[:10], 4, 3, 3) },
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
