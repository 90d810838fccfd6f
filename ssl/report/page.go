package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"time"
)

//go:embed page.html
var pageText string

//go:embed style.css
var style string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{"style": func() template.CSS { return template.CSS(style) }}).Parse(pageText))

// Write writes the page of a run, and leaves the run as it is. It is an error when
// Config is not JSON, when an image's pixels do not fill its shape, when labels
// and points differ in number or a label is negative, and when w fails.
func Write(w io.Writer, r *Run) error {
	p, err := newPage(r)
	if err != nil {
		return err
	}
	var b bytes.Buffer // a template writes in thousands of pieces
	if err := pageTemplate.Execute(&b, p); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}

// page is what the template shows.
type page struct {
	*Run
	Title       string
	Facts       []fact
	Comparison  comparison
	LossCurves  figure
	LossMeaning string
	Figures     []figure
	Maps        []projectionMap
	Legend      []legendEntry
	Unnamed     int // classes that the legend leaves out
	MapWords    string
	Neighbors   []neighborRow
	Most        int // neighbours of a sample
	NearWords   string
	Pairs       [][]picture
	Setup       []Field
	Settings    []Field
	Numbers     numbers
}

// fact is one of the figures at the top.
type fact struct{ Name, Value, Words string }

// projectionMap is a scatter of features.
type projectionMap struct {
	Title string
	Chart template.HTML
}

func newPage(r *Run) (*page, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	settings, err := fields("", r.Config)
	if err != nil {
		return nil, err
	}
	p := &page{
		Run: r, Title: r.Title,
		Facts: r.facts(), Comparison: r.Table.compare(),
		LossCurves: r.lossFigure(), LossMeaning: r.lossMeaning(), Figures: r.figures(),
		NearWords: r.neighborWords(),
		Setup:     r.setup(), Settings: settings, Numbers: r.numbers(),
	}
	if p.Title == "" {
		p.Title = "SimCLR run"
	}
	p.maps()
	return p, p.pictures()
}

// maps draws the embedding.
func (p *page) maps() {
	e := p.Embedding
	if e == nil {
		return
	}
	for _, m := range []struct {
		*Projection
		id, title string
	}{{e.Before, "map-before", "Before training"}, {e.After, "map-after", "After training"}} {
		if m.Projection == nil {
			continue
		}
		if chart := e.draw(m.Projection, m.id, m.title); chart != "" {
			p.Maps = append(p.Maps, projectionMap{m.title, chart})
		}
		if n := len(m.Points); n > maxPoints {
			p.MapWords = fmt.Sprintf("Of %d points, %d are drawn, chosen at random.", n, maxPoints)
		}
	}
	p.Legend, p.Unnamed = e.legend()
}

// facts returns what to know first.
func (r *Run) facts() []fact {
	var facts []fact
	if len(r.Table.Columns) > 0 {
		column := r.Table.Columns[0]
		if after, ok := r.Table.mean(SimCLR, column); ok {
			f := fact{"SimCLR, " + column, percent(after.mean), ""}
			if before, ok := r.Table.mean(Random, column); ok {
				f.Words = percent(before.mean) + " before training"
			}
			facts = append(facts, f)
		}
	}
	for _, m := range []struct {
		name, metric string
		write        func(float64) string
		words        string
	}{
		{"loss", MetricLoss, significant, r.chanceWords()},
		{"kNN", MetricKNN, percent, ""},
		{"effective rank", MetricRank, significant, r.rankWords()},
	} {
		if s := newSeries("", m.metric, r.Epochs); len(s.values) > 0 {
			last := len(s.values) - 1
			f := fact{m.name, m.write(s.values[last]), m.words}
			if m.words == "" && last > 0 {
				f.Words = m.write(s.values[0]) + " in epoch " + strconv.Itoa(s.epochs[0])
			}
			facts = append(facts, f)
		}
	}
	return facts
}

func (r *Run) chanceWords() string {
	if r.Chance <= 0 {
		return ""
	}
	return "chance is " + significant(r.Chance)
}

func (r *Run) rankWords() string {
	if r.Features <= 0 {
		return ""
	}
	return "of " + strconv.Itoa(r.Features) + " features"
}

// setup returns what the run was made with.
func (r *Run) setup() []Field {
	var list []Field
	add := func(ok bool, name, value string) {
		if ok {
			list = append(list, Field{name, value})
		}
	}
	add(r.Data != "", "data", r.Data)
	add(!r.Started.IsZero(), "started", r.Started.Format("2006-01-02 15:04:05 -07:00"))
	add(r.Seconds > 0, "training took", time.Duration(r.Seconds*float64(time.Second)).Round(100*time.Millisecond).String())
	add(len(r.Epochs) > 0, "epochs", strconv.Itoa(len(r.Epochs)))
	return append(list, r.Machine...)
}
