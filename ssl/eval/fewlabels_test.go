package eval_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/eval"
	"github.com/seed-312a1f22/dyad/tensor"
)

func ExampleFewLabelsConfig() {
	cfg := eval.DefaultFewLabelsConfig()
	fmt.Println(cfg.Fractions, cfg.Repeats)

	cfg.Fractions = []float64{10} // per cent?
	fmt.Println(cfg.Validate())
	// Output:
	// [0.01 0.1 1] 5
	// eval: FewLabelsConfig.Fractions[0] is 10, want above 0 and at most 1
}

func ExampleFewLabelsResult() {
	// Two clouds, of which every third row is for the test.
	var train, test []float32
	var trainLabels, testLabels []int
	for i := range 60 {
		x, y, class := float32(i%7), float32(i%5), i%2
		x += 10 * float32(class)
		if i%3 == 0 {
			test, testLabels = append(test, x, y), append(testLabels, class)
		} else {
			train, trainLabels = append(train, x, y), append(trainLabels, class)
		}
	}
	results, err := eval.FewLabels(context.Background(),
		tensor.FromSlice(train, 40, 2), trainLabels, tensor.FromSlice(test, 20, 2), testLabels,
		eval.FewLabelsConfig{Fractions: []float64{0.25, 1}, Repeats: 3, Probe: eval.DefaultProbeConfig()})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range results {
		fmt.Printf("%3d labels: %.2f ± %.2f\n", r.Labels, r.Mean, r.Std)
	}
	// Output:
	//  10 labels: 1.00 ± 0.00
	//  40 labels: 1.00 ± 0.00
}

func TestFewLabels(t *testing.T) {
	x, labels := blobs(81, 1500, 20, 5, 0.5)
	train, test := x.Slice(0, 1000), x.Slice(1000, 1500)
	cfg := eval.DefaultFewLabelsConfig()
	run := func() []eval.FewLabelsResult {
		results, err := eval.FewLabels(t.Context(), train, labels[:1000], test, labels[1000:], cfg)
		if err != nil {
			t.Fatal(err)
		}
		return results
	}
	results := run()
	if !reflect.DeepEqual(run(), results) {
		t.Error("the same seed gives other results")
	}
	for i, want := range []struct {
		fraction        float64
		labels, repeats int
	}{{0.01, 10, 5}, {0.1, 100, 5}, {1, 1000, 1}} {
		r := results[i]
		if r.Fraction != want.fraction || r.Labels != want.labels || len(r.Accuracies) != want.repeats {
			t.Errorf("result %d is %+v, want %+v", i, r, want)
		}
		mean, squares := 0.0, 0.0
		for _, a := range r.Accuracies {
			mean += a / float64(len(r.Accuracies))
			squares += a * a
		}
		near(t, "mean", r.Mean, mean, 1e-12)
		if n := float64(len(r.Accuracies)); n > 1 {
			near(t, "standard deviation", r.Std, math.Sqrt((squares-n*mean*mean)/(n-1)), 1e-7)
		} else if r.Std != 0 {
			t.Errorf("the standard deviation of one accuracy is %v", r.Std)
		}
		if i > 0 && r.Mean <= results[i-1].Mean {
			t.Errorf("accuracy is %v with %d labels, but %v with %d", r.Mean, r.Labels, results[i-1].Mean, results[i-1].Labels)
		}
	}
	if slices.Max(results[0].Accuracies) == slices.Min(results[0].Accuracies) {
		t.Error("all draws of ten labels give the same accuracy")
	}

	all, err := eval.FitLinearProbe(train, labels[:1000], cfg.Probe)
	if err != nil {
		t.Fatal(err)
	}
	want, err := all.Accuracy(test, labels[1000:])
	if err != nil {
		t.Fatal(err)
	}
	near(t, "accuracy with all labels", results[2].Mean, want, 0)

	cfg.Seed = 1
	if reflect.DeepEqual(run()[0], results[0]) {
		t.Error("another seed gives the same draws")
	}
}

func TestFewLabelsErrors(t *testing.T) {
	x, labels := blobs(82, 100, 3, 4, 1)
	nan := x.Clone()
	nan.Set(float32(math.NaN()), 7, 2)
	with := func(f func(*eval.FewLabelsConfig)) eval.FewLabelsConfig {
		c := eval.DefaultFewLabelsConfig()
		c.Fractions = []float64{0.1}
		f(&c)
		return c
	}
	unchanged := func(*eval.FewLabelsConfig) {}
	fractions := func(f ...float64) func(*eval.FewLabelsConfig) {
		return func(c *eval.FewLabelsConfig) { c.Fractions = f }
	}
	tests := []struct {
		name string
		x    *tensor.Tensor
		cfg  eval.FewLabelsConfig
		want string
	}{
		{"fewer labels than classes", x, with(fractions(1, 0.03)), "few labels: fraction 0.03 of 100 labels is 3, want 4 or more, one for each class"},
		{"no fractions", x, with(fractions()), "FewLabelsConfig.Fractions is empty"},
		{"fraction 0", x, with(fractions(0.5, 0)), "FewLabelsConfig.Fractions[1] is 0, want"},
		{"fraction NaN", x, with(fractions(math.NaN())), "FewLabelsConfig.Fractions[0] is NaN, want"},
		{"no repeats", x, with(func(c *eval.FewLabelsConfig) { c.Repeats = 0 }), "FewLabelsConfig.Repeats is 0, want"},
		{"no iterations", x, with(func(c *eval.FewLabelsConfig) { c.Probe.MaxIterations = 0 }), "ProbeConfig.MaxIterations is 0, want"},
		{"label not a class", x, with(func(c *eval.FewLabelsConfig) { c.Probe.Classes = 3 }), "few labels: label 3 of row 3 is outside the classes 0 to 2"},
		{"NaN", nan, with(unchanged), "few labels: feature 2 of row 7 is NaN"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := eval.FewLabels(t.Context(), test.x, labels, x, labels, test.cfg)
			if err == nil || !strings.HasPrefix(err.Error(), "eval: "+test.want) {
				t.Errorf("error %v, want one about %q", err, test.want)
			}
		})
	}
	if _, err := eval.FewLabels(t.Context(), x, labels, nan, labels, with(unchanged)); err == nil {
		t.Error("FewLabels accepts NaN in the test set")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := eval.FewLabels(ctx, x, labels, x, labels, with(unchanged)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v of a context that is done", err)
	}
}
