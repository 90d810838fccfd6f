package asm_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// TestSameBits compares every implementation with the portable one: results,
// canaries, inputs, for all short lengths, at all alignments.
func TestSameBits(t *testing.T) {
	lengths := []int{127, 128, 129, 255, 256, 1000, 4099}
	for n := range 101 {
		lengths = append(lengths, n)
	}
	const largest = 4099
	for _, implementation := range asm.Implementations() {
		t.Run(implementation, func(t *testing.T) {
			use(t, implementation)
			for _, k := range kernels {
				t.Run(k.name, func(t *testing.T) {
					r := rand.New(rand.NewPCG(1, 2))
					start, got, want := newArena(largest+8), newArena(largest+8), newArena(largest+8)
					for _, n := range lengths {
						// Only what a call can reach is filled and compared.
						size := margin + n + 8 + margin
						start, got, want := start.cut(size), got.cut(size), want.cut(size)
						for offset := range 8 {
							m := []mode{normal, finite, bits, specials}[(n+offset)%4]
							start.fill(r, m)
							alias := ""
							if k.alias {
								alias = []string{"", "x", "y", "z", "all"}[(n/4+offset)%5]
							}
							compare(t, k, implementation, start, got, want, offset, n, alias)
							if t.Failed() {
								t.Fatalf("length %d, offset %d, %s numbers, w aliases %q", n, offset, m, alias)
							}
						}
					}
				})
			}
		})
	}
}

// compare runs k twice from the same memory, once with the portable code, and
// leaves implementation selected. The canaries need no check of their own: if
// the portable code runs past the end of a slice, Go panics.
func compare(t *testing.T, k kernel, implementation string, start, got, want *arena, offset, n int, alias string) {
	t.Helper()
	asm.Use("generic")
	want.copyFrom(start)
	wantResult := k.run(want.operands(offset, n, alias))
	asm.Use(implementation)
	got.copyFrom(start)
	gotResult := k.run(got.operands(offset, n, alias))
	if !same(gotResult, wantResult) {
		t.Errorf("%s = %x, want %x", k.name, gotResult, wantResult)
	}
	if d := got.difference(want); d != "" {
		t.Errorf("%s: %s", k.name, d)
	}
}

// FuzzSameBits takes the operands from arbitrary bytes.
func FuzzSameBits(f *testing.F) {
	f.Add([]byte{}, uint8(0))
	seed := make([]byte, 0, 16*4*len(special))
	for i := range 4 * len(special) * 4 {
		seed = binary.LittleEndian.AppendUint32(seed, math.Float32bits(special[i*7%len(special)]))
	}
	for i := range kernels {
		f.Add(seed, uint8(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, which uint8) {
		k := kernels[int(which)%len(kernels)]
		n := len(data) / 16
		start := newArena(n)
		for i := range 4 * n {
			v := math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
			[][]float32{start.w, start.x, start.y, start.z}[i%4][margin+i/4] = v
			start.acc[margin+i/4] += float64(v)
		}
		for _, implementation := range asm.Implementations() {
			use(t, implementation)
			compare(t, k, implementation, start, newArena(n), newArena(n), 0, n, "")
		}
	})
}
