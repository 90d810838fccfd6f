package eval

import (
	"fmt"
	"math"

	"github.com/seed-312a1f22/dyad/tensor"
)

// KNNConfig says how neighbours vote.
type KNNConfig struct {
	// K is the number of neighbours that vote. At least 1; of a training set
	// with fewer rows, all vote.
	K int
	// Temperature τ sets how much more a closer neighbour's vote weighs:
	// exp(cos/τ). Above 0.
	Temperature float64
	// Classes is the number of classes, for labels that do not show them all.
	// 0 stands for one more than the largest training label.
	Classes int
}

// DefaultKNNConfig returns K 20 and Temperature 0.1. The weighted vote is that
// of Wu et al. (CVPR 2018), section 3.4, who use 200 neighbours and 0.07 on
// ImageNet's 1.3 million images; 20 and 0.1 suit thousands.
func DefaultKNNConfig() KNNConfig { return KNNConfig{K: 20, Temperature: 0.1} }

// Validate returns an error that names the first field out of its range.
func (c KNNConfig) Validate() error {
	switch {
	case c.K < 1:
		return fmt.Errorf("eval: KNNConfig.K is %d, want 1 or more", c.K)
	case !(c.Temperature > 0) || math.IsInf(c.Temperature, 0):
		return fmt.Errorf("eval: KNNConfig.Temperature is %v, want a positive number", c.Temperature)
	case c.Classes != 0 && c.Classes < 2:
		return fmt.Errorf("eval: KNNConfig.Classes is %d, want 2 or more, or 0 to count them", c.Classes)
	}
	return nil
}

// KNN classifies a row of features by a weighted vote of the training rows
// nearest to it in angle. It has no weights to fit, which makes it the quicker
// question to a representation, and the fairer one while it changes. Make one
// with NewKNN. Its methods may be called at the same time.
//
// The vote of neighbour j of row i for its class is exp(cos(xᵢ, xⱼ)/τ). Of
// training rows at the same angle the one with the lower index is nearer; of
// classes with equal votes the lowest wins. A row of zeros has cosine 0 with
// every other.
type KNN struct {
	unit    *tensor.Tensor // the training rows, each of norm 1
	labels  []int
	classes int
	cfg     KNNConfig
}

// NewKNN returns the classifier of the given training set: features are an
// [examples features] matrix, further axes counting as one, and labels are 0 to
// classes−1. It keeps copies. It is an error when features are empty or not
// finite, when labels differ from them in number, are outside the classes or
// all the same, and when the configuration is invalid.
func NewKNN(features *tensor.Tensor, labels []int, cfg KNNConfig) (*KNN, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	x, classes, err := checkTraining("kNN", features, labels, cfg.Classes)
	if err != nil {
		return nil, err
	}
	return &KNN{unitRows(x), append([]int(nil), labels...), classes, cfg}, nil
}

// KNNAccuracy returns the share of test rows, 0 to 1, that the training rows
// around them classify rightly: NewKNN and Accuracy in one.
func KNNAccuracy(train *tensor.Tensor, trainLabels []int, test *tensor.Tensor, testLabels []int, cfg KNNConfig) (float64, error) {
	k, err := NewKNN(train, trainLabels, cfg)
	if err != nil {
		return 0, err
	}
	return k.Accuracy(test, testLabels)
}

// Accuracy returns the share of rows, 0 to 1, whose predicted class is the
// label. It is an error when Predict's is, and when labels differ from the rows
// in number or name a class that is not among those of the training set.
func (k *KNN) Accuracy(features *tensor.Tensor, labels []int) (float64, error) {
	predicted, err := k.Predict(features)
	if err != nil {
		return 0, err
	}
	if err := checkLabels("kNN", labels, len(predicted), k.classes); err != nil {
		return 0, err
	}
	return accuracy(predicted, labels), nil
}

// Predict returns the class that each row of features is voted into. It is an
// error when features are empty, not finite, or not as wide as the training
// rows.
func (k *KNN) Predict(features *tensor.Tensor) ([]int, error) {
	x, err := checkFeatures("kNN", features)
	if err != nil {
		return nil, err
	}
	if err := checkWidth("kNN", x, k.unit.Dim(1)); err != nil {
		return nil, err
	}
	predicted := make([]int, x.Dim(0))
	for row, lists := range nearest(unitRows(x), k.unit, k.cfg.K) {
		const grain = 8 // rows: 160 exponentials
		voteKernel.Run(len(lists), grain, voteArgs{k, lists, predicted[row:]})
	}
	return predicted, nil
}

type voteArgs struct {
	*KNN
	nearest   []neighbors
	predicted []int
}

var voteKernel = tensor.NewKernel(func(lo, hi int, a *voteArgs) {
	votes := make([]float64, a.classes)
	for i := lo; i < hi; i++ {
		clear(votes)
		// Taking the largest cosine off every one divides all votes by the same
		// number, and keeps the exponential finite at any temperature.
		largest := float64(a.nearest[i][0].Cosine)
		for _, n := range a.nearest[i] {
			votes[a.labels[n.Index]] += math.Exp((float64(n.Cosine) - largest) / a.cfg.Temperature)
		}
		winner := 0
		for c, v := range votes {
			if v > votes[winner] {
				winner = c
			}
		}
		a.predicted[i] = winner
	}
})
