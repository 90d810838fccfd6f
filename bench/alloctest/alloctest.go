// Package alloctest holds tests to the promise that a warm step allocates
// nothing, at any GOMAXPROCS. testing.AllocsPerRun cannot: it sets GOMAXPROCS
// to 1, where no kernel has a worker.
package alloctest

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

// The counter of allocations is the whole program's. The runtime allocates when a
// goroutine parks and wakes on another processor, where its record of this (a
// sudog) then stays; even if every call does so, it ends when that processor has
// its fill of 128 and gives half of them back. And a worker that comes late still
// holds its job, so that the next call makes another, until there are enough. So
// there are more calls than these take to end.
const calls, tries = 4, 100

// None calls f, named what, until four calls in a row have not allocated. It fails
// t after the 400th call, and says where f allocates.
func None(t testing.TB, what string, f func()) {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var before, after runtime.MemStats
	for range tries {
		runtime.ReadMemStats(&before)
		for range calls {
			f()
		}
		runtime.ReadMemStats(&after)
		if after.Mallocs == before.Mallocs {
			return
		}
	}
	t.Errorf("%s: still %d allocations in %d calls, after %d%s", what, after.Mallocs-before.Mallocs, calls, calls*(tries-1), places(f))
}

// places returns where a call of f allocates.
func places(f func()) string {
	defer func(rate int) { runtime.MemProfileRate = rate }(runtime.MemProfileRate)
	runtime.MemProfileRate = 1 // every allocation
	before := profile()
	f()
	after := profile()
	count := make(map[[32]uintptr]int64)
	for _, r := range before {
		count[r.Stack0] = r.AllocObjects
	}
	var all strings.Builder
	for _, r := range after {
		n := r.AllocObjects - count[r.Stack0]
		stack := fmt.Sprintf("\n%d here:", n)
		frames := runtime.CallersFrames(r.Stack())
		for more := true; more; {
			var frame runtime.Frame
			frame, more = frames.Next()
			stack += fmt.Sprintf("\n\t%s %s:%d", frame.Function, frame.File, frame.Line)
		}
		if n > 0 && !strings.Contains(stack, "alloctest.profile ") {
			all.WriteString(stack)
		}
	}
	return all.String()
}

// profile returns the allocations so far by place, which the runtime publishes two
// collections late.
func profile() []runtime.MemProfileRecord {
	runtime.GC()
	runtime.GC()
	n, _ := runtime.MemProfile(nil, true)
	records := make([]runtime.MemProfileRecord, n+50) // places that are new since
	n, _ = runtime.MemProfile(records, true)
	return records[:n]
}
