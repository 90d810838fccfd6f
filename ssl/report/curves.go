package report

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
)

// curves is a chart of metrics by epoch.
type curves struct {
	id, title string
	write     func(float64) string // a value in words
	share     bool                 // values are shares: the axis is in percent
	zero      bool                 // the axis begins at 0, so that a fall looks as large as it is
	series    []series
	lines     []level // dashed, across the chart
}

// series is one curve: the values of a metric.
type series struct {
	name   string
	epochs []int // from 1
	values []float64
}

// level is a value that others are compared with.
type level struct {
	name  string
	value float64
}

// newSeries returns what epochs hold of a metric.
func newSeries(name, metric string, epochs []Epoch) series {
	s := series{name: name}
	for i, e := range epochs {
		if v, ok := e[metric]; ok {
			s.epochs = append(s.epochs, i+1)
			s.values = append(s.values, float64(v))
		}
	}
	return s
}

// last returns the last value, and false when there is none that can be drawn.
func (s series) last() (float64, bool) {
	n := len(s.values)
	if n == 0 || !drawable(s.values[n-1]) {
		return 0, false
	}
	return s.values[n-1], true
}

// Where things are in a chart of curves.
const (
	chartBox            = "0 0 480 270"
	plotLeft, plotRight = 50.0, 356.0
	plotTop, plotBottom = 14.0, 230.0
	labelSpacing        = 17.0 // between the baselines of labels
	maxDots             = 60   // beyond it a curve has no dot at every value
	textDrop            = 4.0  // from the middle of a character to its baseline
)

// draw returns the chart, or "" when no value can be drawn.
func (c *curves) draw(epochs int) template.HTML {
	var all []float64
	for _, s := range c.series {
		for _, v := range s.values {
			if drawable(v) {
				all = append(all, v)
			}
		}
	}
	if len(all) == 0 {
		return ""
	}
	c.lines = slices.DeleteFunc(c.lines, func(l level) bool { return !drawable(l.value) })
	for _, l := range c.lines {
		all = append(all, l.value)
	}
	if c.zero {
		all = append(all, 0)
	}
	y := newAxis(slices.Min(all), slices.Max(all), 5, 0, plotBottom, plotTop)
	x := axis{1, float64(epochs), max(1, niceStep(float64(epochs)/8)), plotLeft + 8, plotRight}
	if epochs == 1 {
		x.lo, x.hi = 0, 2
	}

	d := newDrawing(c.id, "chart", chartBox, c.title, c.describe(epochs))
	for _, v := range y.ticks() {
		tick := y.label(v)
		if c.share {
			tick = axis{100 * y.lo, 100 * y.hi, 100 * y.step, 0, 0}.label(100*v) + "%"
		}
		d.line("grid", plotLeft, y.at(v), plotRight, y.at(v))
		d.label("tick end", plotLeft-6, y.at(v)+textDrop, tick)
	}
	mark := func(epoch int) { d.label("tick middle", x.at(float64(epoch)), plotBottom+18, strconv.Itoa(epoch)) }
	mark(1) // whatever the step is
	for e := max(2, int(x.step)); e <= epochs; e += int(x.step) {
		mark(e)
	}
	d.label("tick middle", (plotLeft+plotRight)/2, plotBottom+36, "epoch")

	var labels []sideLabel
	for _, l := range c.lines {
		d.line("reference", plotLeft, y.at(l.value), plotRight, y.at(l.value))
		labels = append(labels, sideLabel{"reference", l.name + " " + c.write(l.value), y.at(l.value), 0})
	}
	for i, s := range c.series {
		class := "s" + strconv.Itoa(i%len(seriesClasses))
		c.curve(d, class, s, x, y)
		if v, ok := s.last(); ok {
			labels = append(labels, sideLabel{class, s.name + " " + c.write(v), y.at(v), 0})
		}
	}
	sideLabels(d, labels)
	return d.end()
}

// seriesClasses are the classes of the style sheet for curves.
var seriesClasses = [4]string{"s0", "s1", "s2", "s3"}

// curve draws a series, broken where a value cannot be drawn, and marks values
// that say what they are when pointed at.
func (c *curves) curve(d *drawing, class string, s series, x, y axis) {
	var path strings.Builder
	step := "M"
	for i, v := range s.values {
		if !drawable(v) {
			step = "M"
			continue
		}
		path.WriteString(step + place(x.at(float64(s.epochs[i]))) + " " + place(y.at(v)))
		step = "L"
	}
	every := (len(s.values) + maxDots - 1) / maxDots
	curve := "curve"
	if every > 2 {
		curve = "curve dense"
	}
	d.add(`<path class="%s %s" d="%s"/>`, curve, class, path.String())
	for i, v := range s.values {
		// Of many values some have an unseen mark to point at, and the last a dot.
		last := i == len(s.values)-1
		if !drawable(v) || i%every != 0 && !last {
			continue
		}
		dot := "dot"
		if every > 1 && !last {
			dot = "touch"
		}
		d.add(`<circle class="%s %s" cx="%s" cy="%s" r="3"><title>%s</title></circle>`, dot, class,
			place(x.at(float64(s.epochs[i]))), place(y.at(v)), text(fmt.Sprintf("epoch %d: %s %s", s.epochs[i], s.name, c.write(v))))
	}
}

// describe says in words what the chart shows.
func (c *curves) describe(epochs int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "By epoch, 1 to %d.", epochs)
	for _, s := range c.series {
		if len(s.values) > 0 {
			fmt.Fprintf(&b, " %s: %s in epoch %d, %s in epoch %d.", s.name,
				c.write(s.values[0]), s.epochs[0], c.write(s.values[len(s.values)-1]), s.epochs[len(s.epochs)-1])
		}
	}
	for _, l := range c.lines {
		fmt.Fprintf(&b, " Dashed line at %s: %s.", c.write(l.value), l.name)
	}
	return b.String()
}

// sideLabel names a curve or a line at the right of the chart.
type sideLabel struct {
	class, text string
	want, at    float64 // where it belongs, and where there is room
}

// sideLabels writes labels beside what they name, moved apart where they would
// overlap, each then with a line to its place.
func sideLabels(d *drawing, labels []sideLabel) {
	slices.SortStableFunc(labels, func(a, b sideLabel) int { return cmp.Compare(a.want, b.want) })
	next := 0.0
	for i := range labels {
		labels[i].at = max(labels[i].want, next)
		next = labels[i].at + labelSpacing
	}
	// What went over the lower edge pushes back up.
	limit := plotBottom + 8
	for i := len(labels) - 1; i >= 0; i-- {
		labels[i].at = min(labels[i].at, limit)
		limit = labels[i].at - labelSpacing
	}
	for _, l := range labels {
		d.line("leader", plotRight+3, l.want, plotRight+9, l.at)
		d.label("name "+l.class, plotRight+12, l.at+textDrop, l.text)
	}
}
