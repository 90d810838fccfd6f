package main

import (
	"context"
	"fmt"

	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/ssl/eval"
	"github.com/seed-312a1f22/dyad/ssl/report"
	"github.com/seed-312a1f22/dyad/tensor"
)

// features are those of the two parts of a data set.
type features struct{ train, test *tensor.Tensor }

// rawLimit is how many values of samples are held to be evaluated as they are: 1 GiB.
const rawLimit = 1 << 28

// raw returns the samples as their own features, or none if they are too many.
func (s *samples) raw() (f features, err error) {
	if int64(s.train.set.Len()+s.test.set.Len())*int64(s.train.set.Shape().Size()) > rawLimit {
		return f, nil
	}
	of := func(p part) (*tensor.Tensor, error) {
		all, err := data.ReadAll(p.set)
		if err != nil {
			return nil, err
		}
		return all.Reshape(p.set.Len(), -1), nil
	}
	if f.train, err = of(s.train); err == nil {
		f.test, err = of(s.test)
	}
	return f, err
}

// encode returns what the encoder makes of the samples.
func (s *samples) encode(ctx context.Context, encoder ssl.Encoder) (f features, err error) {
	if f.train, err = ssl.Features(ctx, encoder, s.train.single); err == nil {
		f.test, err = ssl.Features(ctx, encoder, s.test.single)
	}
	return f, err
}

// row is how well classifiers do on features of a kind.
type row struct {
	kind       report.Kind
	name       string
	probe, knn float64
	few        []eval.FewLabelsResult // by fraction; nil unless asked for
}

// judge returns a row. Of the fractions of labels, those that have not one for each
// class are left out.
func (s *samples) judge(ctx context.Context, kind report.Kind, f features, fractions []float64) (r row, err error) {
	r = row{kind: kind, name: s.rowName(kind)}
	probe, err := eval.FitLinearProbe(f.train, s.train.labels, s.probeConfig())
	if err != nil {
		return r, err
	}
	if r.probe, err = probe.Accuracy(f.test, s.test.labels); err != nil {
		return r, err
	}
	if r.knn, err = eval.KNNAccuracy(f.train, s.train.labels, f.test, s.test.labels, s.knnConfig()); err != nil {
		return r, err
	}
	c := eval.DefaultFewLabelsConfig()
	c.Fractions, c.Probe = nil, s.probeConfig()
	for _, fraction := range fractions {
		if fraction*float64(len(s.train.labels)) >= float64(s.classes) {
			c.Fractions = append(c.Fractions, fraction)
		}
	}
	if c.Fractions != nil {
		r.few, err = eval.FewLabels(ctx, f.train, s.train.labels, f.test, s.test.labels, c)
	}
	return r, err
}

func (s *samples) probeConfig() eval.ProbeConfig {
	c := eval.DefaultProbeConfig()
	c.Classes = s.classes
	return c
}

func (s *samples) knnConfig() eval.KNNConfig {
	c := eval.DefaultKNNConfig()
	c.Classes = s.classes
	return c
}

func (s *samples) rowName(kind report.Kind) string {
	switch kind {
	case report.Raw:
		return map[string]string{"rows": "raw columns", "images": "raw pixels", "volumes": "raw voxels", "samples": "raw samples"}[noun(s.train.set.Shape())]
	case report.Random:
		return "untrained encoder"
	case report.Supervised:
		return "supervised"
	}
	return "SimCLR"
}

// fewFractions are the parts of the labels that few-label probes see.
var fewFractions = []float64{0.01, 0.1}

// table returns the rows as the page shows them, and as printTable prints them.
func table(rows []row) report.Table {
	t := report.Table{
		Columns: []string{report.ColumnProbe, report.ColumnKNN},
		Note:    "Linear probe: logistic regression on standardised features, L2 1. kNN: 20 neighbours by cosine, weighted at temperature 0.1.",
	}
	for i, r := range rows {
		scores := map[string]report.Score{
			report.ColumnProbe: {Mean: report.Number(r.probe)},
			report.ColumnKNN:   {Mean: report.Number(r.knn)},
		}
		for _, f := range r.few {
			column := fmt.Sprintf("%g %% of labels", 100*f.Fraction)
			scores[column] = report.Score{Mean: report.Number(f.Mean), Std: report.Number(f.Std)}
			if i == 0 {
				t.Columns = append(t.Columns, column)
			}
		}
		t.Rows = append(t.Rows, report.Row{Kind: r.kind, Name: r.name, Scores: scores})
	}
	if len(t.Columns) > 2 {
		t.Note += " With fewer labels: the same probe, mean and standard deviation of five stratified draws."
	}
	return t
}
