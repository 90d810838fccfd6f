package ssl

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/tensor"
)

// Fit trains for config.Epochs epochs on the batches of train and, if val is not
// nil, validates on those of val. Called again it goes on from the weights there
// are, with a new optimiser; after LoadState, with the training that was saved.
//
// When ctx is done, Fit returns ctx's error between two batches, the estimator
// trained as far as it came. A loss that is not finite ends it with an error, as
// does what the loaders and the callbacks return.
func (s *SimCLR) Fit(ctx context.Context, train, val Loader) error {
	c := &s.config
	batches := train.Len()
	if c.LimitBatches > 0 {
		batches = min(batches, c.LimitBatches)
	}
	switch {
	case batches < 1:
		return errors.New("ssl: Fit: the training data has no batch; is a batch larger than the set?")
	case val == nil && c.EarlyStop.Patience > 0:
		return errors.New("ssl: Fit: there is no validation data, which Config.EarlyStop goes by")
	case val != nil && val.Len() < 1:
		return errors.New("ssl: Fit: the validation data has no batch; is a batch larger than the set?")
	}
	if !s.resume {
		run, err := s.newRun()
		if err != nil {
			return err
		}
		s.run = run
	}
	s.resume = false
	group := max(1, c.Accumulate)
	steps := (batches + group - 1) / group
	f := fit{
		SimCLR: s, train: train, numBatches: batches, group: group, steps: steps,
		schedule: c.schedule(steps), params: s.Params(), tape: autograd.NewTape(),
	}
	f.tape.SetProfile(c.Profile)
	for s.run.epoch < c.Epochs && !s.run.stopped(c.EarlyStop) {
		report, err := f.epoch(ctx, s.run.epoch)
		if err != nil {
			return err
		}
		s.run.epoch++
		if val != nil && (s.run.epoch == c.Epochs || c.ValidateEvery > 0 && s.run.epoch%c.ValidateEvery == 0) {
			m, err := s.validate(ctx, val)
			if err != nil {
				return err
			}
			report.Val = &m
			s.run.validated(m.Loss, c.EarlyStop)
		}
		switch err := s.call(ctx, &report); {
		case errors.Is(err, ErrStop):
			return nil
		case err != nil:
			return err
		}
	}
	return nil
}

// fit is what one call of Fit works with.
type fit struct {
	*SimCLR
	train      Loader
	numBatches int // an epoch
	group      int // batches a step
	steps      int // an epoch
	schedule   optim.Schedule
	params     []*autograd.Param
	tape       *autograd.Tape
	done       int // steps, over all epochs
	pending    int // batches since the last step
}

func (f *fit) epoch(ctx context.Context, epoch int) (Epoch, error) {
	report := Epoch{Epoch: epoch, Epochs: f.config.Epochs}
	var total mean
	start := time.Now()
	waiting := start
	f.done, f.pending = epoch*f.steps, 0
	// Leaving the loop early is how a loader learns that the rest is not wanted.
	for batch, err := range f.batches(ctx, f.train, epoch) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return report, err
		}
		f.profile("next batch", waiting)
		report.LR = f.schedule.At(f.done)
		m, err := f.backward(batch, report.LR)
		if err == nil && f.pending == f.group {
			err = f.update(report.LR)
		}
		if err != nil {
			return report, fmt.Errorf("epoch %d, batch %d: %w", epoch+1, total.n+1, err)
		}
		total.add(m)
		report.Images += batch[0].Dim(0)
		report.Elapsed = time.Since(start)
		if f.config.OnStep != nil {
			f.config.OnStep(Step{epoch, report.Epochs, total.n - 1, f.numBatches, m, report.LR, report.Images, report.Elapsed})
		}
		if total.n == f.numBatches {
			break
		}
		waiting = time.Now()
	}
	if err := ctx.Err(); err != nil {
		return report, err
	}
	if f.pending > 0 { // the last step of the epoch is of fewer batches
		if err := f.update(report.LR); err != nil {
			return report, fmt.Errorf("epoch %d, batch %d: %w", epoch+1, total.n, err)
		}
	}
	report.Train = total.metrics()
	return report, nil
}

// backward adds the gradient of a batch to those of the step.
func (f *fit) backward(batch []*tensor.Tensor, lr float64) (Metrics, error) {
	f.tape.Reset()
	loss, err := f.TrainingStep(f.tape, batch, f.labels...)
	if err != nil {
		return Metrics{}, err
	}
	m := f.metrics(loss)
	if math.IsNaN(m.Loss) || math.IsInf(m.Loss, 0) {
		return m, fmt.Errorf("ssl: the loss is %v; look for NaN in the data, or lower the learning rate (%v)", m.Loss, lr)
	}
	if f.pending == 0 {
		f.run.opt.ZeroGrad()
	}
	loss.Backward()
	f.pending++
	return m, nil
}

// update makes a step of the optimiser with the mean of the gradients.
func (f *fit) update(lr float64) error {
	start := time.Now()
	if f.pending > 1 {
		for _, p := range f.params {
			if g := p.Grad(); g != nil {
				tensor.Scale(g, g, 1/float32(f.pending))
			}
		}
	}
	if limit := f.config.ClipGradNorm; limit > 0 {
		if norm := optim.ClipGradNorm(f.params, limit); math.IsNaN(norm) || math.IsInf(norm, 0) {
			return fmt.Errorf("ssl: the norm of the gradients is %v, which cannot be clipped; lower the learning rate (%v)", norm, lr)
		}
	}
	for _, g := range f.run.opt.Groups() {
		g.LR = lr
	}
	f.run.opt.Step()
	if f.run.ema != nil {
		f.run.ema.Update()
	}
	f.profile("optimizer", start)
	f.fitted = true
	f.done++
	f.pending = 0
	return nil
}

// profile adds the time since start to the profile that was asked for.
func (f *fit) profile(name string, start time.Time) {
	if p := f.config.Profile; p != nil {
		p.Add(name, time.Since(start))
	}
}

// validate returns the metrics of the network over the pairs of val.
func (s *SimCLR) validate(ctx context.Context, val Loader) (Metrics, error) {
	tape := autograd.NewEval()
	var total mean
	for batch, err := range s.batches(ctx, val, 0) {
		if err != nil {
			return Metrics{}, err
		}
		tape.Reset()
		loss, err := s.ValidationStep(tape, batch, s.labels...)
		if err != nil {
			return Metrics{}, fmt.Errorf("validation batch %d: %w", total.n+1, err)
		}
		total.add(s.metrics(loss))
	}
	return total.metrics(), ctx.Err()
}
