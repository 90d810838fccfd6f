package tensor

import (
	"slices"
	"sync"
)

// freeList keeps what kernels work in, so that a warm program allocates
// nothing. It holds as many as were ever in use at once.
type freeList[T any] struct {
	new  func() *T
	mu   sync.Mutex
	free []*T
	made int
}

// take returns one that nobody uses.
func (l *freeList[T]) take() *T {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.free) == 0 {
		l.add()
	}
	last := len(l.free) - 1
	t := l.free[last]
	l.free = l.free[:last]
	return t
}

// put gives back what take returned.
func (l *freeList[T]) put(t *T) {
	l.mu.Lock()
	l.free = append(l.free, t)
	l.mu.Unlock()
}

// reserve makes sure that there are n, in use or free. What goroutines take
// while they run depends on chance; after reserve it does not allocate.
func (l *freeList[T]) reserve(n int) {
	l.mu.Lock()
	for l.made < n {
		l.add()
	}
	l.mu.Unlock()
}

// each calls f for all that are free.
func (l *freeList[T]) each(f func(*T)) {
	l.mu.Lock()
	for _, t := range l.free {
		f(t)
	}
	l.mu.Unlock()
}

func (l *freeList[T]) add() {
	l.made++
	l.free = append(slices.Grow(l.free, l.made-len(l.free)), l.new())
}
