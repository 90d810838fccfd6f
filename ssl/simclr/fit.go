package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/ssl/eval"
	"github.com/seed-312a1f22/dyad/ssl/report"
)

// fit trains. An interrupt is no error, once there was a step.
func (s *session) fit(ctx context.Context) error {
	s.show.start = time.Now()
	err := s.model.Fit(ctx, s.pairs, s.validation)
	if errors.Is(err, context.Canceled) {
		s.show.interrupted(s.result.Steps)
		if err = nil; s.result.Steps == 0 {
			err = errors.New("interrupted before the first step: there is nothing to evaluate")
		}
	}
	if err == nil && s.result.Epochs < s.o.epochs && ctx.Err() == nil {
		s.show.printf("the validation loss has not fallen for %d epochs: that is the end\n", s.o.patience)
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

	epoch := report.Epoch{}
	e.Log(epoch.Set)
	s.epochs = append(s.epochs, epoch)
	measured := ""
	if e.Val != nil {
		measured += fmt.Sprintf("  val loss %.3f", e.Val.Loss)
	}
	for _, m := range []struct{ name, metric string }{{"kNN", report.MetricKNN}, {"probe", report.MetricProbe}} {
		if accuracy, ok := epoch[m.metric]; ok {
			measured += fmt.Sprintf("  %s %.1f%%", m.name, 100*float64(accuracy))
		}
	}
	s.show.epoch(e, measured)
	for _, text := range s.watch.warnings[s.warned:] {
		s.show.printf("warning: %s\n", text)
	}
	s.warned = len(s.watch.warnings)
	return nil
}

// finish evaluates the encoder and writes all that there is to say.
func (s *session) finish(ctx context.Context) error {
	// An interrupt ends the training, not the evaluation.
	ended := context.WithoutCancel(ctx)
	judge := func() error { return s.judgeTrained(ended) }
	if ema := s.model.EMA(); ema != nil {
		judge = func() error { return ema.With(func() error { return s.judgeTrained(ended) }) }
	}
	if err := judge(); err != nil {
		return err
	}
	if s.o.supervised && s.labeled() {
		switch err := s.compareSupervised(ctx); {
		case errors.Is(err, context.Canceled):
			s.show.printf("interrupted: there is no supervised encoder to compare with\n")
		case err != nil:
			return err
		}
	}
	s.result.Scores.set(s.rows)
	s.result.Warnings = s.watch.warnings
	object, err := json.Marshal(&s.result)
	if err != nil {
		return err
	}
	object = append(object, '\n')
	if err := s.dir.write(resultName, object); err != nil {
		return err
	}
	if err := s.writeReport(); err != nil {
		return err
	}
	if !s.o.json || !s.o.quiet {
		s.result.print(s.show.w, s.rows)
	}
	if s.o.json {
		_, err = s.call.stdout.Write(object)
	}
	return err
}

// judgeTrained evaluates the trained encoder, and saves it.
func (s *session) judgeTrained(ctx context.Context) error {
	s.result.WeightsSHA256 = weightsSHA256(s.model)
	if s.labeled() || s.o.out != "" {
		f, err := s.encode(ctx, s.encoder)
		if err != nil {
			return err
		}
		if err := s.judge(ctx, report.SimCLR, f); err != nil {
			return err
		}
		if s.o.out != "" {
			s.after = projection(f.test)
			if s.neighbors, err = s.nearest(f); err != nil {
				return err
			}
		}
	}
	return s.saveEncoder()
}

// compareSupervised trains the same encoder with labels, for a row of the table.
func (s *session) compareSupervised(ctx context.Context) error {
	encoder, err := s.o.newEncoder(s.train.set.Shape())
	if err != nil {
		return err
	}
	c := eval.DefaultSupervisedConfig()
	c.Epochs, c.Batch, c.Seed = s.o.epochs, s.o.batch, s.o.seed
	if !isVector(s.train.set.Shape()) { // for these the first view is corrupted beyond what labels need
		c.View = s.views[0]
	}
	train, test := s.train.set.(data.Labeled), s.test.set.(data.Labeled)
	if _, err := eval.Supervised(ctx, encoder, train, test, c); err != nil {
		return err
	}
	f, err := s.encode(ctx, encoder)
	if err != nil {
		return err
	}
	return s.judge(ctx, report.Supervised, f)
}
