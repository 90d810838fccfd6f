package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math"

	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/ssl/eval"
	"github.com/seed-312a1f22/dyad/ssl/report"
)

// result is what -json prints. The order of the fields is part of it.
type result struct {
	Loss            float64  `json:"loss"`   // of the last epoch
	Chance          float64  `json:"chance"` // the loss that tells nothing apart
	Epochs          int      `json:"epochs"` // finished
	Steps           int      `json:"steps"`
	ImagesPerSecond float64  `json:"images_per_second"`
	TrainSeconds    float64  `json:"train_seconds"` // without evaluation
	Scores                   // null when the samples have no labels
	WeightsSHA256   string   `json:"weights_sha256"`
	Implementation  string   `json:"implementation"`
	Warnings        []string `json:"warnings,omitempty"`
}

// Scores are the rows of a table in JSON.
type Scores struct {
	Probe *accuracy                              `json:"probe"`
	KNN   *accuracy                              `json:"knn"`
	Few   map[report.Kind][]eval.FewLabelsResult `json:"few_labels,omitempty"`
}

// accuracy is the fraction of the test samples that an evaluation on some kinds
// of features classifies right.
type accuracy struct {
	Raw        float64 `json:"raw"`    // the samples themselves
	Random     float64 `json:"random"` // the encoder before training
	SimCLR     float64 `json:"simclr"` // the encoder after training
	Supervised float64 `json:"supervised,omitempty"`
}

func (a *accuracy) set(kind report.Kind, value float64) {
	switch kind {
	case report.Raw:
		a.Raw = value
	case report.Random:
		a.Random = value
	case report.SimCLR:
		a.SimCLR = value
	case report.Supervised:
		a.Supervised = value
	}
}

// set fills the scores from the rows of a table, of which there may be none.
func (s *Scores) set(rows []row) {
	if rows == nil {
		return
	}
	s.Probe, s.KNN = new(accuracy), new(accuracy)
	for _, r := range rows {
		s.Probe.set(r.kind, r.probe)
		s.KNN.set(r.kind, r.knn)
		if r.few != nil {
			if s.Few == nil {
				s.Few = make(map[report.Kind][]eval.FewLabelsResult)
			}
			s.Few[r.kind] = r.few
		}
	}
}

// print writes the result for a person.
func (r *result) print(w io.Writer, rows []row) {
	fmt.Fprintf(w, "\ntrained %d epochs, %d steps, in %.1f s (%.0f images/s): loss %.3f, chance %.3f\n",
		r.Epochs, r.Steps, r.TrainSeconds, r.ImagesPerSecond, r.Loss, r.Chance)
	printTable(w, rows)
	fmt.Fprintf(w, "\nweights sha256 %s\n", r.WeightsSHA256)
}

// printTable writes the rows side by side.
func printTable(w io.Writer, rows []row) {
	if rows == nil {
		return
	}
	t := table(rows)
	fmt.Fprintf(w, "\n%-20s%14s%10s", "features", report.ColumnProbe, report.ColumnKNN)
	for _, column := range t.Columns[2:] {
		fmt.Fprintf(w, "%18s", column)
	}
	fmt.Fprintln(w)
	for _, r := range rows {
		fmt.Fprintf(w, "%-20s%13.2f%%%9.2f%%", r.name, 100*r.probe, 100*r.knn)
		for _, f := range r.few {
			fmt.Fprintf(w, "%10.2f%% ± %4.2f", 100*f.Mean, 100*f.Std)
		}
		fmt.Fprintln(w)
	}
}

// weightsSHA256 returns the SHA-256 of everything a checkpoint of m would hold:
// for each tensor its name, a zero byte, and its values as little-endian float32.
// Two runs agree in it when they agree in every bit.
func weightsSHA256(m nn.Module) string {
	h := sha256.New()
	for _, s := range nn.State(m) {
		buf := append([]byte(s.Name), 0)
		for _, v := range s.Tensor.Data() {
			buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(v))
		}
		h.Write(buf)
	}
	return hex.EncodeToString(h.Sum(nil))
}
