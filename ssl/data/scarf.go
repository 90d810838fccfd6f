package data

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/tensor"
)

// SCARF is the corruption of Bahri et al., "SCARF: Self-Supervised Contrastive
// Learning using Random Feature Corruption" (ICLR 2022), for vectors [M], the
// rows of a table. A fixed number of the features, chosen at random, are
// replaced, each by a draw from that feature's own values in the training data:
// its marginal distribution. Make one with [NewSCARF].
type SCARF struct {
	rows     []float32 // of the training data, one behind the other
	features int
	corrupt  int // features that are replaced
}

// scarfValues is how many values of the training data a SCARF keeps: 64 MiB.
const scarfValues = 1 << 24

// NewSCARF returns the corruption that replaces ⌊rate·M⌋ of the M features of a
// sample, with 0 ≤ rate ≤ 1; the paper uses 0.6. It reads the samples of train
// and keeps them, in memory of its own; of more than 64 MiB of them (16,777,216
// values), it keeps as many as that at even distances, a sample at least. It is
// an error when rate is out of range, train is no set of vectors, or a sample
// cannot be read.
func NewSCARF(train Dataset, rate float64) (*SCARF, error) {
	return newSCARF(train, rate, scarfValues)
}

// newSCARF is NewSCARF with another limit on the values that are kept.
func newSCARF(train Dataset, rate float64, limit int) (*SCARF, error) {
	shape, n := train.Shape(), train.Len()
	switch {
	case !(rate >= 0 && rate <= 1):
		return nil, fmt.Errorf("data: NewSCARF: rate is %v, expected 0 to 1", rate)
	case shape.Rank() != 1 || shape.Size() < 1:
		return nil, fmt.Errorf("data: NewSCARF: samples of shape %v, expected vectors [M]", shape)
	case n < 1:
		return nil, errors.New("data: NewSCARF: the dataset has no samples, expected one at least")
	}
	m := shape.Size()
	kept := min(n, max(1, limit/m))
	// The small addition has 0.29·100 = 28.999999999999996 count as 29.
	v := &SCARF{rows: make([]float32, kept*m), features: m, corrupt: int(float64(rate*float64(m)) + 1e-9)}
	for k := range kept {
		i := int(int64(k) * int64(n) / int64(kept))
		if err := train.Sample(v.rows[k*m:][:m], i); err != nil {
			return nil, fmt.Errorf("data: NewSCARF: sample %d: %w", i, err)
		}
	}
	return v, nil
}

// OutShape returns in, or an error when samples are not the training data's vectors.
func (v *SCARF) OutShape(in tensor.Shape) (tensor.Shape, error) {
	if v == nil || v.features == 0 {
		return in, errors.New("data: SCARF: no training data, expected one made by NewSCARF")
	}
	if in != tensor.MakeShape(v.features) {
		return in, fmt.Errorf("data: SCARF: sample of shape %v, expected [%d] as in the training data", in, v.features)
	}
	return in, nil
}

// Apply replaces some features of x.
func (v *SCARF) Apply(x *Sample, r *rand.Rand) {
	rows := len(v.rows) / v.features
	// Of the features left, as many are to be replaced: each subset is as likely
	// (Knuth's Algorithm S).
	for j, left := 0, v.corrupt; left > 0; j++ {
		if r.IntN(v.features-j) < left {
			x.Data[j] = v.rows[r.IntN(rows)*v.features+j]
			left--
		}
	}
}
