package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/seed-312a1f22/dyad/asm"
	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/ssl/eval"
	"github.com/seed-312a1f22/dyad/ssl/report"
	"github.com/seed-312a1f22/dyad/tensor"
)

// session is a run of train.
type session struct {
	o    *trainOptions
	call *call
	dir  runDir

	samples
	pairs           *data.Loader // to train on
	validation      ssl.Loader   // nil for none
	views           []data.View
	standardization string          // see standardized
	config          json.RawMessage // config.json

	encoder ssl.Encoder
	model   *ssl.SimCLR
	profile *autograd.Profile // of the training steps; nil unless asked for

	show          *progress
	watch         *watch
	warned        int // of watch's warnings
	started       time.Time
	epochs        []report.Epoch // as they are logged
	rows          []row
	before, after *report.Projection
	neighbors     []report.Query
	result        result
}

func newSession(o *trainOptions, c *call) (*session, error) {
	text := c.stdout
	if o.json {
		text = c.stderr
	}
	file, _ := text.(*os.File)
	s := &session{
		o: o, call: c, started: time.Now(),
		show:   &progress{w: text, quiet: o.quiet, terminal: file != nil && isTerminal(file)},
		result: result{Implementation: asm.Implementation()},
	}
	if o.profile {
		s.profile = new(autograd.Profile)
	}
	var err error
	s.dir, err = openRunDir(o.out, o.resume != "")
	return s, err
}

func (s *session) close() { s.dir.close() }

// prepare makes all that the training needs, and looks at the features before it.
func (s *session) prepare() error {
	if err := s.load(); err != nil {
		return err
	}
	if err := s.build(); err != nil {
		return err
	}
	s.announce()
	if s.labeled() {
		f, err := s.raw()
		if err != nil {
			return err
		}
		if f.train == nil {
			s.show.printf("the samples have too many values to be compared as they are\n\n")
		} else if err := s.judge(context.Background(), report.Raw, f); err != nil {
			return err
		}
	}
	if s.labeled() || s.o.out != "" {
		f, err := s.encode(context.Background(), s.encoder)
		if err != nil {
			return err
		}
		if s.o.out != "" {
			s.before = projection(f.test)
		}
		if err := s.judge(context.Background(), report.Random, f); err != nil {
			return err
		}
	}
	if s.o.resume != "" {
		if err := s.restore(); err != nil {
			return err
		}
	}
	var err error
	if s.config, err = settings(s.call.flags); err != nil {
		return err
	}
	return s.dir.write(configName, append(s.config, '\n'))
}

// judge adds a row to the table, if there are labels.
func (s *session) judge(ctx context.Context, kind report.Kind, f features) error {
	if !s.labeled() {
		return nil
	}
	var fractions []float64
	if s.o.fewLabels {
		fractions = fewFractions
	}
	r, err := s.samples.judge(ctx, kind, f, fractions)
	s.rows = append(s.rows, r)
	return err
}

// load opens the data and chooses the views.
func (s *session) load() error {
	o := s.o
	train, test, err := o.openSplit(tensor.Shape{})
	if err != nil {
		return err
	}
	if isVector(train.Shape()) && o.standardize {
		if train, test, s.standardization, err = standardized(train, test); err != nil {
			return err
		}
	}
	if s.samples, err = newSamples(train, test); err != nil {
		return err
	}
	if s.train.labels == nil && o.loss == ssl.SupConLoss {
		return fmt.Errorf("-loss supcon needs labels, but %s has none", o.name())
	}
	if err := o.choose(o.path == "", train.Shape()); err != nil {
		return err
	}
	if o.preset == "tabular" && !given(s.call.flags, "temperature") {
		o.temperature = 1 // SCARF's
	}
	if s.views, err = o.recipe.views(train); err != nil {
		return err
	}
	fitted, kept := train, data.Dataset(nil)
	if o.val > 0 {
		if fitted, kept, err = split(train, 1-o.val); err != nil {
			return fmt.Errorf("-val: %w", err)
		}
		if kept.Len() < 2 {
			return fmt.Errorf("-val %v of %d samples is %d; it must be 2 or more", o.val, train.Len(), kept.Len())
		}
	}
	if !given(s.call.flags, "batch") {
		o.batch = max(2, min(o.batch, fitted.Len()))
	}
	if kept != nil {
		validation, err := data.NewLoader(kept, data.LoaderConfig{
			Batch: min(o.batch, kept.Len()), Views: s.views, DropLast: true, Seed: o.seed, Prefetch: 2,
		})
		if err != nil {
			return err
		}
		s.validation = validation
	}
	s.pairs, err = data.NewLoader(fitted, data.LoaderConfig{
		Batch: o.batch, Views: s.views, Shuffle: true, DropLast: true, Seed: o.seed, Prefetch: 2,
	})
	return err
}

// build makes the encoder and the estimator.
func (s *session) build() (err error) {
	o := s.o
	if s.encoder, err = o.newEncoder(s.train.set.Shape()); err != nil {
		return err
	}
	if o.head == nil { // a hidden layer as wide as what it sees, as that of the paper's own code
		o.head = widths{s.encoder.LatentSize(), 64}
	}
	watched, err := newPairs(s.test.set, s.views, o.seed)
	if err != nil {
		return err
	}
	s.watch = &watch{pairs: watched}
	var callbacks []ssl.Callback
	if s.labeled() {
		train, test := eval.Labeled{Data: s.train.single, Labels: s.train.labels}, eval.Labeled{Data: s.test.single, Labels: s.test.labels}
		callbacks = append(callbacks, s.averaged(eval.KNNEvery(1, train, test, s.knnConfig())))
		if o.probeEvery > 0 {
			callbacks = append(callbacks, s.averaged(eval.ProbeEvery(o.probeEvery, train, test, s.probeConfig())))
		}
	}
	callbacks = append(callbacks, s.averaged(s.watch.after), ssl.LogJSON(s.dir.metrics), s.checkpoint)
	config := ssl.Config{
		Encoder:      s.encoder,
		HiddenDims:   o.head,
		HeadNorm:     ssl.HiddenBatchNorm,
		LR:           o.rate(),
		WeightDecay:  o.weightDecay,
		Loss:         o.loss,
		Temperature:  o.temperature,
		MaxEpochs:    o.epochs,
		WarmupEpochs: o.warmup,
		RandomState:  o.seed,
		Epochs:       o.epochs,
		Optimizer:    optimizers[o.optimizer].make,
		Accumulate:   o.accumulate,
		ClipGradNorm: o.clip,
		EMA:          o.ema,
		EarlyStop:    ssl.EarlyStop{Patience: o.patience},
		OnStep:       s.onStep,
		OnEpoch:      s.onEpoch,
		Callbacks:    callbacks,
		Profile:      s.profile,
	}
	if s.validation != nil {
		config.ValidateEvery = 1
	}
	s.model, err = ssl.New(config)
	return err
}

// averaged returns a callback that sees the averaged weights, if there are any.
func (s *session) averaged(callback ssl.Callback) ssl.Callback {
	if s.o.ema == 0 {
		return callback
	}
	return func(ctx context.Context, model *ssl.SimCLR, e *ssl.Epoch) error {
		return model.EMA().With(func() error { return callback(ctx, model, e) })
	}
}

// announce says what runs on what.
func (s *session) announce() {
	o, p, sample := s.o, s.show.printf, s.train.set.Shape()
	p("%s, %s, %d of %d processors\n", processor(), s.result.Implementation, runtime.GOMAXPROCS(0), runtime.NumCPU())
	p("%s\n", s.describeData())
	p("encoder %s, head %d-%s, %d parameters\n", describe(s.encoder), s.encoder.LatentSize(), o.head.join("-"), nn.NumParams(s.model))
	p("epochs %d, batch %d, lr %v, weight decay %v, temperature %v, seed %d\n", o.epochs, o.batch, o.rate(), o.weightDecay, o.temperature, o.seed)
	p("loss %v, optimizer %s, views %s\n\n", o.loss, o.optimizer, o.preset)
	if !s.labeled() {
		p("the %s have no labels: there will be no probe and no kNN\n\n", noun(sample))
	}
}

func (s *session) describeData() string {
	sample := s.train.set.Shape()
	return fmt.Sprintf("%s: %d %s %v to train on, %d to test with", s.o.name(), s.train.set.Len(), noun(sample), sample, s.test.set.Len())
}
