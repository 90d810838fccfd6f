package eval

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// SupervisedConfig says how Supervised trains.
type SupervisedConfig struct {
	// Epochs is the number of passes over the training set. At least 1.
	Epochs int
	// Batch is the number of samples a step: 2 to the size of the training set.
	Batch int
	// LR is AdamW's learning rate in the first step. It goes down to 0 along
	// half a cosine. Above 0.
	LR float64
	// WeightDecay is AdamW's, of parameters with two axes or more.
	WeightDecay float64
	// View transforms the samples that are trained on: the one that SimCLR had,
	// for a fair comparison. Nil leaves them as they are.
	View data.View
	// Seed makes the classifier's weights, the order of the samples, and what
	// is random in View.
	Seed uint64
	// OnEpoch, if it is not nil, is called after each epoch, counted from 0,
	// with the mean cross-entropy over its batches.
	OnEpoch func(epoch int, loss float64)
}

// DefaultSupervisedConfig returns 10 epochs of batches of 256, AdamW with
// learning rate 1e-3 and weight decay 1e-4, no view, and seed 0: what a small
// encoder needs with or without labels.
func DefaultSupervisedConfig() SupervisedConfig {
	return SupervisedConfig{Epochs: 10, Batch: 256, LR: 1e-3, WeightDecay: 1e-4}
}

// Validate returns an error that names the first field out of its range.
func (c SupervisedConfig) Validate() error {
	switch {
	case c.Epochs < 1:
		return fmt.Errorf("eval: SupervisedConfig.Epochs is %d, want 1 or more", c.Epochs)
	case c.Batch < 2:
		return fmt.Errorf("eval: SupervisedConfig.Batch is %d, want 2 or more", c.Batch)
	case !(c.LR > 0) || math.IsInf(c.LR, 0):
		return fmt.Errorf("eval: SupervisedConfig.LR is %v, want a positive number", c.LR)
	case !(c.WeightDecay >= 0) || math.IsInf(c.WeightDecay, 0):
		return fmt.Errorf("eval: SupervisedConfig.WeightDecay is %v, want 0 or a positive number", c.WeightDecay)
	}
	return nil
}

// SupervisedResult is what a supervised run reached.
type SupervisedResult struct {
	Accuracy float64 `json:"accuracy"` // on the test set after the last epoch, 0 to 1
	Loss     float64 `json:"loss"`     // mean cross-entropy over the batches of the last epoch
}

// Supervised trains the encoder, which is freshly made, and a linear classifier
// on its features with the labels of train, by cross-entropy, and returns the
// accuracy on test after the last epoch, never that of the best one. It is the
// row of a table that says what the same network makes of the same samples when
// it is told their classes. The encoder is trained in place: ssl.Features and the
// probe judge its features as they do others.
//
// The same seed gives the same bits at any GOMAXPROCS. It is an error when the
// configuration is invalid or does not suit the training set, when train has
// fewer than two classes or test has a class beyond its, when a sample cannot be
// read, and when the loss is no longer finite. When ctx is done, Supervised
// returns ctx's error between two steps.
func Supervised(ctx context.Context, encoder ssl.Encoder, train, test data.Labeled, cfg SupervisedConfig) (SupervisedResult, error) {
	var result SupervisedResult
	if err := cfg.Validate(); err != nil {
		return result, err
	}
	labels, classes := data.Labels(train)
	if classes < 2 {
		return result, fmt.Errorf("eval: supervised: the training set has %d classes, want 2 or more", classes)
	}
	if err := checkLabels("supervised", labels, train.Len(), classes); err != nil {
		return result, err
	}
	testLabels, _ := data.Labels(test)
	if err := checkLabels("supervised", testLabels, test.Len(), classes); err != nil {
		return result, err
	}
	if cfg.View == nil {
		cfg.View = data.Identity{}
	}
	batches, err := data.NewLoader(train, data.LoaderConfig{
		Batch: cfg.Batch, Views: []data.View{cfg.View}, Shuffle: true, DropLast: true, Seed: cfg.Seed, Prefetch: 2,
	})
	if err != nil {
		return result, err
	}
	single, err := data.NewLoader(test, data.LoaderConfig{
		Batch: min(cfg.Batch, test.Len()), Views: []data.View{data.Identity{}}, Prefetch: 1,
	})
	if err != nil {
		return result, err
	}
	run, err := newSupervised(encoder, labels, classes, batches.Len(), cfg)
	if err != nil {
		return result, err
	}
	for epoch := range cfg.Epochs {
		sum := 0.0
		for batch, err := range batches.Epoch(ctx, epoch) {
			if err != nil {
				return result, err
			}
			loss, err := run.step(batch)
			if err != nil {
				return result, fmt.Errorf("epoch %d: %w", epoch+1, err)
			}
			sum += loss
		}
		result.Loss = sum / float64(batches.Len())
		if cfg.OnEpoch != nil {
			cfg.OnEpoch(epoch, result.Loss)
		}
	}
	features, err := ssl.Features(ctx, encoder, single)
	if err != nil {
		return result, err
	}
	logits := run.classifier.Forward(autograd.NewEval().Const(features), nn.Eval).Value()
	predicted := make([]int, len(testLabels))
	tensor.ArgMax(predicted, logits, -1)
	result.Accuracy = accuracy(predicted, testLabels)
	return result, nil
}

// supervised is a network that is being trained with labels.
type supervised struct {
	encoder    ssl.Encoder
	classifier *nn.Linear
	opt        *optim.AdamW
	schedule   optim.Schedule // by step
	tape       *autograd.Tape
	labels     []int // of all samples
	batch      []int // labels of the samples of the batch
	done       int   // steps
}

func newSupervised(encoder ssl.Encoder, labels []int, classes, stepsPerEpoch int, cfg SupervisedConfig) (*supervised, error) {
	// The second word sets the stream apart from others with the same seed.
	r := rand.New(rand.NewPCG(cfg.Seed, 0x636c6173736573)) // "classes"
	s := &supervised{
		encoder:    encoder,
		classifier: nn.NewLinear(encoder.LatentSize(), classes, true, r),
		schedule:   optim.CosineAnnealingLR{Base: cfg.LR, TMax: cfg.Epochs * stepsPerEpoch},
		tape:       autograd.NewTape(),
		labels:     labels,
	}
	params := nn.Sequential{encoder, s.classifier}.Params()
	var err error
	s.opt, err = optim.NewAdamW(optim.DefaultAdamW(), optim.DecayGroups(params, cfg.LR, cfg.WeightDecay)...)
	return s, err
}

// step is one step of training. It returns the batch's mean cross-entropy.
func (s *supervised) step(batch *data.Batch) (float64, error) {
	s.batch = s.batch[:0]
	for _, i := range batch.Index {
		s.batch = append(s.batch, s.labels[i])
	}
	s.tape.Reset()
	features := s.encoder.Forward(s.tape.Const(batch.Views[0]), nn.Train)
	loss := autograd.CrossEntropy(s.classifier.Forward(features, nn.Train), s.batch)
	value := float64(loss.Value().Item())
	lr := s.schedule.At(s.done)
	if !finite(value) {
		return value, fmt.Errorf("eval: supervised: the loss of step %d is %v; look for NaN in the data, or lower the learning rate (%v)", s.done+1, value, lr)
	}
	s.opt.ZeroGrad()
	loss.Backward()
	for _, g := range s.opt.Groups() {
		g.LR = lr
	}
	s.opt.Step()
	s.done++
	return value, nil
}
