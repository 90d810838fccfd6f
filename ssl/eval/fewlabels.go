package eval

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/seed-312a1f22/dyad/tensor"
)

// FewLabelsConfig says how the linear probe is given a part of the labels.
type FewLabelsConfig struct {
	// Fractions are the parts of the training set that the probe sees: each
	// above 0 and at most 1.
	Fractions []float64
	// Repeats is the number of draws of each fraction below 1. At least 1. All
	// labels are all labels: fraction 1 is drawn once.
	Repeats int
	// Seed makes the draws: the same seed gives the same rows.
	Seed uint64
	// Probe is how each probe is fitted.
	Probe ProbeConfig
}

// DefaultFewLabelsConfig returns 1 % and 10 % of the labels, the fractions of Chen
// et al. (ICML 2020, table 7), and all of them, with five draws, seed 0 and the
// default probe.
func DefaultFewLabelsConfig() FewLabelsConfig {
	return FewLabelsConfig{Fractions: []float64{0.01, 0.1, 1}, Repeats: 5, Probe: DefaultProbeConfig()}
}

// Validate returns an error that names the first field out of its range.
func (c FewLabelsConfig) Validate() error {
	if len(c.Fractions) == 0 {
		return fmt.Errorf("eval: FewLabelsConfig.Fractions is empty, want one fraction or more")
	}
	for i, f := range c.Fractions {
		if !(f > 0 && f <= 1) {
			return fmt.Errorf("eval: FewLabelsConfig.Fractions[%d] is %v, want above 0 and at most 1", i, f)
		}
	}
	if c.Repeats < 1 {
		return fmt.Errorf("eval: FewLabelsConfig.Repeats is %d, want 1 or more", c.Repeats)
	}
	return c.Probe.Validate()
}

// FewLabelsResult is what the probe reads out of the features with one fraction
// of the labels.
type FewLabelsResult struct {
	Fraction   float64   `json:"fraction"`
	Labels     int       `json:"labels"`     // that each probe saw
	Accuracies []float64 `json:"accuracies"` // on the test set, 0 to 1, of each draw
	Mean       float64   `json:"mean"`       // of the accuracies
	Std        float64   `json:"std"`        // their standard deviation, with divisor n−1; 0 of a single one
}

// FewLabels fits linear probes to parts of the training set and returns their
// accuracies on the whole test set, by fraction: how much labelling a
// representation saves. The arguments are those of FitLinearProbe and Accuracy.
//
// A draw is stratified: its classes have their shares of the training set,
// rounded, and each has one example at least. The first draw of a larger fraction
// contains the first of a smaller one, the second the second, and so on: two
// fractions differ by the labels that were added. Features are standardised by the
// rows drawn: the probe knows of no others.
//
// It is an error when a fraction has fewer labels than there are classes in the
// training set, and when FitLinearProbe's or Accuracy's is. When ctx is done,
// FewLabels returns ctx's error between two fits.
func FewLabels(ctx context.Context, train *tensor.Tensor, trainLabels []int, test *tensor.Tensor, testLabels []int, cfg FewLabelsConfig) ([]FewLabelsResult, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	x, classes, err := checkTraining("few labels", train, trainLabels, cfg.Probe.Classes)
	if err != nil {
		return nil, err
	}
	cfg.Probe.Classes = classes
	present := countDistinct(trainLabels, classes)
	var results []FewLabelsResult
	for _, fraction := range cfg.Fractions {
		n := int(math.Round(fraction * float64(len(trainLabels))))
		if n < present {
			return nil, fmt.Errorf("eval: few labels: fraction %v of %d labels is %d, want %d or more, one for each class",
				fraction, len(trainLabels), n, present)
		}
		r := FewLabelsResult{Fraction: fraction, Labels: n}
		repeats := cfg.Repeats
		if n == len(trainLabels) {
			repeats = 1
		}
		for draw := range repeats {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			rows := stratify(trainLabels, classes, rand.New(rand.NewPCG(cfg.Seed, uint64(draw))))[:n]
			slices.Sort(rows)
			features, labels := pick(x, trainLabels, rows)
			probe, err := FitLinearProbe(features, labels, cfg.Probe)
			if err != nil {
				return nil, err
			}
			accuracy, err := probe.Accuracy(test, testLabels)
			if err != nil {
				return nil, err
			}
			r.Accuracies = append(r.Accuracies, accuracy)
		}
		if r.Mean, r.Std = stat.MeanStdDev(r.Accuracies, nil); len(r.Accuracies) == 1 {
			r.Std = 0
		}
		results = append(results, r)
	}
	return results, nil
}

// stratify returns the indices of all labels in a random order of which every
// beginning has the classes in their shares: the k-th of a class' m examples, in
// random order, stands at (k+½)/m of the way, but the first of each class stands
// at the very beginning. At the same place the lower class goes first.
func stratify(labels []int, classes int, r *rand.Rand) []int {
	total, met := make([]int, classes), make([]int, classes)
	for _, label := range labels {
		total[label]++
	}
	order, place := r.Perm(len(labels)), make([]float64, len(labels))
	for _, i := range order {
		if c := labels[i]; met[c] > 0 {
			place[i] = (float64(met[c]) + 0.5) / float64(total[c])
		}
		met[labels[i]]++
	}
	slices.SortFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(place[i], place[j]), cmp.Compare(labels[i], labels[j]))
	})
	return order
}

// pick returns the given rows and their labels.
func pick(x *tensor.Tensor, labels, rows []int) (*tensor.Tensor, []int) {
	some, theirs := tensor.New(len(rows), x.Dim(1)), make([]int, len(rows))
	for k, i := range rows {
		copy(some.Row(k), x.Row(i))
		theirs[k] = labels[i]
	}
	return some, theirs
}

// countDistinct returns how many of the classes occur among the labels.
func countDistinct(labels []int, classes int) (n int) {
	seen := make([]bool, classes)
	for _, label := range labels {
		if !seen[label] {
			seen[label] = true
			n++
		}
	}
	return n
}
