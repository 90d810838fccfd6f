package asm

// Prefetch asks for the cache lines of a strip, which a later call will read, to be
// brought to L2. The processor foresees memory that is read in sequence, but not
// short runs that lie far apart. It is a hint: whatever the arguments are, nothing
// is read or written for the program to see. The width has no limit. Where there is
// no such instruction it does nothing.
func Prefetch(x []float32, rows, width, stride int) {
	if len(x) > 0 && rows > 0 {
		prefetch(&x[0], rows, width, stride)
	}
}

// PrefetchWrite is Prefetch for a strip that a later call will write.
func PrefetchWrite(x []float32, rows, width, stride int) {
	if len(x) > 0 && rows > 0 {
		prefetchWrite(&x[0], rows, width, stride)
	}
}

// StoreFence makes what was written past the caches, see BatchNorm.Stream, visible to
// other cores before anything that is written after it. It waits for memory: call it
// once, after the last strip.
func StoreFence() { storeFence() }
