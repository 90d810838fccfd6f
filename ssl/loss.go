package ssl

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// Loss is what a SimCLR is trained with.
type Loss int

const (
	NTXentLoss Loss = iota // NTXentViews, the paper's
	DCLLoss                // DCL
	DCLWLoss               // DCLW, with the paper's sigma of 0.5
	SupConLoss             // SupCon, which needs labels: see LabeledLoader
)

var lossNames = []string{"ntxent", "dcl", "dclw", "supcon"}

func (l Loss) valid() bool { return l >= 0 && int(l) < len(lossNames) }

// String returns "ntxent", "dcl", "dclw" or "supcon".
func (l Loss) String() string {
	if !l.valid() {
		return fmt.Sprintf("Loss(%d)", int(l))
	}
	return lossNames[l]
}

// MarshalText returns the loss as String does, or an error when it is none.
func (l Loss) MarshalText() ([]byte, error) {
	if !l.valid() {
		return nil, fmt.Errorf("ssl: the loss is %d; it is NTXentLoss, DCLLoss, DCLWLoss or SupConLoss", int(l))
	}
	return []byte(lossNames[l]), nil
}

// UnmarshalText sets the loss to the one that String calls text, as for
// flag.TextVar. The error says which ones there are.
func (l *Loss) UnmarshalText(text []byte) error {
	i := slices.Index(lossNames, string(text))
	if i < 0 {
		return fmt.Errorf("ssl: the loss is %q; it is ntxent, dcl, dclw or supcon", text)
	}
	*l = Loss(i)
	return nil
}

// Chance returns the loss of a batch of n samples whose projections are all the
// same: with V views ln(1+V·(n−1)) for NTXentLoss, ln(V·(n−1)) for DCLLoss and
// DCLWLoss, ln(V·n−1) for SupConLoss; 0 where there is nothing to be told from.
func (l Loss) Chance(n, views int) float64 {
	if l == SupConLoss {
		return math.Log(float64(max(views*n-1, 1)))
	}
	return l.Orthogonal(n, views, math.Inf(1), nil)
}

// Orthogonal returns the loss of a batch of n samples whose positives agree and
// which are orthogonal to all else, about where a good run ends up: with V views
// and the temperature T ln(1+V·(n−1)·exp(−1/T)) for NTXentLoss and ln(V·(n−1)) −
// 1/T for DCLLoss and DCLWLoss. For SupConLoss it is the mean over the rows of
// ln(k+(V·n−1−k)·exp(−1/T)), k the number of a row's positives, which depends on
// the labels of the samples; without labels each is a class of its own. The others
// do not look at them.
func (l Loss) Orthogonal(n, views int, temperature float64, labels []int) float64 {
	away := math.Exp(-1 / temperature) // a negative, where a positive counts 1
	negatives := float64(views * (n - 1))
	switch {
	case (l == DCLLoss || l == DCLWLoss) && negatives > 0:
		return math.Log(negatives) - 1/temperature
	case l != SupConLoss:
		return math.Log1p(negatives * away)
	}
	sum, rows := 0.0, 0
	add := func(class, times int) { // a number of rows of a class of that many samples
		if positives := views*class - 1; positives > 0 {
			others := float64(float64(views*(n-class)) * away)
			sum += float64(float64(times) * math.Log(float64(positives)+others))
			rows += times
		}
	}
	if labels == nil {
		add(1, n)
	}
	for i, label := range labels {
		if slices.Index(labels, label) < i {
			continue // the class has been added
		}
		class := 0
		for _, other := range labels[i:] {
			if other == label {
				class++
			}
		}
		add(class, class)
	}
	return sum / float64(max(rows, 1))
}

// Chance returns ln(2n−1), NT-Xent of a batch of n pairs whose projections are all
// the same.
func Chance(n int) float64 { return NTXentLoss.Chance(n, 2) }

// Orthogonal returns ln(1+(2n−2)·exp(−1/temperature)), NT-Xent of a batch of n
// pairs whose views agree and whose samples are orthogonal to one another: about
// where a good run ends up.
func Orthogonal(n int, temperature float64) float64 {
	return NTXentLoss.Orthogonal(n, 2, temperature, nil)
}

// of returns the loss of a batch: see applyViews.
func (l Loss) of(z []autograd.Var, labels []int, temperature float64, ranks *[]int) autograd.Var {
	a := autograd.Attr{State: ranks}
	switch l {
	case DCLLoss:
		return applyViews(dcl{}, temperature, a, z)
	case DCLWLoss:
		a.Floats[1] = 0.5
		return applyViews(dclw{}, temperature, a, z)
	case SupConLoss:
		a.Index = labels
		return applyViews(supCon{}, temperature, a, z)
	}
	return applyViews(ntxent{}, temperature, a, z)
}

// batches returns the batches of an epoch; where the loss needs labels, it sets
// s.labels to those of each.
func (s *SimCLR) batches(ctx context.Context, from Loader, epoch int) iter.Seq2[[]*tensor.Tensor, error] {
	s.labels = s.labels[:0]
	if s.config.Loss != SupConLoss {
		return from.Batches(ctx, epoch)
	}
	if labeled, ok := from.(LabeledLoader); ok {
		return labeled.LabeledBatches(ctx, epoch, &s.labels)
	}
	return func(yield func([]*tensor.Tensor, error) bool) {
		yield(nil, fmt.Errorf("ssl: SupConLoss needs labels; the loader is a %T, which has no method LabeledBatches", from))
	}
}
