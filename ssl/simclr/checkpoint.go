package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/seed-312a1f22/dyad/nn/safetensors"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/ssl/eval"
	"github.com/seed-312a1f22/dyad/ssl/report"
)

// checkpoint keeps the training as it is after an epoch.
func (s *session) checkpoint(_ context.Context, model *ssl.SimCLR, _ *ssl.Epoch) error {
	if s.dir.path == "" {
		return nil
	}
	return safetensors.WriteFile(s.dir.in(checkpointName), model.State(), nil)
}

// restore goes on from a checkpoint, if there is one.
func (s *session) restore() error {
	f, err := safetensors.Open(s.dir.in(checkpointName))
	if errors.Is(err, fs.ErrNotExist) {
		_, err = s.dir.keep(0)
		return err
	}
	if err != nil {
		return fmt.Errorf("-resume: %w", err)
	}
	defer f.Close()
	state, err := f.All()
	if err == nil {
		err = s.model.LoadState(state)
	}
	if err != nil {
		return fmt.Errorf("-resume: %w", err)
	}
	done, err := f.Tensor("epoch")
	if err != nil {
		return fmt.Errorf("-resume: %w", err)
	}
	if s.epochs, err = s.dir.keep(int(done.Item())); err != nil {
		return fmt.Errorf("-resume: %w", err)
	}
	images := s.pairs.Len() * s.o.batch
	chance, orthogonal := s.lines()
	for _, e := range s.epochs {
		s.result.Epochs++
		s.result.Steps += s.pairs.Len()
		s.result.Loss, s.result.Chance = float64(e[report.MetricLoss]), chance
		s.result.TrainSeconds += float64(images) / float64(e["images_per_second"])
		s.watch.add(eval.Health{Loss: s.result.Loss, Chance: chance, Orthogonal: orthogonal, Measurements: eval.Measurements{
			Rows: min(watched, s.test.set.Len()), Width: s.encoder.LatentSize(),
			Spread: float64(e[report.MetricSpread]), Rank: float64(e[report.MetricRank]), Top1: float64(e["top1"]),
		}})
	}
	s.result.ImagesPerSecond = float64(s.result.Epochs*images) / s.result.TrainSeconds
	s.warned = len(s.watch.warnings)
	s.show.printf("going on after epoch %d\n", s.result.Epochs)
	return nil
}

// lines returns the loss that tells nothing apart, and about where a good run ends
// up, which for supcon depends on the labels: it takes some at even distances.
func (s *session) lines() (chance, orthogonal float64) {
	o := s.o
	var labels []int
	if s.train.labels != nil {
		for k := range o.batch {
			labels = append(labels, s.train.labels[k*len(s.train.labels)/o.batch])
		}
	}
	return o.loss.Chance(o.batch, o.count), o.loss.Orthogonal(o.batch, o.count, o.temperature, labels)
}

// saveEncoder writes the encoder with all that eval and embed need to know.
func (s *session) saveEncoder() error {
	if s.dir.path == "" {
		return nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, s.config); err != nil {
		return err
	}
	sample, err := json.Marshal(s.train.set.Shape().Dims())
	if err != nil {
		return err
	}
	metadata := map[string]string{configKey: compact.String(), sampleKey: string(sample)}
	if s.standardization != "" {
		metadata[standardizationKey] = s.standardization
	}
	return ssl.SaveEncoder(s.dir.in(encoderName), s.encoder, metadata)
}
