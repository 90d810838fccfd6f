package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/seed-312a1f22/dyad/asm"
	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/ssl/eval"
	"github.com/seed-312a1f22/dyad/tensor"
)

// The embedded digits are one data set, whatever the seed of the training.
const (
	digits      = 10000
	digitsSeed  = 1
	trainedPart = 0.8 // of a set that is not split already
)

// images are a part of the data set.
type images struct {
	set    data.Dataset
	labels []int        // nil for none
	single *data.Loader // each image once, in order, as it is
}

// session is a run of the command.
type session struct {
	o           *options
	train, test images
	view        data.View
	encoder     ssl.Encoder
	model       *ssl.SimCLR
	show        *progress
	metrics     io.Writer         // gets a JSON object an epoch
	profile     *autograd.Profile // of the training steps; nil unless asked for
	result      result
}

// train runs the command with valid options.
func train(ctx context.Context, o *options, stdout, stderr io.Writer) error {
	text := stdout
	if o.json {
		text = stderr
	}
	file, _ := text.(*os.File)
	s := &session{
		o:       o,
		show:    &progress{w: text, quiet: o.quiet, terminal: file != nil && isTerminal(file)},
		metrics: io.Discard,
		result:  result{Implementation: asm.Implementation()},
	}
	if o.profile {
		s.profile = new(autograd.Profile)
	}
	if o.out != "" {
		if err := os.MkdirAll(o.out, 0o777); err != nil {
			return fmt.Errorf("-out: %w", err)
		}
		f, err := os.Create(filepath.Join(o.out, "metrics.jsonl"))
		if err != nil {
			return fmt.Errorf("-out: %w", err)
		}
		defer f.Close()
		s.metrics = f
	}
	if err := s.load(); err != nil {
		return err
	}
	if err := s.build(); err != nil {
		return err
	}
	s.announce()
	if err := s.evaluate("raw"); err != nil {
		return err
	}
	if err := s.evaluate("random"); err != nil {
		return err
	}
	if err := s.fit(ctx); err != nil {
		return err
	}
	if err := s.evaluate("simclr"); err != nil {
		return err
	}
	s.result.WeightsSHA256 = weightsSHA256(s.model)
	return s.write(stdout)
}

// load opens the images.
func (s *session) load() (err error) {
	var train, test data.Dataset
	if s.o.data == "" {
		s.view = data.DigitsView()
		var all *data.Digits
		if all, err = data.NewDigits(digits, digitsSeed); err == nil {
			train, test, err = data.Split(all, trainedPart)
		}
	} else {
		s.view = data.MNISTView()
		train, test, err = data.OpenMNIST(s.o.data)
	}
	if err != nil {
		return err
	}
	if s.train, err = newImages(train); err != nil {
		return err
	}
	s.test, err = newImages(test)
	return err
}

func newImages(set data.Dataset) (images, error) {
	labels, _ := data.Labels(set)
	single, err := data.NewLoader(set, data.LoaderConfig{
		Batch: min(512, set.Len()), Views: []data.View{data.Identity{}}, Prefetch: 1,
	})
	return images{set, labels, single}, err
}

// build makes the encoder and the estimator.
func (s *session) build() (err error) {
	// The second word sets the encoder's stream apart from the head's.
	r := rand.New(rand.NewPCG(s.o.seed, 0x656e636f646572)) // "encoder"
	if s.encoder, err = newEncoder(s.o, s.train.set.Shape(), r); err != nil {
		return fmt.Errorf("-encoder %s: %w", s.o.encoder, err)
	}
	s.model, err = ssl.New(ssl.Config{
		Encoder:     s.encoder,
		HiddenDims:  s.o.head,
		HeadNorm:    ssl.HiddenBatchNorm,
		LR:          s.o.lr,
		WeightDecay: s.o.weightDecay,
		Temperature: s.o.temperature,
		MaxEpochs:   s.o.epochs,
		RandomState: s.o.seed,
		Epochs:      s.o.epochs,
		OnStep:      s.onStep,
		OnEpoch:     s.onEpoch,
		Profile:     s.profile,
	})
	return err
}

// announce says what runs on what.
func (s *session) announce() {
	from := "embedded digits"
	if s.o.data != "" {
		from = s.o.data
	}
	p := s.show.printf
	p("%s, %s, %d of %d processors\n", processor(), s.result.Implementation, runtime.GOMAXPROCS(0), runtime.NumCPU())
	p("%s: %d images %v to train on, %d to test with\n", from, s.train.set.Len(), s.train.set.Shape(), s.test.set.Len())
	p("encoder %s, head %d-%s, %d parameters\n", s.o.describe(s.encoder), s.encoder.LatentSize(), join(s.o.head), nn.NumParams(s.model))
	p("epochs %d, batch %d, lr %v, weight decay %v, temperature %v, seed %d\n\n", s.o.epochs, s.o.batch, s.o.lr, s.o.weightDecay, s.o.temperature, s.o.seed)
	if s.train.labels == nil {
		p("the images have no labels: there will be no probe and no kNN\n\n")
	}
}

// fit trains. An interrupt is no error, once there was a step.
func (s *session) fit(ctx context.Context) error {
	config := data.DefaultLoaderConfig(s.view)
	config.Batch, config.Seed = s.o.batch, s.o.seed
	pairs, err := data.NewLoader(s.train.set, config)
	if err != nil {
		return err
	}
	s.show.start = time.Now()
	err = s.model.Fit(ctx, pairs, nil)
	if errors.Is(err, context.Canceled) {
		s.show.interrupted(s.result.Steps)
		if s.result.Steps > 0 {
			err = nil
		}
	}
	if s.profile != nil && err == nil {
		// Also with -quiet: who asks for it wants to see it.
		_, err = fmt.Fprintf(s.show.w, "\n%v", s.profile)
	}
	return err
}

func (s *session) onStep(step ssl.Step) {
	s.result.Steps++
	if s.result.Epochs == 0 { // what an interrupted first epoch reached
		s.result.Loss, s.result.Chance = step.Loss, step.Chance
		s.result.TrainSeconds, s.result.ImagesPerSecond = step.Elapsed.Seconds(), step.ImagesPerSecond()
	}
	s.show.step(step)
}

func (s *session) onEpoch(e ssl.Epoch) error {
	r := &s.result
	if r.Epochs == 0 {
		r.TrainSeconds = 0
	}
	r.Epochs++
	r.Loss, r.Chance = e.Train.Loss, e.Train.Chance
	r.TrainSeconds += e.Elapsed.Seconds()
	r.ImagesPerSecond = float64(r.Epochs*e.Images) / r.TrainSeconds

	line := map[string]float64{"epoch": float64(r.Epochs)}
	e.Log(func(name string, value float64) { line[name] = value })
	knn := ""
	if s.train.labels != nil {
		train, test, err := s.features("simclr")
		if err != nil {
			return err
		}
		accuracy, err := s.knn(train, test)
		if err != nil {
			return err
		}
		line["knn"] = accuracy
		knn = fmt.Sprintf("%.1f%%", 100*accuracy)
	}
	s.show.epoch(e, knn)
	return json.NewEncoder(s.metrics).Encode(line)
}

// features returns those of the training and of the test images: "raw" pixels,
// or what the encoder makes of them.
func (s *session) features(kind string) (train, test *tensor.Tensor, err error) {
	of := func(i images) (*tensor.Tensor, error) {
		if kind == "raw" {
			all, err := data.ReadAll(i.set)
			if err != nil {
				return nil, err
			}
			return all.Reshape(i.set.Len(), -1), nil
		}
		// Not the training's context: an interrupt ends that, not the evaluation.
		return ssl.Features(context.Background(), s.encoder, i.single)
	}
	if train, err = of(s.train); err != nil {
		return nil, nil, err
	}
	test, err = of(s.test)
	return train, test, err
}

func (s *session) knn(train, test *tensor.Tensor) (float64, error) {
	return eval.KNNAccuracy(train, s.train.labels, test, s.test.labels, eval.DefaultKNNConfig())
}

// evaluate fills the result's accuracies on one kind of features.
func (s *session) evaluate(kind string) error {
	if s.train.labels == nil {
		return nil
	}
	train, test, err := s.features(kind)
	if err != nil {
		return err
	}
	probe, err := eval.FitLinearProbe(train, s.train.labels, eval.DefaultProbeConfig())
	if err != nil {
		return err
	}
	linear, err := probe.Accuracy(test, s.test.labels)
	if err != nil {
		return err
	}
	knn, err := s.knn(train, test)
	if err != nil {
		return err
	}
	if s.result.Probe == nil {
		s.result.Probe, s.result.KNN = new(accuracy), new(accuracy)
	}
	s.result.Probe.set(kind, linear)
	s.result.KNN.set(kind, knn)
	return nil
}

// write writes the result where the options want it.
func (s *session) write(stdout io.Writer) error {
	object, err := json.Marshal(&s.result)
	if err != nil {
		return err
	}
	object = append(object, '\n')
	if s.o.out != "" {
		if err := os.WriteFile(filepath.Join(s.o.out, "result.json"), object, 0o666); err != nil {
			return fmt.Errorf("-out: %w", err)
		}
	}
	if !s.o.json || !s.o.quiet {
		s.result.table(s.show.w)
	}
	if s.o.json {
		_, err = stdout.Write(object)
	}
	return err
}
