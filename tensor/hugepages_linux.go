package tensor

import (
	"syscall"
	"unsafe"
)

// allocate returns n zeros. Large ones it asks Linux to keep in pages of 2 MiB, which
// it does unless huge pages are switched off: an operation that walks through images of
// many channels uses more pages of 4 KiB than the processor has the addresses of at
// hand, and waits for those of the others. New memory has not been written to yet, so
// that its pages come as huge ones at once.
func allocate(n int) []float32 {
	const page = 2 << 20
	x := make([]float32, n)
	size := 4 * n
	if size < page {
		return x
	}
	before := int(-uintptr(unsafe.Pointer(&x[0])) % page)
	if whole := (size - before) / page; whole > 0 {
		// A refusal leaves pages as they are.
		_ = syscall.Madvise(unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), size)[before:][:whole*page], syscall.MADV_HUGEPAGE)
	}
	return x
}
