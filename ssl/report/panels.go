package report

import (
	"fmt"
	"html/template"
	"maps"
	"math"
	"slices"
	"strconv"
)

// panel is a small chart of metrics that belong together.
type panel struct {
	title   string
	share   bool    // values are shares
	zero    bool    // the axis begins at 0
	metrics []Field // named as in the chart; the value is the metric
	words   string  // what to look for
}

// panels are the charts beside that of the loss.
var panels = []panel{
	{"Nearest neighbours", true, false, []Field{{"kNN", MetricKNN}},
		"Share of test samples that the samples nearest to them in features classify right. It should rise above the dashed lines."},
	{"Linear probe", true, false, []Field{{"probe", MetricProbe}},
		"Share of test samples that a linear classifier on the features gets right. It should rise above the dashed lines."},
	{"Picking the partner", true, false, []Field{{"top-1", MetricTop1}, {"top-5", MetricTop5}, {"val top-1", MetricValTop1}, {"val top-5", MetricValTop5}},
		"How often the partner of a view is the most similar of the batch, or among the five most similar. It should rise; close to 100% the views are too much alike to teach more."},
	{"Picking the partner by features", true, false, []Field{{"top-1", MetricFeatureTop1}, {"top-5", MetricFeatureTop5}, {"1/rank", MetricMRR}},
		"The same of test samples, by the features in place of the projections that are trained, and the mean of 1 over the partner's rank."},
	{"Effective rank", false, true, []Field{{"rank", MetricRank}, {"by variance", MetricParticipationRatio}},
		"How many dimensions the features fill (RankMe), and how many by their variance (participation ratio). A fall towards 1 is a collapse."},
	{"Spread", false, true, []Field{{"spread", MetricSpread}},
		"Standard deviation of normalised features. 1/√d, for d features, is spread evenly; a fall to 0 is a collapse to one point."},
	{"Alignment", false, true, []Field{{"alignment", MetricAlignment}},
		"Squared distance between two views of a sample: 0 when they agree, 2 when they are unrelated. It should fall while uniformity falls too."},
	{"Uniformity", false, false, []Field{{"uniformity", MetricUniformity}},
		"How evenly samples cover the sphere: 0 when all are in one place, lower is more even, about −4 at best."},
	{"Learning rate", false, true, []Field{{"rate", MetricLR}},
		"The size of the steps, as scheduled."},
}

// figure is a chart with its words.
type figure struct {
	Title, Words string
	Chart        template.HTML
}

// write returns how to write a value of the panel in words.
func (p *panel) write() func(float64) string {
	if p.share {
		return percent
	}
	return significant
}

// lossFigure returns the chart of the loss.
func (r *Run) lossFigure() figure {
	c := curves{id: "chart-loss", title: "Loss", write: significant, series: []series{
		newSeries("train", MetricLoss, r.Epochs), newSeries("validation", MetricValLoss, r.Epochs),
	}}
	if r.Chance > 0 {
		c.lines = append(c.lines, level{"chance", r.Chance})
	}
	if r.Orthogonal > 0 {
		c.lines = append(c.lines, level{"orthogonal", r.Orthogonal})
	}
	return figure{"Loss", r.lossWords(), c.draw(len(r.Epochs))}
}

// figures returns the other charts: the known ones that have values, then one for
// each metric of another name.
func (r *Run) figures() []figure {
	all := slices.Clone(panels)
	for _, name := range r.metrics() {
		if !known[name] {
			all = append(all, panel{name, false, false, []Field{{"", name}}, ""})
		}
	}
	var figures []figure
	for i, p := range all {
		c := curves{id: "chart-" + strconv.Itoa(i), title: p.title, share: p.share, zero: p.zero, write: p.write(), lines: r.levels(p.metrics[0].Value)}
		for _, m := range p.metrics {
			c.series = append(c.series, newSeries(m.Name, m.Value, r.Epochs))
		}
		if chart := c.draw(len(r.Epochs)); chart != "" {
			figures = append(figures, figure{p.title, p.words, chart})
		}
	}
	return figures
}

// levels returns what to compare a metric with.
func (r *Run) levels(metric string) []level {
	var levels []level
	switch metric {
	case MetricKNN, MetricProbe:
		column := map[string]string{MetricKNN: ColumnKNN, MetricProbe: ColumnProbe}[metric]
		if m, ok := r.Table.mean(Raw, column); ok {
			levels = append(levels, level{"raw", m.mean})
		}
		if m, ok := r.Table.mean(Random, column); ok {
			levels = append(levels, level{"untrained", m.mean})
		}
	case MetricSpread:
		if r.Features > 0 {
			levels = append(levels, level{"1/√d", 1 / math.Sqrt(float64(r.Features))})
		}
	}
	return levels
}

// known are the metrics that have their place, or none, on the page.
var known = func() map[string]bool {
	known := map[string]bool{MetricLoss: true, MetricValLoss: true, "epoch": true, "images_per_second": true}
	for _, p := range panels {
		for _, m := range p.metrics {
			known[m.Value] = true
		}
	}
	return known
}()

// metrics returns the names of all metrics of the run, sorted.
func (r *Run) metrics() []string {
	names := map[string]bool{}
	for _, e := range r.Epochs {
		for name := range e {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// numbers is the table of all metrics.
type numbers struct {
	Words   string
	Columns []string
	Rows    [][]string // the epoch, then a value for each column
}

// numbers returns the values of every so-manieth epoch, and of the last.
func (r *Run) numbers() numbers {
	const rows = 50
	t := numbers{Columns: slices.DeleteFunc(r.metrics(), func(name string) bool { return name == "epoch" })}
	every := max(1, (len(r.Epochs)+rows-1)/rows)
	for i, e := range r.Epochs {
		if (i+1)%every != 0 && i != 0 && i != len(r.Epochs)-1 {
			continue
		}
		row := []string{strconv.Itoa(i + 1)}
		for _, name := range t.Columns {
			value := ""
			if v, ok := e[name]; ok {
				value = significant(float64(v))
			}
			row = append(row, value)
		}
		t.Rows = append(t.Rows, row)
	}
	if every > 1 {
		t.Words = fmt.Sprintf("Every %d epochs of %d.", every, len(r.Epochs))
	}
	return t
}
