package eval

import (
	"fmt"
	"math"

	"github.com/seed-312a1f22/dyad/tensor"
)

// ProbeConfig says how a linear probe is fitted.
type ProbeConfig struct {
	// L2 is the weight of the penalty: the fit minimises the sum of the
	// examples' cross-entropies plus L2·½‖W‖². It is 1/C in scikit-learn's
	// words; 2/C for two classes, where scikit-learn has one row of weights
	// instead of two. The bias is not penalised. 0 leaves the penalty out.
	L2 float64
	// MaxIterations bounds the iterations of L-BFGS. At least 1.
	MaxIterations int
	// Tolerance ends the fit when no component of the gradient of the mean
	// loss is larger. With 0 only MaxIterations and the resolution of float32
	// end it.
	Tolerance float64
	// Classes is the number of classes, for labels that do not show them all.
	// 0 stands for one more than the largest training label.
	Classes int
}

// DefaultProbeConfig returns L2 1, MaxIterations 200 and Tolerance 1e-4. The
// penalty and the tolerance are those of scikit-learn's LogisticRegression when
// nothing is said, and so what a reported probe accuracy most often means; the
// iterations are twice as many, so that it is the tolerance that ends the fit.
// (Raw pixels of MNIST take 105.)
//
// L2 = 1 is also the assumption that a standardised feature's weight is drawn
// from a standard normal distribution; and as the penalty stays put while the
// cross-entropies add up, it fades with the number of examples, as an
// assumption should.
func DefaultProbeConfig() ProbeConfig {
	return ProbeConfig{L2: 1, MaxIterations: 200, Tolerance: 1e-4}
}

// Validate returns an error that names the first field out of its range.
func (c ProbeConfig) Validate() error {
	switch {
	case !(c.L2 >= 0) || math.IsInf(c.L2, 0):
		return fmt.Errorf("eval: ProbeConfig.L2 is %v, want 0 or a positive number", c.L2)
	case c.MaxIterations < 1:
		return fmt.Errorf("eval: ProbeConfig.MaxIterations is %d, want 1 or more", c.MaxIterations)
	case !(c.Tolerance >= 0) || math.IsInf(c.Tolerance, 0):
		return fmt.Errorf("eval: ProbeConfig.Tolerance is %v, want 0 or a positive number", c.Tolerance)
	case c.Classes != 0 && c.Classes < 2:
		return fmt.Errorf("eval: ProbeConfig.Classes is %d, want 2 or more, or 0 to count them", c.Classes)
	}
	return nil
}

// LinearProbe is a multinomial logistic regression on frozen features: the
// standard question to a representation, whether its classes lie apart by
// hyperplanes (Alain and Bengio, 2016). Make one with FitLinearProbe. Its
// methods may be called at the same time.
type LinearProbe struct {
	scaling    standardizer
	weight     *tensor.Tensor // [classes features]
	bias       *tensor.Tensor // [classes]
	iterations int
}

// FitLinearProbe standardises the features, an [examples features] matrix, by
// their own means and standard deviations and fits softmax(x·Wᵀ + b) to the
// labels, which are 0 to classes−1. Further axes of features count as one:
// images need no flattening.
//
// The objective is convex and the start is zero, so there is no seed, and the
// same input gives the same bits at any GOMAXPROCS. It is an error when features
// are empty or not finite, when labels differ from them in number, are
// outside the classes or all the same, and when the configuration is invalid.
func FitLinearProbe(features *tensor.Tensor, labels []int, cfg ProbeConfig) (*LinearProbe, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	x, classes, err := checkTraining("linear probe", features, labels, cfg.Classes)
	if err != nil {
		return nil, err
	}
	p := &LinearProbe{scaling: newStandardizer(x)}
	standardized := tensor.NewShape(x.Shape())
	p.scaling.apply(standardized, x)

	o := newObjective(standardized, labels, classes, cfg.L2)
	p.iterations = minimize(o, cfg.MaxIterations, cfg.Tolerance)
	p.weight, p.bias = o.weight, o.bias
	return p, nil
}

// Classes returns the number of classes that the probe tells apart.
func (p *LinearProbe) Classes() int { return p.weight.Dim(0) }

// Iterations returns the number of iterations of L-BFGS that the fit took.
func (p *LinearProbe) Iterations() int { return p.iterations }

// Predict returns the most probable class of each row of features, the lowest
// of several that are equally probable. It is an error when features are empty,
// not finite, or not as wide as those that the probe was fitted to.
func (p *LinearProbe) Predict(features *tensor.Tensor) ([]int, error) {
	x, err := checkFeatures("linear probe", features)
	if err != nil {
		return nil, err
	}
	if err := checkWidth("linear probe", x, p.weight.Dim(1)); err != nil {
		return nil, err
	}
	n := x.Dim(0)
	const tile = 1024 // rows standardised at a time, so that x is not doubled
	standardized, logits := tensor.New(min(n, tile), x.Dim(1)), tensor.New(min(n, tile), p.Classes())
	predicted := make([]int, n)
	for lo := 0; lo < n; lo += tile {
		hi := min(lo+tile, n)
		s, l := standardized.Slice(0, hi-lo), logits.Slice(0, hi-lo)
		p.scaling.apply(s, x.Slice(lo, hi))
		tensor.MatMul(l, s, p.weight, tensor.MatMulOpts{TransB: true, Bias: p.bias})
		tensor.ArgMax(predicted[lo:hi], l, -1)
	}
	return predicted, nil
}

// Accuracy returns the share of rows, 0 to 1, whose predicted class is the
// label. It is an error when Predict's is, and when labels differ from the rows
// in number or name a class that the probe does not know.
func (p *LinearProbe) Accuracy(features *tensor.Tensor, labels []int) (float64, error) {
	predicted, err := p.Predict(features)
	if err != nil {
		return 0, err
	}
	if err := checkLabels("linear probe", labels, len(predicted), p.Classes()); err != nil {
		return 0, err
	}
	return accuracy(predicted, labels), nil
}
