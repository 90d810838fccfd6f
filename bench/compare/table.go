package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/seed-312a1f22/dyad/bench/protocol"
)

// result is what was measured, and what the table is made from.
type result struct {
	options               options
	command               string
	loadBefore, loadAfter string // "" if unknown
	columns               []column
	rows                  []*row
	missing               []absence
}

// column is a peer in one version.
type column struct {
	name, version string
	details       []string // of its processes; they differ between settings
}

// row is one size in one setting.
type row struct {
	setting setting
	work    protocol.Work
	ours    []float64 // seconds per call, of each of dyad's timings
	peaks   []float64 // GFLOP/s, of each round
	peers   map[int]*pairs
}

// pairs are a peer's timings in a row.
type pairs struct {
	seconds []float64 // per call
	ratios  []float64 // the peer's time divided by dyad's just before
	refusal error     // why it has no time for this work
}

// column returns the index of a peer's column, which it adds if there is none.
func (r *result) column(name string, h protocol.Hello) int {
	i := slices.IndexFunc(r.columns, func(c column) bool { return c.name == name && c.version == h.Version })
	if i < 0 {
		i = len(r.columns)
		r.columns = append(r.columns, column{name: name, version: h.Version})
	}
	if c := &r.columns[i]; !slices.Contains(c.details, h.Detail) {
		c.details = append(c.details, h.Detail)
	}
	return i
}

func newRow(s setting, w protocol.Work) *row {
	return &row{setting: s, work: w, peers: map[int]*pairs{}}
}

func (w *row) peer(column int) *pairs {
	if w.peers[column] == nil {
		w.peers[column] = &pairs{}
	}
	return w.peers[column]
}

// add records a timing of dyad and the peer's after it, or why there is none.
func (p *pairs) add(ours, theirs float64, err error) {
	if err != nil {
		p.refusal = err
		return
	}
	p.seconds = append(p.seconds, theirs)
	p.ratios = append(p.ratios, theirs/ours)
}

// ratio returns how many times as fast as the peer dyad is; NaN without a timing.
func (p *pairs) ratio() float64 {
	if p == nil || p.refusal != nil {
		return math.NaN()
	}
	return median(p.ratios)
}

// rate returns dyad's rate in GFLOP/s.
func (w *row) rate() float64 { return w.gflops(w.ours) }

func (w *row) gflops(seconds []float64) float64 { return 1e-9 * w.work.FLOP() / median(seconds) }

// markdown returns a heading, the table and its legend.
func (r *result) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s, float32, against the peers\n\n%s", r.options.what, machine())
	if r.loadBefore != "" {
		fmt.Fprintf(&b, "; load average %s before, %s after", r.loadBefore, r.loadAfter)
	}
	statistic := "median"
	if r.options.best {
		statistic = "fastest"
	}
	fmt.Fprintf(&b, "\n\n    %s\n\n", r.command)
	fmt.Fprintf(&b, "Rates are in GFLOP/s, medians over rounds (%d), in each of which the %s sample of %v counts. A peer's column says how many times as fast as the peer dyad is, and in parentheses the peer's rate.\n\n",
		r.options.rounds, statistic, r.options.time)
	r.table(&b)
	b.WriteString("\n")
	for i, c := range r.columns {
		why := strings.Join(r.refusals(i), "; ")
		switch {
		case !r.timed(i):
			fmt.Fprintf(&b, "- missing: %s %s, because %s\n", c.name, c.version, why)
		case why != "":
			fmt.Fprintf(&b, "- %s %s: %s; – where %s\n", c.name, c.version, strings.Join(c.details, "; "), why)
		default:
			fmt.Fprintf(&b, "- %s %s: %s\n", c.name, c.version, strings.Join(c.details, "; "))
		}
	}
	for _, m := range r.missing {
		fmt.Fprintf(&b, "- missing: %s, because %s\n", m.name, m.why)
	}
	return b.String()
}

// table writes the rows, and below each setting's the geometric means.
func (r *result) table(b *strings.Builder) {
	vector := r.options.what != "gemm"
	size, peak := "m×n×k", " of peak |"
	if vector {
		size, peak = "n", ""
	}
	fmt.Fprintf(b, "| dyad with | threads | %s | dyad |%s", size, peak)
	shown := 0
	for i, c := range r.columns {
		if r.timed(i) {
			fmt.Fprintf(b, " %s %s |", c.name, c.version)
			shown++
		}
	}
	b.WriteString("\n|---|--:|--:|--:|")
	b.WriteString(strings.Repeat("--:|", strings.Count(peak, "|")+shown))
	b.WriteString("\n")
	for i, w := range r.rows {
		fmt.Fprintf(b, "| %s | %d | %v | %s |", w.setting.impl, w.setting.threads, w.work, digits(w.rate()))
		if !vector {
			fmt.Fprintf(b, " %.0f %% |", 100*w.rate()/median(w.peaks))
		}
		for c := range r.columns {
			if !r.timed(c) {
				continue
			}
			p := w.peers[c]
			if ratio := p.ratio(); math.IsNaN(ratio) {
				b.WriteString(" – |")
			} else {
				fmt.Fprintf(b, " %s (%s) |", digits(ratio), digits(w.gflops(p.seconds)))
			}
		}
		b.WriteString("\n")
		if i+1 == len(r.rows) || r.rows[i+1].setting != w.setting {
			r.means(b, w.setting, vector)
		}
	}
}

// means writes the geometric means of a setting's ratios, and its median peak.
func (r *result) means(b *strings.Builder, s setting, vector bool) {
	fmt.Fprintf(b, "| **%s** | **%d** | **geometric mean** | |", s.impl, s.threads)
	if !vector {
		var peaks []float64
		for _, w := range r.rows {
			if w.setting == s {
				peaks = append(peaks, w.peaks...)
			}
		}
		fmt.Fprintf(b, " peak %s |", digits(median(peaks)))
	}
	for c := range r.columns {
		if !r.timed(c) {
			continue
		}
		var ratios []float64
		for _, w := range r.rows {
			if ratio := w.peers[c].ratio(); w.setting == s && !math.IsNaN(ratio) {
				ratios = append(ratios, ratio)
			}
		}
		if mean := geometricMean(ratios); math.IsNaN(mean) {
			b.WriteString(" – |")
		} else {
			fmt.Fprintf(b, " **%s** |", digits(mean))
		}
	}
	b.WriteString("\n")
}

// timed tells whether a column has a number in any row. One that has none is not
// in the table.
func (r *result) timed(column int) bool {
	return slices.ContainsFunc(r.rows, func(w *row) bool { return !math.IsNaN(w.peers[column].ratio()) })
}

// refusals returns why a column has dashes.
func (r *result) refusals(column int) []string {
	var all []string
	for _, w := range r.rows {
		if p := w.peers[column]; p != nil && p.refusal != nil {
			if why := p.refusal.Error(); !slices.Contains(all, why) {
				all = append(all, why)
			}
		}
	}
	return all
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
