package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"slices"

	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// The metadata of an encoder's file, beside the architecture.
const (
	configKey          = "config"          // config.json
	sampleKey          = "sample"          // the shape of a sample
	standardizationKey = "standardization" // of the columns of vectors
)

// saved is an encoder from a file, with what is known of the samples that it takes.
type saved struct {
	path            string
	encoder         ssl.Encoder
	sample          tensor.Shape // the zero Shape if the file does not say
	standardization string       // "" for none
	trained         struct {     // settings of the run
		Seed  *uint64 `json:"seed"`
		Views string  `json:"views"`
	}
}

func (s *saved) declare(f *flag.FlagSet) {
	f.StringVar(&s.path, "weights", "", "`file` with the encoder: the encoder.safetensors of a run")
	f.StringVar(&s.path, "encoder-file", "", "the same as -weights `file`")
}

func (s *saved) check() error {
	if s.path == "" {
		return fmt.Errorf("-weights is missing: the encoder.safetensors of a run")
	}
	return nil
}

// open reads the file.
func (s *saved) open() error {
	encoder, metadata, err := ssl.OpenEncoder(s.path)
	if err != nil {
		return err
	}
	s.encoder, s.standardization = encoder, metadata[standardizationKey]
	if text, ok := metadata[configKey]; ok {
		if err := json.Unmarshal([]byte(text), &s.trained); err != nil {
			return fmt.Errorf("%s: the metadata %q: %w", s.path, configKey, err)
		}
	}
	text, ok := metadata[sampleKey]
	if !ok {
		return nil
	}
	var dims widths
	if err := json.Unmarshal([]byte(text), &dims); err != nil || len(dims) == 0 || len(dims) >= tensor.MaxRank || slices.Min(dims) < 1 {
		return fmt.Errorf("%s: the metadata %q is %.40q; it must be a list of lengths, such as [1,28,28]", s.path, sampleKey, text)
	}
	s.sample = tensor.MakeShape(dims...)
	return nil
}

// prepare returns samples as the encoder was trained on them. It is an error when
// they have another shape.
func (s *saved) prepare(ds data.Dataset) (data.Dataset, error) {
	if s.sample.Rank() > 0 && ds.Shape() != s.sample {
		return nil, fmt.Errorf("samples have shape %v, but the encoder of %s was trained on %v", ds.Shape(), s.path, s.sample)
	}
	if err := takes(s.encoder, ds.Shape()); err != nil {
		return nil, fmt.Errorf("%s: %w", s.path, err)
	}
	ds, err := restandardized(ds, s.standardization)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.path, err)
	}
	return ds, nil
}
