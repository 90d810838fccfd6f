package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"math"
	"regexp"
	"time"

	"github.com/seed-312a1f22/dyad/ssl/report"
)

// show prints what the page of a run has that matches pattern.
func show(run *report.Run, pattern string) {
	var page bytes.Buffer
	if err := report.Write(&page, run); err != nil {
		fmt.Println(err)
		return
	}
	for _, found := range regexp.MustCompile(pattern).FindAllString(page.String(), -1) {
		fmt.Println(html.UnescapeString(found))
	}
}

func ExampleWrite() {
	run := report.Run{Title: "MNIST", Chance: 6.236, Orthogonal: 1.487} // ssl.Chance(256), ssl.Orthogonal(256, 0.2)
	for _, loss := range []float64{5.1, 4.2, 3.9} {
		epoch := report.Epoch{}
		epoch.Set(report.MetricLoss, loss) // or e.Log(epoch.Set), where e is an ssl.Epoch
		run.Epochs = append(run.Epochs, epoch)
	}
	var page bytes.Buffer // usually a file
	if err := report.Write(&page, &run); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(regexp.MustCompile(`The last loss[^<]*`).FindString(page.String()))
	// Output: The last loss, 3.90, has come 49% of the way from chance (6.24) down to orthogonal samples (1.49).
}

// A run directory keeps the run as JSON, from which the page can be made again.
func ExampleRun() {
	run := report.Run{
		Title:   "MNIST",
		Started: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC),
		Config:  json.RawMessage(`{"epochs":10,"head":[256,64]}`),
		Machine: []report.Field{{Name: "kernels", Value: "avx512"}},
	}
	kept, err := json.Marshal(&run)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(kept))
	var back report.Run
	if err := json.Unmarshal(kept, &back); err != nil {
		fmt.Println(err)
		return
	}
	show(&back, `256, 64`)
	// Output:
	// {"title":"MNIST","started":"2026-05-04T03:02:01Z","config":{"epochs":10,"head":[256,64]},"machine":[{"name":"kernels","value":"avx512"}]}
	// 256, 64
}

func ExampleEpoch() {
	epoch := report.Epoch{}
	epoch.Set(report.MetricLoss, 4.25)
	epoch.Set(report.MetricRank, math.NaN())
	line, err := json.Marshal(epoch)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(line))
	// Output: {"loss/train":4.25,"rank":null}
}

func ExampleNumber() {
	text, err := json.Marshal([]report.Number{0.5, report.Number(math.Inf(1))})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(text))
	// Output: [0.5,null]
}

func ExampleTable() {
	row := func(kind report.Kind, probe, few, spread float64) report.Row {
		return report.Row{Kind: kind, Scores: map[string]report.Score{
			report.ColumnProbe: {Mean: report.Number(probe)},
			"1 % of labels":    {Mean: report.Number(few), Std: report.Number(spread)},
		}}
	}
	run := report.Run{Table: report.Table{
		Columns: []string{report.ColumnProbe, "1 % of labels"},
		Rows:    []report.Row{row(report.Raw, 0.903, 0.71, 0.02), row(report.Random, 0.888, 0.69, 0.01), row(report.SimCLR, 0.96, 0.88, 0.013)},
		Note:    "L2 is 1.",
	}}
	show(&run, `By the [^<]*|88.0%[^<]*`)
	// Output:
	// By the linear probe, SimCLR's features reach 96.0%: 7.2 points above the untrained encoder, 5.7 points above the raw input.
	// 88.0% ± 1.3
}

func ExampleEmbedding() {
	run := report.Run{Embedding: &report.Embedding{
		After: &report.Projection{
			Points:    []report.Point{{-1, 0.1}, {1, -0.1}, {1.1, 0.2}},
			Explained: [2]report.Number{0.6, 0.2},
		},
		Labels:  []int{0, 1, 1},
		Classes: []string{"cat", "dog"},
	}}
	show(&run, `component \d \([^)]*\)|cat <span>1|dog <span>2`)
	// Output:
	// component 1 (60.0% of the variance)
	// component 2 (20.0% of the variance)
	// cat <span>1
	// dog <span>2
}

func ExampleQuery() {
	run := report.Run{Neighbors: []report.Query{{
		Example: report.Example{Name: "row 7", Label: "cat"}, // and an Image, if it is one
		Neighbors: []report.Neighbor{
			{Example: report.Example{Name: "row 3", Label: "cat"}, Cosine: 0.98},
			{Example: report.Example{Name: "row 9", Label: "dog"}, Cosine: 0.91},
		},
	}}}
	show(&run, `Here \d of \d [^;]*`)
	// Output: Here 1 of 2 neighbours have the class of their sample
}
