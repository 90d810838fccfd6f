package report_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/seed-312a1f22/dyad/ssl/report"
)

// newRun returns a run in which all is set that a run with NT-Xent has.
func newRun(epochs int) *report.Run {
	r := &report.Run{
		Title:       "Digits",
		Data:        "1,000 drawn digits",
		Started:     time.Date(2026, 5, 4, 3, 2, 1, 0, time.FixedZone("", 2*60*60)),
		Seconds:     12.34,
		Warnings:    []string{"The rank is falling."},
		Command:     "simclr train -epochs 20",
		Config:      json.RawMessage(`{"widths":[512,256],"head":{"norm":"hidden"},"lr":1e-3}`),
		Machine:     []report.Field{{Name: "kernels", Value: "avx512"}},
		Batch:       256,
		Temperature: 0.5,
		Chance:      math.Log(511),
		Orthogonal:  math.Log1p(510 * math.Exp(-2)),
		Features:    64,
	}
	for i := range epochs {
		e, falling := report.Epoch{}, math.Exp(-float64(i)/5)
		e.Set("epoch", float64(i+1))
		e.Set(report.MetricLoss, 4.5+1.5*falling)
		if i%2 == 1 {
			e.Set(report.MetricValLoss, 4.6+1.5*falling)
		}
		for k, name := range []string{report.MetricTop1, report.MetricTop5, report.MetricKNN, report.MetricValTop1, report.MetricValTop5} {
			e.Set(name, 0.8-0.1*float64(k)-0.3*falling)
		}
		e.Set(report.MetricLR, 1e-3*falling)
		e.Set(report.MetricRank, 30+10*falling)
		e.Set(report.MetricSpread, 0.1+0.01*falling)
		e.Set(report.MetricAlignment, 0.2+falling)
		e.Set(report.MetricUniformity, -3+falling)
		r.Epochs = append(r.Epochs, e)
	}
	r.Table.Columns = []string{report.ColumnProbe, report.ColumnKNN, "1 % of labels"}
	r.Table.Note = "One run."
	for i, kind := range []report.Kind{report.Raw, report.Random, report.SimCLR, report.Supervised} {
		r.Table.Rows = append(r.Table.Rows, report.Row{Kind: kind, Scores: map[string]report.Score{
			report.ColumnProbe: {Mean: report.Number(0.6 + 0.1*float64(i))},
			report.ColumnKNN:   {Mean: report.Number(0.61 + 0.1*float64(i))},
		}})
	}
	r.Table.Rows[0].Name = "raw pixels"
	r.Table.Rows[2].Scores["1 % of labels"] = report.Score{Mean: 0.5, Std: 0.021}
	r.Embedding = newEmbedding(100, 10)
	for i := range 3 {
		q := report.Query{Example: report.Example{Image: newImage(1, 28, 28), Label: "cat"}}
		for k, label := range []string{"cat", "dog"} {
			q.Neighbors = append(q.Neighbors, report.Neighbor{
				Example: report.Example{Image: newImage(3, 28, 28), Label: label, Name: fmt.Sprintf("%d.png", k)},
				Cosine:  report.Number(0.9 - 0.1*float64(i+k)),
			})
		}
		r.Neighbors = append(r.Neighbors, q)
		r.Views = append(r.Views, []report.Image{newImage(1, 28, 28), newImage(1, 28, 28)})
	}
	return r
}

// newEmbedding returns points in as many clusters as there are classes.
func newEmbedding(points, classes int) *report.Embedding {
	r := rand.New(rand.NewPCG(1, 2))
	e := &report.Embedding{Before: &report.Projection{Explained: [2]report.Number{0.2, 0.1}}, After: &report.Projection{Explained: [2]report.Number{0.4, 0.3}}}
	for i := range points {
		class := i % classes
		angle := 2 * math.Pi * float64(class) / float64(classes)
		e.Labels = append(e.Labels, class)
		e.Before.Points = append(e.Before.Points, report.Point{report.Number(r.NormFloat64()), report.Number(r.NormFloat64())})
		e.After.Points = append(e.After.Points, report.Point{
			report.Number(5*math.Cos(angle) + r.NormFloat64()), report.Number(5*math.Sin(angle) + r.NormFloat64())})
	}
	return e
}

// newImage returns a picture of a gradient, whose values are multiples of 1/255.
func newImage(c, h, w int) report.Image {
	m := report.Image{Shape: [3]int{c, h, w}, Pixels: make([]float32, c*h*w)}
	for i := range m.Pixels {
		m.Pixels[i] = float32(i*7%256) / 255
	}
	return m
}
