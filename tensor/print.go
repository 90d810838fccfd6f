package tensor

import (
	"math"
	"strconv"
	"strings"
)

// How NumPy prints by default (numpy.set_printoptions).
const (
	printThreshold = 1000 // tensors with more elements are summarised …
	printEdge      = 3    // … by so many entries from either end of each axis
	printWidth     = 75   // the longest line
	printPrecision = 8    // digits after the point, at most
)

// String returns the elements as NumPy prints a float32 array: with the fewest
// digits that tell them apart, eight after the point at most, in columns that
// line up; in scientific notation when the values are very large, very small or
// far apart; summarised with "..." when there are more than 1000.
func (t *Tensor) String() string {
	switch {
	case t.shape.rank == 0:
		return formatScalar(t.data[0])
	case len(t.data) == 0:
		return "[]"
	}
	p := printer{t: t, summarise: len(t.data) > printThreshold}
	var shown []float32
	p.each(0, 0, func(i int) { shown = append(shown, t.data[i]) })
	p.format = newFloatFormat(shown)
	return p.axis(0, 0)
}

// formatScalar formats one number as Python prints a numpy.float32.
func formatScalar(v float32) string {
	var f floatFormat
	switch a := math.Abs(float64(v)); {
	case !finite(v):
		return f.text(v)
	case v != 0 && (a < 1e-4 || a >= 1e16):
		return strconv.FormatFloat(float64(v), 'e', -1, 32)
	}
	s := strconv.FormatFloat(float64(v), 'f', -1, 32)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

type printer struct {
	t         *Tensor
	summarise bool
	format    floatFormat
}

// entries calls f for the entries of an axis that are shown, and with −1 for
// those that are left out.
func (p *printer) entries(axis int, f func(i int)) {
	n := p.t.shape.dims[axis]
	for i := 0; i < n; i++ {
		if p.summarise && n > 2*printEdge && i == printEdge {
			f(-1)
			i = n - printEdge
		}
		f(i)
	}
}

// each calls f with the place of every element that is shown of the axes from
// axis on, the first of which is at place base.
func (p *printer) each(axis, base int, f func(i int)) {
	if axis == p.t.shape.rank {
		f(base)
		return
	}
	_, _, inner := p.t.shape.Split(axis)
	p.entries(axis, func(i int) {
		if i >= 0 {
			p.each(axis+1, base+i*inner, f)
		}
	})
}

// axis formats the axes from axis on, the first element of which is at place
// base. Every axis adds a bracket at both ends: one space of indentation, and
// one column less for the elements.
func (p *printer) axis(axis, base int) string {
	_, _, inner := p.t.shape.Split(axis)
	indent := strings.Repeat(" ", axis+1)
	var b strings.Builder
	b.WriteByte('[')
	if left := p.t.shape.rank - axis; left > 1 {
		between := "" // one newline, and a blank line for each further axis
		p.entries(axis, func(i int) {
			b.WriteString(between)
			between = strings.Repeat("\n", left-1) + indent
			if i < 0 {
				b.WriteString("...")
			} else {
				b.WriteString(p.axis(axis+1, base+i*inner))
			}
		})
	} else {
		line := ""
		p.entries(axis, func(i int) {
			word := "..."
			if i >= 0 {
				word = p.format.word(p.t.data[base+i])
			}
			switch {
			case line == "":
				line = word
			case len(indent)+len(line)+1+len(word) <= printWidth-axis-1:
				line += " " + word
			default:
				b.WriteString(strings.TrimRight(line, " ") + "\n" + indent)
				line = word
			}
		})
		b.WriteString(line)
	}
	b.WriteByte(']')
	return b.String()
}
