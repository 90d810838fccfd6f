package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math"

	"github.com/seed-312a1f22/dyad/nn"
)

// result is what -json prints. The order of the fields is part of it.
type result struct {
	Loss            float64   `json:"loss"`   // of the last epoch
	Chance          float64   `json:"chance"` // the loss that tells nothing apart
	Epochs          int       `json:"epochs"` // finished
	Steps           int       `json:"steps"`
	ImagesPerSecond float64   `json:"images_per_second"`
	TrainSeconds    float64   `json:"train_seconds"` // without evaluation
	Probe           *accuracy `json:"probe"`         // null when the images have no labels
	KNN             *accuracy `json:"knn"`
	WeightsSHA256   string    `json:"weights_sha256"`
	Implementation  string    `json:"implementation"`
}

// accuracy is the fraction of the test images that an evaluation on three kinds
// of features classifies right.
type accuracy struct {
	Raw    float64 `json:"raw"`    // the pixels themselves
	Random float64 `json:"random"` // the encoder before training
	SimCLR float64 `json:"simclr"` // the encoder after training
}

func (a *accuracy) set(kind string, value float64) {
	switch kind {
	case "raw":
		a.Raw = value
	case "random":
		a.Random = value
	case "simclr":
		a.SimCLR = value
	}
}

// table writes the result for a person.
func (r *result) table(w io.Writer) {
	fmt.Fprintf(w, "\ntrained %d epochs, %d steps, in %.1f s (%.0f images/s): loss %.3f, chance %.3f\n",
		r.Epochs, r.Steps, r.TrainSeconds, r.ImagesPerSecond, r.Loss, r.Chance)
	if r.Probe != nil {
		fmt.Fprintf(w, "\n%-20s%14s%10s\n", "features", "linear probe", "kNN")
		for _, row := range []struct {
			name       string
			probe, knn float64
		}{
			{"raw pixels", r.Probe.Raw, r.KNN.Raw},
			{"untrained encoder", r.Probe.Random, r.KNN.Random},
			{"SimCLR", r.Probe.SimCLR, r.KNN.SimCLR},
		} {
			fmt.Fprintf(w, "%-20s%13.2f%%%9.2f%%\n", row.name, 100*row.probe, 100*row.knn)
		}
	}
	fmt.Fprintf(w, "\nweights sha256 %s\n", r.WeightsSHA256)
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
