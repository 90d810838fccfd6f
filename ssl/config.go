package ssl

import (
	"errors"
	"fmt"
	"math"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/optim"
)

// Config describes a SimCLR estimator and its training: nidl's parameters, then
// its trainer's.
type Config struct {
	Encoder      Encoder  // f, the network to train; must be given
	HiddenDims   []int    // widths of the projection head g; the last is the projection's
	HeadNorm     HeadNorm // BatchNorm in the head
	LR           float64  // the optimiser's learning rate
	WeightDecay  float64  // the optimiser's decay, of parameters with two or more axes
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

	// Callbacks are called after each epoch and its validation, in order, and
	// then OnEpoch.
	Callbacks []Callback

	// Optimizer makes the optimiser of the groups of ConfigureOptimizers; nil is
	// AdamW with its defaults. The rate of LARS goes with the batch: see
	// optim.LinearScale.
	Optimizer func(groups ...*optim.Group) (optim.Optimizer, error)

	// Accumulate, above 1, is how many batches make one step of the optimiser,
	// with the mean of their gradients. It saves memory, and is not the same as
	// a batch so much larger: a view has its negatives in its own batch, and
	// BatchNorm its statistics. The schedule counts the optimiser's steps. What
	// is left over at the end of an epoch makes a step of its own, with the mean
	// of as many as there are.
	Accumulate int

	ClipGradNorm float64   // length that all gradients together are cut to before a step; 0: as they are
	EMA          float64   // decay of a moving average of the network, below 1, usually 0.99 to 0.9999; 0: none. See SimCLR.EMA
	EarlyStop    EarlyStop // when Fit ends before its last epoch

	// Profile, if it is not nil, gets the training steps of Fit: the network's
	// operations, the update under "optimizer", and under "next batch" what a
	// step has to wait for the loader.
	Profile *autograd.Profile
}

// EarlyStop ends a training that no longer improves: after Patience validations
// in a row none of whose losses was lower than the lowest before by more than
// MinImprovement. The network stays that of the last epoch; who wants the one with
// the lowest loss keeps its state in a callback.
type EarlyStop struct {
	Patience       int     // validations; 0: never stop
	MinImprovement float64 // of the loss, ≥ 0
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
	for i, callback := range c.Callbacks {
		wrong(callback != nil, fmt.Sprintf("Callbacks[%d]", i), "nil", "a function")
	}
	wrong(c.Accumulate >= 0, "Accumulate", c.Accumulate, "0 (each batch by itself) or more")
	wrong(c.ClipGradNorm >= 0 && !math.IsInf(c.ClipGradNorm, 0), "ClipGradNorm", c.ClipGradNorm, "0 (no clipping) or a positive number")
	wrong(c.EMA >= 0 && c.EMA < 1, "EMA", c.EMA, "0 (none) or a decay below 1")
	wrong(c.EarlyStop.Patience >= 0, "EarlyStop.Patience", c.EarlyStop.Patience, "0 (never stop) or more")
	wrong(c.EarlyStop.MinImprovement >= 0 && !math.IsInf(c.EarlyStop.MinImprovement, 0), "EarlyStop.MinImprovement", c.EarlyStop.MinImprovement, "0 or a positive number")
	wrong(c.EarlyStop.Patience <= 0 || c.ValidateEvery > 0, "ValidateEvery", c.ValidateEvery, "1 or more, since EarlyStop waits for validations")
	return errors.Join(errs...)
}
