package asm

import (
	"fmt"
	"slices"
)

// The instruction sets that kernels are written for, worst first, so that a
// larger number is the better choice.
const (
	generic = iota
	avx2
	avx512
)

var names = [...]string{generic: "generic", avx2: "avx2", avx512: "avx512"}

// best is what this machine and this build can run; current is what is used.
// Every kernel switches on current and calls its assembly directly: a call
// through a function variable would make its slices escape to the heap.
var (
	best    = detect()
	current = best
)

// Implementations returns the names that Use accepts on this machine, the best
// first. "generic", the portable code, is always the last one.
func Implementations() []string {
	all := slices.Clone(names[:best+1])
	slices.Reverse(all)
	return all
}

// Implementation returns the name of the implementation in use: "avx512",
// "avx2" or "generic". At start-up it is the best one that the machine has.
func Implementation() string { return names[current] }

// Use selects an implementation by name, for tests and benchmarks. All of them
// compute the same bits; they differ in speed alone. The error names the
// choices there are. Use must not be called while a kernel runs.
func Use(name string) error {
	i := slices.Index(names[:best+1], name)
	if i < 0 {
		return fmt.Errorf("asm: implementation %q is not available here; choose one of %v", name, Implementations())
	}
	current = i
	return nil
}
