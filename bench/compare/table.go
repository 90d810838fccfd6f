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
	allocs  []float64 // of a call, in each of them
	memory  int64     // bytes that dyad's first call needs; 0 if unknown
	peaks   []float64 // GFLOP/s, of each round
	peers   map[int]*pairs
}

// pairs are a peer's timings in a row.
type pairs struct {
	seconds []float64 // per call
	ratios  []float64 // the peer's time divided by dyad's just before
	memory  int64     // bytes that its first call needs; 0 if unknown
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

// rate returns dyad's rate in GFLOP/s; 0 of work whose operations nobody counts.
func (w *row) rate() float64 { return w.gflops(w.ours) }

func (w *row) gflops(seconds []float64) float64 {
	flop := w.work.FLOP()
	if count := subjects[w.work.Kind].flop; count != nil {
		flop = count(w.work)
	}
	return 1e-9 * flop / median(seconds)
}

// speed returns dyad's rate, or, of training, its time.
func (w *row) speed() string {
	if subjects[w.work.Kind].training {
		return digits(1e3*median(w.ours)) + " ms"
	}
	return digits(w.rate()) + " GFLOP/s"
}

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
	what := r.options.subject()
	quantities, quantity := "Rates are in GFLOP/s", "rate"
	if what.training {
		quantities, quantity = "Times are in milliseconds", "time"
	}
	if what.images {
		quantities, quantity = "Rates are in images a second", "rate"
	}
	if what.memory {
		quantity += " and memory"
	}
	fmt.Fprintf(&b, "\n\n    %s\n\n", r.command)
	fmt.Fprintf(&b, "%s, medians over rounds (%d), in each of which the %s sample of %v counts. A peer's column says how many times as fast as the peer dyad is, and in parentheses the peer's %s.",
		quantities, r.options.rounds, statistic, r.options.time, quantity)
	if what.training {
		b.WriteString(" Allocations are dyad's, in a call once it is warm.")
	}
	if what.memory {
		b.WriteString(" Memory is what the first call needs beyond its inputs and their gradients.")
	}
	b.WriteString("\n\n")
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
	what := r.options.subject()
	headings := append([]string{"dyad with", "threads", what.label}, what.headings()...)
	for i, c := range r.columns {
		if r.timed(i) {
			headings = append(headings, c.name+" "+c.version)
		}
	}
	line(b, headings)
	b.WriteString("|---|")
	b.WriteString(strings.Repeat("--:|", len(headings)-1))
	b.WriteString("\n")
	for i, w := range r.rows {
		cells := append([]string{w.setting.impl, fmt.Sprint(w.setting.threads), w.work.String()}, what.cells(w)...)
		for c := range r.columns {
			if r.timed(c) {
				cells = append(cells, what.cell(w, w.peers[c]))
			}
		}
		line(b, cells)
		if i+1 == len(r.rows) || r.rows[i+1].setting != w.setting {
			r.means(b, w.setting)
		}
	}
}

// means writes the geometric means of a setting's ratios, and its median peak.
func (r *result) means(b *strings.Builder, s setting) {
	cells := []string{"**" + s.impl + "**", fmt.Sprintf("**%d**", s.threads), "**geometric mean**"}
	for _, heading := range r.options.subject().headings() {
		cell := ""
		if heading == "of peak" {
			var peaks []float64
			for _, w := range r.rows {
				if w.setting == s {
					peaks = append(peaks, w.peaks...)
				}
			}
			cell = "peak " + digits(median(peaks))
		}
		cells = append(cells, cell)
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
			cells = append(cells, "–")
		} else {
			cells = append(cells, "**"+digits(mean)+"**")
		}
	}
	line(b, cells)
}

// line writes a row of the table.
func line(b *strings.Builder, cells []string) {
	b.WriteString("|")
	for _, c := range cells {
		if c != "" {
			b.WriteString(" " + c)
		}
		b.WriteString(" |")
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
