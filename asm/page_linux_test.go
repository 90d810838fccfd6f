package asm_test

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"

	"github.com/seed-312a1f22/dyad/asm"
)

// guarded returns size bytes of memory between two pages that fault.
func guarded(t *testing.T, size int) []byte {
	t.Helper()
	page := syscall.Getpagesize()
	size = (size + page - 1) / page * page
	memory, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Skip("no mmap here:", err)
	}
	t.Cleanup(func() { syscall.Munmap(memory) })
	for _, guard := range [][]byte{memory[:page], memory[page+size:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	return memory[page : page+size]
}

// floats returns the first or the last n elements that fit into memory.
func floats[F float32 | float64](memory []byte, n int, atEnd bool) []F {
	all := unsafe.Slice((*F)(unsafe.Pointer(&memory[0])), len(memory)/int(unsafe.Sizeof(F(0))))
	if atEnd {
		return all[len(all)-n:]
	}
	return all[:n:n]
}

// TestUnmappedPages gives kernels operands that begin or end where the mapped
// memory does: one element too far is a fault that kills the test.
func TestUnmappedPages(t *testing.T) {
	const largest = 200
	w, x, y, z := guarded(t, 4*largest), guarded(t, 4*largest), guarded(t, 4*largest), guarded(t, 4*largest)
	acc := guarded(t, 8*largest)
	r := rand.New(rand.NewPCG(7, 8))
	for _, implementation := range asm.Implementations() {
		use(t, implementation)
		for _, k := range kernels {
			for n := range largest + 1 {
				for _, atEnd := range []bool{false, true} {
					o := operands{
						floats[float32](w, n, atEnd), floats[float32](x, n, atEnd),
						floats[float32](y, n, atEnd), floats[float32](z, n, atEnd),
						floats[float64](acc, n, atEnd),
					}
					fill(r, normal, o.x)
					k.run(o)
				}
			}
		}
	}
}
