package report

import (
	"encoding/xml"
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// drawing is an SVG element that is being written.
type drawing struct{ strings.Builder }

// newDrawing begins a chart that shows a box of coordinates, and scales to the
// width that it gets. The title and the description are for those who do not see it.
func newDrawing(id, class, box, title, description string) *drawing {
	d := new(drawing)
	d.add(`<svg class="%s" viewBox="%s" role="img" aria-labelledby="%s-title %[3]s-desc">`, class, box, id)
	d.add(`<title id="%s-title">%s</title><desc id="%[1]s-desc">%[3]s</desc>`, id, text(title), text(description))
	return d
}

func (d *drawing) add(format string, args ...any) { fmt.Fprintf(d, format, args...) }

// label writes text whose baseline is at x and y.
func (d *drawing) label(class string, x, y float64, s string) {
	d.add(`<text class="%s" x="%s" y="%s">%s</text>`, class, place(x), place(y), text(s))
}

// line draws a straight line.
func (d *drawing) line(class string, x1, y1, x2, y2 float64) {
	d.add(`<path class="%s" d="M%s %sL%s %s"/>`, class, place(x1), place(y1), place(x2), place(y2))
}

// end returns the finished element, in which everything that came from a Run went
// through text.
func (d *drawing) end() template.HTML { return template.HTML(d.String() + "</svg>") }

// text escapes s for SVG, also where it could end an attribute, and replaces what
// XML cannot hold.
func text(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // a Builder fails no write
	return b.String()
}

// place writes a coordinate to a tenth, in as few characters as it takes.
func place(x float64) string {
	return strconv.FormatFloat(math.Round(10*x)/10+0, 'f', -1, 64)
}
