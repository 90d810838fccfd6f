package ssl

import "github.com/seed-312a1f22/dyad/optim"

// schedule returns the learning rate as a function of the finished steps.
func (c *Config) schedule(stepsPerEpoch int) optim.Schedule {
	switch {
	case c.MaxEpochs == 0:
		return optim.ConstantLR(c.LR)
	case c.WarmupEpochs > 0:
		// 1e-6 is where newer nidl starts.
		return optim.WarmupCosine{
			Start: min(1e-6, c.LR), Base: c.LR, Min: 0,
			Warmup: c.WarmupEpochs * stepsPerEpoch, Total: c.MaxEpochs * stepsPerEpoch,
		}
	}
	return perEpoch{optim.CosineAnnealingLR{Base: c.LR, EtaMin: c.LR / 50, TMax: c.MaxEpochs}, stepsPerEpoch}
}

// perEpoch is a schedule that counts epochs, as one that counts steps.
type perEpoch struct {
	epochs optim.Schedule
	steps  int // an epoch
}

// At returns the rate of the epoch that the step is in.
func (p perEpoch) At(step int) float64 { return p.epochs.At(step / p.steps) }
