package optim

import "math"

// LinearScale returns base·batch/256, the learning rate of a batch size in
// proportion to that of 256 (Goyal et al., "Accurate, Large Minibatch SGD", 2017).
// SimCLR's base for LARS is 0.3 (Chen et al. 2020, section 2.2).
func LinearScale(base float64, batch int) float64 { return base * float64(batch) / 256 }

// SqrtScale returns base·√batch, which suits small batches and short trainings
// better. SimCLR's base for LARS is 0.075 (Chen et al. 2020, appendix B.1).
func SqrtScale(base float64, batch int) float64 { return base * math.Sqrt(float64(batch)) }
