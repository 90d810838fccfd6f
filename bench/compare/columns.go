package main

import (
	"fmt"
	"math"
)

// headings returns those of dyad's columns, after the ones that say what a row is.
func (s subject) headings() []string {
	switch {
	case s.flop != nil:
		return []string{"dyad, ms", "GFLOP/s", "allocations"}
	case s.memory:
		return []string{"dyad, ms", "memory", "allocations"}
	case s.images:
		return []string{"dyad, images/s", "allocations"}
	case s.training:
		return []string{"dyad, ms", "allocations"}
	case s.peak:
		return []string{"dyad", "of peak"}
	}
	return []string{"dyad"}
}

// cells returns dyad's columns of a row.
func (s subject) cells(w *row) []string {
	ms, allocs := digits(1e3*median(w.ours)), fmt.Sprintf("%.0f", median(w.allocs))
	switch {
	case s.flop != nil:
		return []string{ms, digits(w.rate()), allocs}
	case s.memory:
		return []string{ms, megabytes(w.memory), allocs}
	case s.images:
		return []string{w.perSecond(w.ours), allocs}
	case s.training:
		return []string{ms, allocs}
	case s.peak:
		return []string{digits(w.rate()), fmt.Sprintf("%.0f %%", 100*w.rate()/median(w.peaks))}
	}
	return []string{digits(w.rate())}
}

// cell returns a peer's column of a row.
func (s subject) cell(w *row, p *pairs) string {
	ratio := p.ratio()
	switch {
	case math.IsNaN(ratio):
		return "–"
	case s.memory:
		return fmt.Sprintf("%s (%s; %s)", digits(ratio), digits(1e3*median(p.seconds)), megabytes(p.memory))
	case s.images:
		return fmt.Sprintf("%s (%s)", digits(ratio), w.perSecond(p.seconds))
	case s.training:
		return fmt.Sprintf("%s (%s)", digits(ratio), digits(1e3*median(p.seconds)))
	}
	return fmt.Sprintf("%s (%s)", digits(ratio), digits(w.gflops(p.seconds)))
}

// perSecond formats how many of a row's images are made in a second.
func (w *row) perSecond(seconds []float64) string {
	return digits(float64(w.work.N) / median(seconds))
}

// digits formats a number with three significant digits, or none after the point.
func digits(x float64) string {
	switch {
	case x < 10:
		return fmt.Sprintf("%.2f", x)
	case x < 100:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.0f", x)
}

// megabytes formats a number of bytes, of which 0 stands for unknown.
func megabytes(bytes int64) string {
	if bytes == 0 {
		return "–"
	}
	return digits(float64(bytes)/(1<<20)) + " MiB"
}
