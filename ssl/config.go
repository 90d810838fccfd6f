package ssl

import (
	"errors"
	"fmt"
	"math"

	"github.com/seed-312a1f22/dyad/autograd"
)

// Config describes a SimCLR estimator and its training: nidl's parameters, then
// its trainer's.
type Config struct {
	Encoder      Encoder  // f, the network to train; must be given
	HiddenDims   []int    // widths of the projection head g; the last is the projection's
	HeadNorm     HeadNorm // BatchNorm in the head
	LR           float64  // AdamW's learning rate
	WeightDecay  float64  // AdamW's decoupled decay, of parameters with two or more axes
	Loss         Loss     // NTXentLoss, DCLLoss, DCLWLoss or SupConLoss, whose loaders are LabeledLoaders
	Temperature  float64  // of the loss, > 0
	MaxEpochs    int      // 0: constant rate; else cosine annealing per epoch down to LR/50 at MaxEpochs
	WarmupEpochs int      // > 0, with MaxEpochs: linear warm-up, then cosine down to 0, both per step
	RandomState  uint64   // seed of the head's weights: the same seed gives the same run

	Epochs        int // how long Fit trains
	ValidateEvery int // epochs between validations; 0: after the last one only
	LimitBatches  int // of a training epoch; 0: all
	OnStep        func(Step)
	OnEpoch       func(Epoch) error // an error ends Fit, which returns it; ErrStop ends it without one

	// Profile, if it is not nil, gets the training steps of Fit: the network's
	// operations, the update under "optimizer", and under "next batch" what a
	// step has to wait for the loader.
	Profile *autograd.Profile
}

// DefaultConfig returns nidl's defaults around an encoder, with a head of the
// representation's own width and a projection of 128: AdamW with rate 3e-4 and
// decay 5e-5, temperature 0.1, ten epochs with a cosine schedule, validated
// after each.
func DefaultConfig(encoder Encoder) Config {
	c := Config{
		Encoder:       encoder,
		LR:            3e-4,
		WeightDecay:   5e-5,
		Temperature:   0.1,
		MaxEpochs:     10,
		Epochs:        10,
		ValidateEvery: 1,
	}
	if encoder != nil {
		c.HiddenDims = []int{encoder.LatentSize(), DefaultProjectionDim}
	}
	return c
}

// Validate returns an error that names every field that makes no sense, with its
// value and what was expected; nil when all do.
func (c *Config) Validate() error {
	var errs []error
	wrong := func(ok bool, field string, value any, expected string) {
		if !ok {
			errs = append(errs, fmt.Errorf("ssl: Config.%s is %v; expected %s", field, value, expected))
		}
	}
	wrong(c.Encoder != nil, "Encoder", c.Encoder, "a network")
	if c.Encoder != nil {
		wrong(c.Encoder.LatentSize() > 0, "Encoder.LatentSize()", c.Encoder.LatentSize(), "1 or more")
	}
	wrong(len(c.HiddenDims) > 0, "HiddenDims", c.HiddenDims, "one width or more")
	for _, d := range c.HiddenDims {
		wrong(d > 0, "HiddenDims", c.HiddenDims, "widths of 1 or more")
	}
	wrong(c.HeadNorm >= NoNorm && c.HeadNorm <= FullBatchNorm, "HeadNorm", int(c.HeadNorm), "NoNorm, HiddenBatchNorm or FullBatchNorm")
	wrong(c.LR > 0 && !math.IsInf(c.LR, 0), "LR", c.LR, "a positive number")
	wrong(c.WeightDecay >= 0 && !math.IsInf(c.WeightDecay, 0), "WeightDecay", c.WeightDecay, "0 or a positive number")
	wrong(c.Loss.valid(), "Loss", int(c.Loss), "NTXentLoss, DCLLoss, DCLWLoss or SupConLoss")
	wrong(checkTemperature(c.Temperature) == nil, "Temperature", c.Temperature, "a positive number, usually from 0.05 to 1")
	wrong(c.MaxEpochs >= 0, "MaxEpochs", c.MaxEpochs, "0 (no schedule) or more")
	wrong(c.WarmupEpochs >= 0 && (c.WarmupEpochs == 0 || c.WarmupEpochs < c.MaxEpochs), "WarmupEpochs", c.WarmupEpochs, "0 or less than MaxEpochs")
	wrong(c.Epochs >= 0, "Epochs", c.Epochs, "0 or more")
	wrong(c.ValidateEvery >= 0, "ValidateEvery", c.ValidateEvery, "0 (after the last epoch) or more")
	wrong(c.LimitBatches >= 0, "LimitBatches", c.LimitBatches, "0 (all) or more")
	return errors.Join(errs...)
}
