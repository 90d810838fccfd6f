package autograd

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Direction is which way a pass runs over the tape.
type Direction int

// An operation's Forward and its Backward are profiled apart.
const (
	Forward Direction = iota + 1
	Backward
)

// String returns "forward", "backward", or, for the zero Direction, "".
func (d Direction) String() string {
	switch d {
	case Forward:
		return "forward"
	case Backward:
		return "backward"
	}
	return ""
}

// Counted is an Op that knows how many floating-point operations it performs,
// for profiles. The matrix products and convolutions of this package do.
type Counted interface {
	Op

	// FLOPs returns the floating-point operations of c's Forward or Backward; a
	// fused multiply-add counts as two. It is called before them and looks at
	// shapes, at the Attr and, for Backward, at NeedsGrad.
	FLOPs(c *Ctx, d Direction) int64
}

// Profile is where the time of passes went, by operation. The zero Profile is
// empty and ready: Tape.SetProfile has a tape fill it, Add puts in what is not an
// operation, and printing it gives a table. One goroutine at a time may use it.
type Profile struct {
	rows   []ProfileRow // in the order in which they first ran
	passes int
	memory Memory
}

// ProfileRow is the sum over all calls of an operation in one direction.
type ProfileRow struct {
	Name      string    // the Op's; or what Add was given
	Direction Direction // 0 for what Add was given
	Calls     int
	Time      time.Duration

	// Bytes is the size of what a call is given and what it makes: the inputs
	// and the result; in Backward the inputs, the gradient of the result, and
	// the gradients that are wanted. A kernel that reads something twice moves
	// more, one that does not read its inputs less.
	Bytes int64

	FLOPs int64 // floating-point operations; 0 where the Op is not Counted
}

// SetProfile has the tape add every operation that it runs from now on to p. Nil,
// as at the start, turns that off, and then it costs nothing; on, it takes the
// time of reading the clock twice, and allocates nothing once each operation has
// its row. A Reshape or other View that runs no Forward is not in a profile.
func (t *Tape) SetProfile(p *Profile) {
	t.profile, t.profiled = p, false
}

// Add adds a call of something that is not on a tape, such as the optimiser or
// the loader of the data, to the row of that name.
func (p *Profile) Add(name string, d time.Duration) {
	r := p.row(name, 0)
	r.Time += d
	r.Calls++
}

// Passes returns the number of passes in the profile. A pass is what a tape runs
// between one Reset and the next: a step of training.
func (p *Profile) Passes() int { return p.passes }

// Rows returns the rows, the longest time first.
func (p *Profile) Rows() []ProfileRow {
	rows := slices.Clone(p.rows)
	slices.SortStableFunc(rows, func(a, b ProfileRow) int { return cmp.Compare(b.Time, a.Time) })
	return rows
}

// Memory returns the memory of the pass with the highest Peak.
func (p *Profile) Memory() Memory { return p.memory }

// row returns the row of an operation; it is valid until the next call.
func (p *Profile) row(name string, d Direction) *ProfileRow {
	for i := range p.rows {
		if r := &p.rows[i]; r.Direction == d && r.Name == name {
			return r
		}
	}
	p.rows = append(p.rows, ProfileRow{Name: name, Direction: d})
	return &p.rows[len(p.rows)-1]
}

// run is Ctx.run, profiled.
func (p *Profile) run(c *Ctx, d Direction) {
	t, op := c.tape, c.node.op
	if !t.profiled {
		t.profiled = true
		p.passes++
	}
	bytes, flops := c.bytes(d), int64(0)
	if op, ok := op.(Counted); ok {
		flops = op.FLOPs(c, d)
	}
	start := time.Now()
	c.run(d)
	elapsed := time.Since(start)

	r := p.row(op.Name(), d)
	r.Calls++
	r.Time += elapsed
	r.Bytes += bytes
	r.FLOPs += flops
	if m := t.Memory(); m.Peak >= p.memory.Peak {
		p.memory = m
	}
}

// bytes returns a call's share of ProfileRow.Bytes.
func (c *Ctx) bytes(d Direction) int64 {
	n := c.Out().Size()
	for i := range c.NumIn() {
		size := c.In(i).Size()
		n += size
		if d == Backward && c.NeedsGrad(i) {
			n += size
		}
	}
	return 4 * int64(n)
}

// String returns a table with a line for each row, the longest time first, and
// their sum. Calls, milliseconds and megabytes (10⁶ bytes) are those of a pass, on
// average; speeds are those while the operation runs. Below stands the memory of
// the pass that needed most.
func (p *Profile) String() string {
	rows := p.Rows()
	total := ProfileRow{Name: "total"}
	width := len("operation")
	for _, r := range rows {
		total.Calls += r.Calls
		total.Time += r.Time
		total.Bytes += r.Bytes
		total.FLOPs += r.FLOPs
		width = max(width, len(r.Name))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-*s  %-8s %8s %10s %6s %9s %8s %8s\n", width, "operation", "", "calls", "ms", "%", "MB", "GB/s", "GFLOP/s")
	passes := float64(max(p.passes, 1))
	for _, r := range append(rows, total) {
		percent := 0.0
		if total.Time > 0 {
			percent = 100 * float64(r.Time) / float64(total.Time)
		}
		fmt.Fprintf(&b, "%-*s  %-8s %8.4g %10.3f %6.1f", width, r.Name, r.Direction, float64(r.Calls)/passes, 1e3*r.Time.Seconds()/passes, percent)
		if r.Bytes > 0 {
			fmt.Fprintf(&b, " %9.2f %8.1f", 1e-6*float64(r.Bytes)/passes, rate(r.Bytes, r.Time))
			if r.FLOPs > 0 {
				fmt.Fprintf(&b, " %8.1f", rate(r.FLOPs, r.Time))
			}
		}
		b.WriteByte('\n')
	}
	mega := func(n int64) float64 { return 1e-6 * float64(n) }
	m := p.memory
	fmt.Fprintf(&b, "averages of %d passes; peak memory %.2f MB: values %.2f, saved %.2f, gradients %.2f, scratch %.2f\n",
		p.passes, mega(m.Peak), mega(m.Values), mega(m.Saved), mega(m.Gradients), mega(m.Scratch))
	return b.String()
}

// rate returns how many thousand millions of n there were in a second.
func rate(n int64, d time.Duration) float64 {
	if d <= 0 {
		return 0
	}
	return 1e-9 * float64(n) / d.Seconds()
}
