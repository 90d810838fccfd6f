package main

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"

	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/ssl/eval"
	"github.com/seed-312a1f22/dyad/ssl/report"
)

var evalCommand = command{
	name: "eval", args: "-weights FILE -data PATH [flags]",
	short: "evaluate a saved encoder",
	long: `Eval compares the features of a saved encoder with the samples themselves and with
those of an untrained encoder of the same architecture: by a linear probe with all,
10 % and 1 % of the labels, and by the nearest neighbours. It also says how the
features of two views of some test samples lie in space, for which no labels are
needed.
`,
	flags: func(f *flag.FlagSet) action {
		o := new(evalOptions)
		o.saved.declare(f)
		o.source.declare(f)
		o.recipe.declare(f)
		f.Uint64Var(&o.seed, "seed", 1, "`number` that the untrained encoder and the views derive from (default that of the run)")
		f.BoolVar(&o.json, "json", false, "write a JSON object in place of text")
		return o
	},
}

// evalOptions are the flags of eval.
type evalOptions struct {
	saved
	source
	recipe
	seed uint64
	json bool
}

func (o *evalOptions) check(f *flag.FlagSet) error {
	return cmp.Or(noArguments(f), o.saved.check(), o.source.check(), o.recipe.check())
}

// evaluation is what -json prints.
type evaluation struct {
	Scores
	Measurements map[string]float64 `json:"measurements"`
}

func (o *evalOptions) run(ctx context.Context, c *call) error {
	if err := o.saved.open(); err != nil {
		return err
	}
	if seed := o.trained.Seed; seed != nil && !given(c.flags, "seed") {
		o.seed = *seed
	}
	if !given(c.flags, "views") {
		o.preset = o.trained.Views
	}
	s, err := o.samples()
	if err != nil {
		return err
	}
	m, err := o.measure(ctx, s)
	if err != nil {
		return err
	}
	var rows []row
	if s.labeled() {
		if rows, err = o.compare(ctx, s); err != nil {
			return err
		}
	}
	if o.json {
		e := evaluation{Measurements: make(map[string]float64)}
		e.Scores.set(rows)
		m.Log(func(name string, value float64) { e.Measurements[name] = value })
		return json.NewEncoder(c.stdout).Encode(e)
	}
	o.print(c.stdout, s, rows, m)
	return nil
}

// print writes the evaluation for a person.
func (o *evalOptions) print(w io.Writer, s samples, rows []row, m eval.Measurements) {
	fmt.Fprintf(w, "%s: %s, %d features\n", o.saved.path, describe(o.encoder), o.encoder.LatentSize())
	fmt.Fprintf(w, "%s: %d %s %v to train probes on, %d to test with\n", o.source.name(), s.train.set.Len(), noun(s.train.set.Shape()), s.train.set.Shape(), s.test.set.Len())
	if rows == nil {
		fmt.Fprintf(w, "there are no labels: no probe and no kNN\n")
	}
	printTable(w, rows)
	fmt.Fprintf(w, "\nof two views of %d test samples:\n", m.Rows)
	for _, v := range []struct {
		name, words string
		value       float64
	}{
		{"rank", fmt.Sprintf("RankMe, of %d dimensions", min(m.Rows, m.Width)), m.Rank},
		{"participation ratio", "dimensions by their variance", m.ParticipationRatio},
		{"spread", fmt.Sprintf("1/√%d = %.4f over the whole sphere, 0 collapsed", m.Width, 1/math.Sqrt(float64(m.Width))), m.Spread},
		{"alignment", "0 when views agree, 2 when they are unrelated", m.Alignment},
		{"uniformity", "0 at one point, −4 over the whole sphere", m.Uniformity},
		{"top-1", "the other view is the most similar of all", m.Top1},
		{"top-5", "or one of the five most similar", m.Top5},
		{"mean reciprocal rank", "of the other view", m.MRR},
	} {
		fmt.Fprintf(w, "%-22s%9.4f  %s\n", v.name, v.value, v.words)
	}
}

// samples opens the data as the encoder takes it.
func (o *evalOptions) samples() (s samples, err error) {
	train, test, err := o.openSplit(o.sample)
	if err != nil {
		return s, err
	}
	if train, err = o.prepare(train); err != nil {
		return s, err
	}
	if test, err = o.prepare(test); err != nil {
		return s, err
	}
	return newSamples(train, test)
}

// measure returns how the features of two views lie.
func (o *evalOptions) measure(ctx context.Context, s samples) (m eval.Measurements, err error) {
	if err := o.choose(o.source.path == "", s.train.set.Shape()); err != nil {
		return m, err
	}
	views, err := o.views(s.train.set)
	if err != nil {
		return m, err
	}
	p, err := newPairs(s.test.set, views, o.seed)
	if err != nil {
		return m, err
	}
	return p.measure(ctx, o.encoder)
}

// compare returns the rows of the table.
func (o *evalOptions) compare(ctx context.Context, s samples) ([]row, error) {
	a, err := ssl.ArchitectureOf(o.encoder)
	if err != nil {
		return nil, err
	}
	fresh, err := untrained(a, o.seed)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, r := range []struct {
		kind report.Kind
		of   func() (features, error)
	}{
		{report.Raw, s.raw},
		{report.Random, func() (features, error) { return s.encode(ctx, fresh) }},
		{report.SimCLR, func() (features, error) { return s.encode(ctx, o.encoder) }},
	} {
		f, err := r.of()
		if err != nil {
			return nil, err
		}
		if f.train == nil {
			continue // too many values to be compared as they are
		}
		row, err := s.judge(ctx, r.kind, f, fewFractions)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}
