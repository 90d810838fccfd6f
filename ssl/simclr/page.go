package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/ssl/eval"
	"github.com/seed-312a1f22/dyad/ssl/report"
	"github.com/seed-312a1f22/dyad/tensor"
)

// What the page shows of a data set.
const (
	shownPoints    = 2000 // of the principal components
	shownQueries   = 12   // samples with their neighbours
	shownNeighbors = 8
	shownViews     = 12 // samples with their views
)

// writeReport writes report.json and report.html.
func (s *session) writeReport() error {
	if s.dir.path == "" {
		return nil
	}
	o := s.o
	r := report.Run{
		Title:    fmt.Sprintf("SimCLR: %s on %s", o.encoder, o.name()),
		Data:     s.describeData(),
		Started:  s.started,
		Seconds:  s.result.TrainSeconds,
		Warnings: s.watch.warnings,
		Command:  commandLine(s.call.args),
		Config:   s.config,
		Machine: []report.Field{
			{Name: "processor", Value: processor()},
			{Name: "processors used", Value: fmt.Sprintf("%d of %d", runtime.GOMAXPROCS(0), runtime.NumCPU())},
			{Name: "kernels", Value: s.result.Implementation},
			{Name: "Go", Value: runtime.Version()},
			{Name: "weights sha256", Value: s.result.WeightsSHA256},
		},
		Batch: o.batch, Temperature: o.temperature, Features: s.encoder.LatentSize(),
		Epochs: s.epochs, Neighbors: s.neighbors,
	}
	r.Chance, r.Orthogonal = s.lines()
	switch {
	case o.loss != ssl.NTXentLoss:
		r.Loss = o.loss.String()
	case o.count > 2:
		r.Loss = fmt.Sprintf("NT-Xent of all pairs of %d views", o.count)
	}
	if s.rows != nil {
		r.Table = table(s.rows)
	}
	if s.before != nil && s.after != nil {
		r.Embedding = &report.Embedding{Before: s.before, After: s.after, Classes: data.ClassNames(s.test.set)}
		if s.test.labels != nil {
			for _, i := range evenly(shownPoints, len(s.test.labels)) {
				r.Embedding.Labels = append(r.Embedding.Labels, s.test.labels[i])
			}
		}
	}
	var err error
	if r.Views, err = viewsOf(s.train.set, s.views, shownViews, o.seed); err != nil {
		return err
	}
	kept, err := json.Marshal(&r)
	if err != nil {
		return err
	}
	if err := s.dir.write(reportName, append(kept, '\n')); err != nil {
		return err
	}
	var page bytes.Buffer
	if err := report.Write(&page, &r); err != nil {
		return err
	}
	return s.dir.write(pageName, page.Bytes())
}

// commandLine writes a command as it can be typed again.
func commandLine(args []string) string {
	line := "simclr train"
	for _, arg := range args {
		if arg == "" || strings.ContainsAny(arg, " \t\n'\"\\$&|;<>()*?[]#~`!{}") {
			arg = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
		line += " " + arg
	}
	return line
}

// evenly returns up to most of the numbers below n, at even distances.
func evenly(most, n int) []int {
	most = min(most, n)
	indices := make([]int, most)
	for k := range indices {
		indices[k] = int(int64(k) * int64(n) / int64(most))
	}
	return indices
}

// projection returns the first two principal components of some rows, or nil when
// there are not two.
func projection(features *tensor.Tensor) *report.Projection {
	n, d := features.Dim(0), features.Dim(1)
	if n < 2 || d < 2 {
		return nil
	}
	indices := evenly(shownPoints, n)
	some := tensor.New(len(indices), d)
	for k, i := range indices {
		copy(some.Row(k), features.Row(i))
	}
	points, explained := eval.PCA(some, 2)
	p := &report.Projection{Explained: [2]report.Number{report.Number(explained[0]), report.Number(explained[1])}}
	for k := range indices {
		row := points.Row(k)
		p.Points = append(p.Points, report.Point{report.Number(row[0]), report.Number(row[1])})
	}
	return p
}

// nearest returns some test samples with the training samples whose features are
// nearest to theirs.
func (s *session) nearest(f features) ([]report.Query, error) {
	indices := evenly(shownQueries, s.test.set.Len())
	asked := tensor.New(len(indices), f.test.Dim(1))
	for k, i := range indices {
		copy(asked.Row(k), f.test.Row(i))
	}
	near, err := eval.Neighbors(asked, f.train, shownNeighbors)
	if err != nil {
		return nil, err
	}
	var queries []report.Query
	for k, list := range near {
		query, err := s.test.example(indices[k])
		if err != nil {
			return nil, err
		}
		q := report.Query{Example: query}
		for _, n := range list {
			example, err := s.train.example(n.Index)
			if err != nil {
				return nil, err
			}
			q.Neighbors = append(q.Neighbors, report.Neighbor{Example: example, Cosine: report.Number(n.Cosine)})
		}
		queries = append(queries, q)
	}
	return queries, nil
}

// example returns a sample to look at: an image, or the number of a row.
func (p *part) example(i int) (e report.Example, err error) {
	if p.labels != nil {
		e.Label = strconv.Itoa(p.labels[i])
		if names := data.ClassNames(p.set); names != nil {
			e.Label = names[p.labels[i]]
		}
	}
	shape := p.set.Shape()
	if shape.Rank() != 3 {
		e.Name = fmt.Sprintf("row %d", i+1)
		return e, nil
	}
	pixels := make([]float32, shape.Size())
	e.Image, err = imageOf(pixels, shape), p.set.Sample(pixels, i)
	return e, err
}

// imageOf returns a sample of three axes as a picture. It keeps the pixels.
func imageOf(pixels []float32, shape tensor.Shape) report.Image {
	return report.Image{Shape: [3]int{shape.Dim(0), shape.Dim(1), shape.Dim(2)}, Pixels: pixels}
}

// viewsOf returns the views of some samples at even distances, none if these are no
// images.
func viewsOf(set data.Dataset, views []data.View, most int, seed uint64) ([][]report.Image, error) {
	if set.Shape().Rank() != 3 {
		return nil, nil
	}
	some, err := spread(set, most)
	if err != nil {
		return nil, err
	}
	loader, err := data.NewLoader(some, data.LoaderConfig{Batch: some.Len(), Views: views, Seed: seed})
	if err != nil {
		return nil, err
	}
	all := make([][]report.Image, some.Len())
	for batch, err := range loader.Batches(context.Background(), 0) {
		if err != nil {
			return nil, err
		}
		for _, view := range batch {
			shape := tensor.MakeShape(view.Shape().Dims()[1:]...)
			for i := range all {
				all[i] = append(all[i], imageOf(slices.Clone(view.Row(i)), shape))
			}
		}
	}
	return all, nil
}
