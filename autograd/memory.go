package autograd

import "github.com/seed-312a1f22/dyad/tensor"

// Memory is how much memory a pass over a tape needs, in bytes. Tape.Memory
// returns it.
//
// It counts what the tape owns. Values that Const and Leaf were given, the
// gradients of parameters, and results that are views of others are not the
// tape's.
type Memory struct {
	Values    int64 // the results of the pass' operations
	Saved     int64 // what their Forward has kept for Backward
	Gradients int64 // of intermediate values, at most at one time
	Scratch   int64 // of a call, at most at one time
	Peak      int64 // all of these together, at most at one time
	Held      int64 // what the tape keeps, in use or for later passes
}

// Memory returns how much memory the present pass has needed so far: call it
// before Reset, which begins the next one.
func (t *Tape) Memory() Memory {
	const size = 4 // bytes in a float32
	u := &t.usage
	return Memory{
		Values:    size * int64(u.values),
		Saved:     size * int64(u.saved),
		Gradients: size * int64(u.gradients.most),
		Scratch:   size * int64(u.scratch.most),
		Peak:      size * int64(u.peak),
		Held:      size * int64(u.held),
	}
}

// usage is a Memory that is being counted, in elements.
type usage struct {
	values, saved      int
	gradients, scratch level
	peak, held         int
}

// level is how many elements of a kind are in use.
type level struct{ now, most int }

// addValue and addSaved count memory that is in use from now until Reset.
func (u *usage) addValue(n int) {
	u.values += n
	u.mark()
}

func (u *usage) addSaved(n int) {
	u.saved += n
	u.mark()
}

// add counts n elements of a kind more, or, when n is negative, fewer.
func (u *usage) add(l *level, n int) {
	l.now += n
	l.most = max(l.most, l.now)
	u.mark()
}

func (u *usage) mark() {
	u.peak = max(u.peak, u.values+u.saved+u.gradients.now+u.scratch.now)
}

// reset begins a pass. Nothing is in use then but what a panic in the middle of
// an operation has kept from being given back, which is lost to the tape.
func (u *usage) reset() {
	*u = usage{held: u.held - u.scratch.now - u.gradients.now}
}

// grow returns memory of n elements: m's own where it suffices.
func (t *Tape) grow(m []float32, n int) []float32 {
	if cap(m) < n {
		t.usage.held += n - cap(m)
		return tensor.New(n).Data()
	}
	return m[:n]
}

// take returns memory for n elements of a kind, with anything in it; give takes
// it back.
func (t *Tape) take(kind *level, n int) []float32 {
	t.usage.add(kind, n)
	list := t.free[n]
	if len(list) == 0 {
		t.usage.held += n
		return tensor.New(n).Data()
	}
	t.free[n] = list[:len(list)-1]
	return list[len(list)-1]
}

func (t *Tape) give(kind *level, m []float32) {
	t.usage.add(kind, -len(m))
	t.free[len(m)] = append(t.free[len(m)], m)
}
