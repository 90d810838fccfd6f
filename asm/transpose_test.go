package asm_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// TestTranspose compares all small sizes with a loop, and also what lies between the
// rows, which must stay.
func TestTranspose(t *testing.T) {
	for _, implementation := range asm.Implementations() {
		use(t, implementation)
		for rows := range 35 {
			for cols := range 35 {
				dstRow, srcRow := rows+cols%3, cols+rows%4
				src := make([]float32, max(0, (rows-1)*srcRow+cols))
				for i := range src {
					src[i] = float32(i + 1)
				}
				dst := make([]float32, cols*dstRow+9)
				for i := range dst {
					dst[i] = -float32(i)
				}
				want := slices.Clone(dst)
				for i := range rows {
					for j := range cols {
						want[j*dstRow+i] = src[i*srcRow+j]
					}
				}
				asm.Transpose(dst, dstRow, src, srcRow, rows, cols)
				if !slices.Equal(dst, want) {
					t.Fatalf("%s: %d×%d: got %v, want %v", implementation, rows, cols, dst, want)
				}
			}
		}
	}
}

func TestTransposePanics(t *testing.T) {
	x, y := make([]float32, 30), make([]float32, 30)
	for want, f := range map[string]func(){
		"asm: Transpose: negative size: -1×3 from distance 4 to 5":                 func() { asm.Transpose(x, 5, y, 4, -1, 3) },
		"asm: Transpose: the destination has 13 elements, the last row ends at 14": func() { asm.Transpose(x[:13], 5, y, 4, 4, 3) },
		"asm: Transpose: the source has 14 elements, the last row ends at 15":      func() { asm.Transpose(x, 5, y[:14], 4, 4, 3) },
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

func BenchmarkTranspose(b *testing.B) {
	for _, s := range []struct{ rows, cols int }{{196, 32}, {32, 196}, {784, 32}, {32, 784}} {
		b.Run(fmt.Sprintf("%dx%d", s.rows, s.cols), func(b *testing.B) {
			x, y := make([]float32, s.rows*s.cols), make([]float32, s.rows*s.cols)
			b.SetBytes(int64(4 * len(x)))
			for b.Loop() {
				asm.Transpose(y, s.rows, x, s.cols, s.rows, s.cols)
			}
		})
	}
}
