package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/seed-312a1f22/dyad/bench/protocol"
	"github.com/seed-312a1f22/dyad/bench/workload"
)

// subject is a kind of work, and the sizes of it to compare.
type subject struct {
	works    []protocol.Work
	serial   prepare
	parallel prepare // on several threads; nil if it runs on one only
	label    string  // of the column that tells the works apart
	sizes    int     // numbers in a size; 0 for works with a name
	peak     bool    // compare the rate with the processor's peak

	// Training, and the views that it is fed with, are compared by time, not by the
	// rate of operations, and with PyTorch alone.
	training bool
	flop     func(protocol.Work) float64 // of training that has a rate too; else nil
	memory   bool                        // compare what the first call needs
	images   bool                        // the size is a number of images: tell how many a second
}

// prepare makes a job of work, as protocol.Timer wants it.
type prepare = func(protocol.Work) (protocol.Job, error)

// subjects are what can be compared.
var subjects = map[string]subject{
	"gemm":      {works: workload.Gemm, serial: workload.Serial, parallel: workload.Parallel, label: "m×n×k", sizes: 3, peak: true},
	"dot":       {works: workload.Dot, serial: workload.Serial, label: "n", sizes: 1},
	"axpy":      {works: workload.Axpy, serial: workload.Serial, label: "n", sizes: 1},
	"step":      training(subject{works: workload.TrainingSteps, label: "step", flop: workload.StepFLOP}),
	"ntxent":    training(subject{works: workload.NTXent, label: "batch×width", sizes: 2, memory: true}),
	"batchnorm": training(subject{works: workload.BatchNorm, label: "batch×channels", sizes: 2}),
	"adamw":     training(subject{works: workload.AdamW, label: "layers"}),
	"conv":      training(subject{works: workload.Conv, label: "convolution", flop: workload.ConvFLOP}),
	"views":     {works: workload.CIFARViews, serial: workload.Views, label: "images", sizes: 1, training: true, images: true},
}

func training(s subject) subject {
	s.training, s.serial, s.parallel = true, workload.Training, workload.Training
	return s
}

// parse reads a size: numbers with x or × between them; a part of the names of
// steps or convolutions, which are all meant; a convolution; or the widths of
// layers.
func (s subject) parse(kind, word string) ([]protocol.Work, error) {
	switch kind {
	case "step", "conv":
		var works []protocol.Work
		for _, w := range s.works {
			if strings.Contains(w.Name, word) {
				works = append(works, w)
			}
		}
		if w := protocol.Conv(word); kind == "conv" && workload.ConvFLOP(w) > 0 {
			return []protocol.Work{w}, nil
		}
		if works == nil {
			return nil, fmt.Errorf("-size has %q; there are %v", word, s.works)
		}
		return works, nil
	case "adamw":
		if _, err := numbers(word, "-"); err != nil {
			return nil, err
		}
		if !strings.Contains(word, "-") {
			return nil, fmt.Errorf("-size has %q; a layer has two widths, as 784-512", word)
		}
		return []protocol.Work{protocol.AdamW(word)}, nil
	}
	sizes, err := numbers(strings.ReplaceAll(word, "×", "x"), "x")
	if err != nil {
		return nil, err
	}
	if len(sizes) != s.sizes {
		return nil, fmt.Errorf("-size has %q; %s takes %d numbers", word, kind, s.sizes)
	}
	w := protocol.Work{Kind: kind}
	switch len(sizes) {
	case 1:
		w.N = sizes[0]
	case 2:
		w.M, w.N = sizes[0], sizes[1]
	case 3:
		w.M, w.N, w.K = sizes[0], sizes[1], sizes[2]
	}
	return []protocol.Work{w}, nil
}

// numbers reads those between separators.
func numbers(word, separator string) ([]int, error) {
	var all []int
	for part := range strings.SplitSeq(word, separator) {
		v, err := strconv.Atoi(part)
		if err != nil || v < 1 || v > 1<<26 {
			return nil, fmt.Errorf("-size has %q; want sizes of 1 to 2^26", word)
		}
		all = append(all, v)
	}
	return all, nil
}
