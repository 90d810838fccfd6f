package asm

import "slices"

// Places is a table of where something begins in a slice: rows of a matrix, columns
// to transform. It knows the range that these are in, so that what is used again and
// again is not searched for it each time. The zero value has none.
type Places struct {
	at          []int
	first, last int // the smallest and the largest
}

// NewPlaces returns the table at, which must not change as long as it is used.
func NewPlaces(at []int) Places {
	if len(at) == 0 {
		return Places{}
	}
	return Places{at, slices.Min(at), slices.Max(at)}
}

// Len returns how many there are.
func (p *Places) Len() int { return len(p.at) }

// First returns the first n places.
func (p *Places) First(n int) Places {
	if n == len(p.at) {
		return *p
	}
	return NewPlaces(p.at[:n])
}

// extreme returns the place that may lie outside of a slice: the largest, or a negative
// one.
func (p *Places) extreme() int {
	if p.first < 0 {
		return p.first
	}
	return p.last
}
