package eval

import (
	"fmt"
	"math"
	"slices"
)

// Health is what an epoch of training looked like from outside.
type Health struct {
	Loss       float64 // mean over the epoch
	Chance     float64 // the loss that tells nothing apart: see ssl.Chance; 0 when it is not known
	Orthogonal float64 // about where a good run ends up: see ssl.Orthogonal

	// Measurements are those of a batch after the epoch, projections or
	// representations, but the same ones each time. With Rows 0 there are none.
	Measurements
}

// The thresholds of Diagnose. Encoders of drawn digits that learned, perceptrons
// and convolutional networks, with BatchNorm and without, at temperatures from
// 0.07 to 0.5, had a quarter or more of the healthy spread, a tenth or more of the
// rank, and had gone a fiftieth of the way from chance after two epochs of eight
// steps. With a learning rate a hundred times too large they were left with
// a twentieth of the spread and a thirtieth of the rank.
//
// Many begin as badly, before training and until BatchNorm's running statistics
// have caught up: it takes some epochs to tell one from the other, unless there
// was something to lose.
const (
	// minSpread is the least part of 1/√d that the embedding's standard
	// deviation may be. At a tenth, where the features vary alike, the mean
	// cosine between two rows is 0.99.
	minSpread = 0.1
	// minRank is the least part of the dimensions that RankMe may be.
	minRank = 0.05
	// minRankAny is what RankMe must be in few dimensions too, unless it is
	// more than half of them: less is little more than a line.
	minRankAny = 2
	// minProgress is the least part of the way from chance to orthogonal that
	// counts as being away from chance.
	minProgress = 0.02
	// patience is for how many epochs a training may begin badly.
	patience = 3
)

// Diagnose returns a warning for each thing that is wrong with the training after
// the last of the given epochs, which are all there were, from the first; none
// when it looks healthy. It knows four:
//
//   - the loss, or the features, are not finite
//   - the features collapse to a point: their spread is under a tenth of 1/√d
//   - they collapse into few dimensions: their rank is under a twentieth of what
//     the batch could have, or under 2
//   - the loss is about chance for three epochs: it has gone less than a fiftieth
//     of the way to orthogonal
//
// Some networks begin as a point or a line and grow out of it, so a collapse is
// one that lasts for three epochs, or comes after better ones. A warning is a
// sentence of what was found, what is healthy, and what to try.
func Diagnose(epochs []Health) []string {
	if len(epochs) == 0 {
		return nil
	}
	var warnings []string
	warn := func(format string, args ...any) { warnings = append(warnings, fmt.Sprintf(format, args...)) }
	last := epochs[len(epochs)-1]
	if !finite(last.Loss) {
		warn("the loss is %v, and a finite number is healthy; lower the learning rate, or look for NaN in the data", last.Loss)
	}
	if last.measured() {
		if !finite(last.Spread) {
			warn("the spread of the features is %v, and 1/√%d = %.3g is healthy; lower the learning rate, or look for NaN in the data", last.Spread, last.Width, last.healthySpread())
		}
		if collapsed(epochs, Health.isPoint) {
			warn("the features collapse to a point: their spread is %.3g, and 1/√%d = %.3g is healthy; lower the learning rate, warm it up, or put BatchNorm into the encoder and the head", last.Spread, last.Width, last.healthySpread())
		}
		if collapsed(epochs, Health.isFlat) {
			warn("the features collapse into few dimensions: their rank is %.3g of %d, and %.3g or more is healthy; lower the learning rate or the weight decay, make the views milder, or the head wider", last.Rank, last.dimensions(), last.leastRank())
		}
	}
	if n := lasting(epochs, Health.atChance); n >= patience {
		top1 := ""
		if last.measured() && finite(last.Top1) {
			top1 = fmt.Sprintf(" and top-1 %.1f %%", 100*last.Top1)
		}
		warn("the loss has been about chance for %d epochs: it is %.4g%s, chance is %.4g, and a good run comes near %.4g; change the learning rate, lower the temperature, or look whether two views of a sample have anything in common", n, last.Loss, top1, last.Chance, last.Orthogonal)
	}
	return warnings
}

// collapsed reports whether the last of the epochs that were measured is bad, and
// that has lasted, or was better before.
func collapsed(epochs []Health, bad func(Health) bool) bool {
	measured := slices.DeleteFunc(slices.Clone(epochs), func(h Health) bool { return !h.measured() })
	n := lasting(measured, bad)
	return n >= patience || n > 0 && n < len(measured)
}

// lasting returns how many of the last epochs in a row are bad.
func lasting(epochs []Health, bad func(Health) bool) (n int) {
	for n < len(epochs) && bad(epochs[len(epochs)-1-n]) {
		n++
	}
	return n
}

func (h Health) measured() bool { return h.Rows > 0 && h.Width > 0 }

// healthySpread returns the standard deviation of rows that are spread over the sphere.
func (h Health) healthySpread() float64 { return 1 / math.Sqrt(float64(h.Width)) }

// dimensions returns how many the batch could have.
func (h Health) dimensions() int { return min(h.Rows, h.Width) }

// leastRank returns the least healthy rank.
func (h Health) leastRank() float64 {
	d := float64(h.dimensions())
	return max(minRank*d, min(minRankAny, d/2))
}

// What follows is false where a number is NaN.

func (h Health) isPoint() bool { return h.Spread < minSpread*h.healthySpread() }

func (h Health) isFlat() bool { return h.Rank < h.leastRank() }

func (h Health) atChance() bool {
	return h.Chance > 0 && h.Loss >= h.Chance-minProgress*(h.Chance-h.Orthogonal)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
