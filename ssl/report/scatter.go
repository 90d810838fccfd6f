package report

import (
	"fmt"
	"html/template"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

const (
	scatterBox  = "-22 0 442 444"
	scatterSide = 420
	scatterEdge = 16.0 // kept free inside the frame
	maxPoints   = 2000 // drawn
	maxNames    = 30   // classes that are named in the chart
	maxLegend   = 100  // classes in the legend
	colors      = 10   // of classes, in the style sheet
)

// marks are the shapes of classes: those that have the same colour differ in
// shape. A shape is what follows a point's M in a path.
var marks = [...]struct{ class, path string }{
	{"round", "h0"}, // a line of no length is its round cap, the shortest way to say a disc
	{"filled", "m0-4l3.6 6.4h-7.2z"},
	{"stroked", "m-2.6-2.6l5.2 5.2m0-5.2l-5.2 5.2"},
	{"filled", "m-2.6-2.6h5.2v5.2h-5.2z"},
}

// markClass returns the classes of the style sheet for a class of the data, and
// the path of its mark.
func markClass(class int) (classes, path string) {
	m := marks[class/colors%len(marks)]
	return m.class + " c" + strconv.Itoa(class%colors), m.path
}

// className returns the name of a class of the data.
func (e *Embedding) className(class int) string {
	if class < len(e.Classes) && e.Classes[class] != "" {
		return e.Classes[class]
	}
	return strconv.Itoa(class)
}

// legendEntry is a class in the legend.
type legendEntry struct {
	Mark  template.HTML
	Name  string
	Count int // of points
}

// legend returns an entry for each of the first classes that have points, and how
// many more there are.
func (e *Embedding) legend() (entries []legendEntry, more int) {
	count := map[int]int{}
	for _, label := range e.Labels {
		count[label]++
	}
	for i, label := range slices.Sorted(maps.Keys(count)) {
		if i == maxLegend {
			return entries, len(count) - maxLegend
		}
		classes, path := markClass(label)
		mark := template.HTML(`<svg class="mark" viewBox="-6 -6 12 12" aria-hidden="true"><path class="` + classes + `" d="M0 0` + path + `"/></svg>`)
		entries = append(entries, legendEntry{mark, e.className(label), count[label]})
	}
	return entries, 0
}

// draw returns the chart of one projection, or "" when no point can be drawn. Of
// many points some are drawn, the same in every chart of as many. They are taken
// in random order, since the order of the data may go by class: then a regular
// choice would miss classes, and the last class would lie on top.
func (e *Embedding) draw(p *Projection, id, title string) template.HTML {
	lo, hi := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	var points []int
	order := rand.New(rand.NewPCG(1, 2)).Perm(len(p.Points))
	for _, i := range order[:min(len(order), maxPoints)] {
		if q := p.Points[i]; !drawable(float64(q[0])) || !drawable(float64(q[1])) {
			continue
		}
		points = append(points, i)
		for a, v := range p.Points[i] {
			lo[a], hi[a] = min(lo[a], float64(v)), max(hi[a], float64(v))
		}
	}
	if len(points) == 0 {
		return ""
	}
	// One scale for both axes, or distances would lie.
	span := max(hi[0]-lo[0], hi[1]-lo[1])
	if span == 0 {
		span = 1
	}
	at := func(i int) (x, y float64) {
		scale := (scatterSide - 2*scatterEdge) / span
		x = scatterSide/2 + (float64(p.Points[i][0])-(lo[0]+hi[0])/2)*scale
		return x, scatterSide/2 - (float64(p.Points[i][1])-(lo[1]+hi[1])/2)*scale
	}
	d := newDrawing(id, "scatter", scatterBox, title, e.describe(p, len(points)))
	d.add(`<rect class="frame" x=".5" y=".5" width="%d" height="%[1]d"/>`, scatterSide-1)
	d.label("tick middle", scatterSide/2, scatterSide+18, "component 1"+explained(p.Explained[0]))
	d.add(`<text class="tick middle" transform="translate(%d %d) rotate(-90)">%s</text>`, -9, scatterSide/2, text("component 2"+explained(p.Explained[1])))
	e.cloud(d, points, at)
	e.names(d, points, at)
	return d.end()
}

// explained writes a share of the variance behind the name of an axis.
func explained(share Number) string {
	if !(share > 0) {
		return ""
	}
	return fmt.Sprintf(" (%s of the variance)", percent(float64(share)))
}

func (e *Embedding) describe(p *Projection, drawn int) string {
	return fmt.Sprintf("%d of %d points by their first two principal components, coloured by class. "+
		"Component 1 holds %s of the variance, component 2 %s.", drawn, len(p.Points), percent(float64(p.Explained[0])), percent(float64(p.Explained[1])))
}

// label returns the class of a point, −1 without labels.
func (e *Embedding) label(i int) int {
	if e.Labels == nil {
		return -1
	}
	return e.Labels[i]
}

// cloud draws the points, one path for the points of a class. It goes round the
// classes several times, so that none lies on top of all others.
func (e *Embedding) cloud(d *drawing, points []int, at func(int) (x, y float64)) {
	const rounds = 8
	for r := range rounds {
		part := points[r*len(points)/rounds : (r+1)*len(points)/rounds]
		byClass := map[int]*strings.Builder{}
		var classes []int
		for _, i := range part {
			class := e.label(i)
			path := byClass[class]
			if path == nil {
				path = new(strings.Builder)
				byClass[class] = path
				classes = append(classes, class)
			}
			mark := marks[0].path
			if class >= 0 {
				_, mark = markClass(class)
			}
			x, y := at(i)
			path.WriteString("M" + place(x) + " " + place(y) + mark)
		}
		for _, class := range classes {
			if class < 0 {
				d.add(`<path class="round unlabelled" d="%s"/>`, byClass[class])
				continue
			}
			style, _ := markClass(class)
			d.add(`<path class="%s" d="%s"><title>%s</title></path>`, style, byClass[class], text(e.className(class)))
		}
	}
}

// names writes the name of every class in the middle of its points, where that is
// free and there are not too many. The legend has more.
func (e *Embedding) names(d *drawing, points []int, at func(int) (x, y float64)) {
	if e.Labels == nil {
		return
	}
	xs, ys := map[int][]float64{}, map[int][]float64{}
	for _, i := range points {
		x, y := at(i)
		label := e.Labels[i]
		xs[label], ys[label] = append(xs[label], x), append(ys[label], y)
	}
	if len(xs) > maxNames {
		return
	}
	type box struct{ x, y, halfWidth float64 }
	var taken []box
	for _, class := range slices.Sorted(maps.Keys(xs)) {
		name := []rune(e.className(class))
		if len(name) > 16 {
			name = append(name[:15], '…')
		}
		b := box{median(xs[class]), median(ys[class]), 10 * float64(len(name)) / 2}
		b.x = min(max(b.x, b.halfWidth), scatterSide-b.halfWidth)
		if slices.ContainsFunc(taken, func(o box) bool {
			return math.Abs(o.x-b.x) < o.halfWidth+b.halfWidth+2 && math.Abs(o.y-b.y) < labelSpacing
		}) {
			continue
		}
		taken = append(taken, b)
		d.label("class middle", b.x, b.y+textDrop, string(name))
	}
}

// median returns the middle value; it sorts x.
func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}
