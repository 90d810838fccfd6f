package data

import "sync"

// freeList hands out what one reading of a sample needs besides its
// destination, and takes it back for the next one, so that reading allocates
// nothing. It holds as many values as were in use at once.
type freeList[T any] struct {
	make func() T

	mu   sync.Mutex
	free []T
}

func (l *freeList[T]) get() T {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.free)
	if n == 0 {
		return l.make()
	}
	v := l.free[n-1]
	l.free = l.free[:n-1]
	return v
}

func (l *freeList[T]) put(v T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free = append(l.free, v)
}
