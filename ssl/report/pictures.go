package report

import (
	"fmt"
	"html/template"
)

// picture is a sample on the page.
type picture struct {
	Source        template.URL // "" for what is no image
	Alt           string
	Width, Height int  // on the page, in its pixels
	Pixelated     bool // enlarged by squares
	Name, Label   string
}

// newPicture returns what the page shows of a sample.
func newPicture(e Example, alt string) (picture, error) {
	p := picture{Alt: alt, Name: e.Name, Label: e.Label}
	if e.Image.isZero() {
		return p, nil
	}
	if err := e.Image.check(); err != nil {
		return p, err
	}
	h, w := e.Image.Shape[1], e.Image.Shape[2]
	shrink := (max(h, w) + maxSide - 1) / maxSide
	enlarge := max(1, 64/max(h, w))
	p.Width, p.Height = (w+shrink-1)/shrink*enlarge, (h+shrink-1)/shrink*enlarge
	p.Pixelated = enlarge > 1
	var err error
	p.Source, err = e.Image.uri()
	return p, err
}

// neighborRow is a query and its neighbours.
type neighborRow struct {
	Query     picture
	Neighbors []neighborCell
}

type neighborCell struct {
	picture
	Cosine string
	Other  bool // of another class than the query
}

// pictures fills the parts of the page that have images.
func (p *page) pictures() error {
	for i, q := range p.Run.Neighbors {
		query, err := newPicture(q.Example, "sample "+q.Label)
		if err != nil {
			return fmt.Errorf("Run.Neighbors[%d]: %w", i, err)
		}
		row := neighborRow{Query: query}
		for k, n := range q.Neighbors {
			near, err := newPicture(n.Example, fmt.Sprintf("neighbour %d %s", k+1, n.Label))
			if err != nil {
				return fmt.Errorf("Run.Neighbors[%d].Neighbors[%d]: %w", i, k, err)
			}
			cosine := "–"
			if finite(float64(n.Cosine)) {
				cosine = fmt.Sprintf("%.2f", float64(n.Cosine))
			}
			row.Neighbors = append(row.Neighbors, neighborCell{near, cosine, q.Label != "" && n.Label != "" && q.Label != n.Label})
		}
		p.Most = max(p.Most, len(row.Neighbors))
		p.Neighbors = append(p.Neighbors, row)
	}
	for i, sample := range p.Views {
		var views []picture
		for v, m := range sample {
			view, err := newPicture(Example{Image: m}, fmt.Sprintf("sample %d, view %d", i+1, v+1))
			if err != nil {
				return fmt.Errorf("Run.Views[%d][%d]: %w", i, v, err)
			}
			views = append(views, view)
		}
		p.Pairs = append(p.Pairs, views)
	}
	return nil
}
