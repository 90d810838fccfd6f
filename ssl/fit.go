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

// ErrStop is what OnEpoch returns to end Fit early without an error.
var ErrStop = errors.New("ssl: stop training")

// Metrics are the means over the batches of a pass.
type Metrics struct {
	Loss       float64 // that of Config.Loss
	Top1, Top5 float64 // see SimCLR.Contrastive
	Chance     float64 // the loss of an encoder that tells nothing apart: see Loss.Chance
	Orthogonal float64 // about where a good run ends up: see Loss.Orthogonal
}

// Step is what OnStep is told after a step of training.
type Step struct {
	Epoch, Epochs int // Epoch counts from 0
	Batch, Steps  int // the batch in the epoch, from 0, and how many there are
	Metrics           // of this batch
	LR            float64
	Images        int           // samples seen in this epoch so far
	Elapsed       time.Duration // in this epoch
}

// Epoch is what OnEpoch is told after an epoch of training.
type Epoch struct {
	Epoch, Epochs int      // Epoch counts from 0
	Train         Metrics  // over the epoch's batches
	Val           *Metrics // over the validation data; nil when it was not this epoch's turn
	LR            float64  // of the last step
	Images        int      // samples seen in this epoch
	Elapsed       time.Duration
}

// ImagesPerSecond returns the samples trained on per second of the epoch so far;
// the views of a sample count once.
func (s Step) ImagesPerSecond() float64 { return perSecond(s.Images, s.Elapsed) }

// ImagesPerSecond returns the samples trained on per second of the epoch,
// without its validation; the views of a sample count once.
func (e Epoch) ImagesPerSecond() float64 { return perSecond(e.Images, e.Elapsed) }

func perSecond(n int, d time.Duration) float64 {
	if d <= 0 {
		return 0
	}
	return float64(n) / d.Seconds()
}

// Log calls f for each of the epoch's metrics under the name that loggers know
// it by: loss/train, top1/train, top5/train, loss/val, top1/val, top5/val, lr,
// images_per_second.
func (e Epoch) Log(f func(name string, value float64)) {
	e.Train.log("train", f)
	if e.Val != nil {
		e.Val.log("val", f)
	}
	f("lr", e.LR)
	f("images_per_second", e.ImagesPerSecond())
}

func (m Metrics) log(split string, f func(name string, value float64)) {
	f("loss/"+split, m.Loss)
	f("top1/"+split, m.Top1)
	f("top5/"+split, m.Top5)
}

// mean is a Metrics that is being summed.
type mean struct {
	sum Metrics
	n   int
}

func (m *mean) add(x Metrics) {
	m.sum.Loss += x.Loss
	m.sum.Top1 += x.Top1
	m.sum.Top5 += x.Top5
	m.sum.Chance += x.Chance
	m.sum.Orthogonal += x.Orthogonal
	m.n++
}

func (m *mean) metrics() Metrics {
	n := float64(max(m.n, 1))
	return Metrics{m.sum.Loss / n, m.sum.Top1 / n, m.sum.Top5 / n, m.sum.Chance / n, m.sum.Orthogonal / n}
}

// metrics returns those of the batch that the loss was computed on.
func (s *SimCLR) metrics(loss autograd.Var) Metrics {
	m := s.lines
	m.Loss = float64(loss.Value().Item())
	m.Top1, m.Top5 = s.Contrastive()
	return m
}

// Fit trains for config.Epochs epochs on the batches of train and, if val is not
// nil, validates on those of val. Called again it goes on from the weights there
// are, with a new optimiser.
//
// When ctx is done, Fit returns ctx's error between two steps, the estimator
// trained as far as it came. A loss that is not finite ends it with an error, as
// does what the loaders and OnEpoch return.
func (s *SimCLR) Fit(ctx context.Context, train, val Loader) error {
	c := &s.config
	steps := train.Len()
	if c.LimitBatches > 0 {
		steps = min(steps, c.LimitBatches)
	}
	if steps < 1 {
		return errors.New("ssl: Fit: the training data has no batch; is a batch larger than the set?")
	}
	opt, schedule, err := s.ConfigureOptimizers(steps)
	if err != nil {
		return err
	}
	f := fit{SimCLR: s, train: train, steps: steps, opt: opt, schedule: schedule, tape: autograd.NewTape()}
	f.tape.SetProfile(c.Profile)
	for epoch := range c.Epochs {
		report, err := f.epoch(ctx, epoch)
		if err != nil {
			return err
		}
		last := epoch == c.Epochs-1
		if val != nil && (last || c.ValidateEvery > 0 && (epoch+1)%c.ValidateEvery == 0) {
			m, err := s.validate(ctx, val)
			if err != nil {
				return err
			}
			report.Val = &m
		}
		if c.OnEpoch == nil {
			continue
		}
		switch err := c.OnEpoch(report); {
		case errors.Is(err, ErrStop):
			return nil
		case err != nil:
			return err
		}
	}
	return nil
}

// fit is the state of one call of Fit.
type fit struct {
	*SimCLR
	train    Loader
	steps    int // an epoch
	opt      optim.Optimizer
	schedule optim.Schedule
	tape     *autograd.Tape
	done     int // steps, over all epochs
}

func (f *fit) epoch(ctx context.Context, epoch int) (Epoch, error) {
	report := Epoch{Epoch: epoch, Epochs: f.config.Epochs}
	var total mean
	start := time.Now()
	waiting := start
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
		m, err := f.trainStep(batch, report.LR)
		if err != nil {
			return report, fmt.Errorf("epoch %d, batch %d: %w", epoch+1, total.n+1, err)
		}
		total.add(m)
		report.Images += batch[0].Dim(0)
		report.Elapsed = time.Since(start)
		if f.config.OnStep != nil {
			f.config.OnStep(Step{epoch, report.Epochs, total.n - 1, f.steps, m, report.LR, report.Images, report.Elapsed})
		}
		if total.n == f.steps {
			break
		}
		waiting = time.Now()
	}
	if err := ctx.Err(); err != nil {
		return report, err
	}
	report.Train = total.metrics()
	return report, nil
}

// trainStep is one step of training: forward, backward, update.
func (f *fit) trainStep(batch []*tensor.Tensor, lr float64) (Metrics, error) {
	f.tape.Reset()
	loss, err := f.TrainingStep(f.tape, batch, f.labels...)
	if err != nil {
		return Metrics{}, err
	}
	m := f.metrics(loss)
	if math.IsNaN(m.Loss) || math.IsInf(m.Loss, 0) {
		return m, fmt.Errorf("ssl: the loss is %v; look for NaN in the data, or lower the learning rate (%v)", m.Loss, lr)
	}
	f.opt.ZeroGrad()
	loss.Backward()
	for _, g := range f.opt.Groups() {
		g.LR = lr
	}
	start := time.Now()
	f.opt.Step()
	f.profile("optimizer", start)
	f.fitted = true
	f.done++
	return m, nil
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
