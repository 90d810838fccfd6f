package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

var embedCommand = command{
	name: "embed", args: "-weights FILE -data PATH -o FILE [flags]",
	short: "write the features that a saved encoder has for a data set",
	long: `Embed writes the features of all samples, in the data's order, to a file of NumPy
(*.npy), or to a table (*.csv), with a column of labels if the data has some. Samples
are brought to the form that the encoder was trained on: images to its size and
colours, columns by the training's means and deviations.

Data that is split has its training samples first; -split takes a part of it, by the
same rule as train where the data itself is not split.
`,
	flags: func(f *flag.FlagSet) action {
		o := new(embedOptions)
		o.saved.declare(f)
		o.source.declare(f)
		f.StringVar(&o.part, "split", "all", "`part` of the data: all, train or test")
		f.StringVar(&o.out, "o", "", "`file` to write: *.npy or *.csv")
		return o
	},
}

// embedOptions are the flags of embed.
type embedOptions struct {
	saved
	source
	part string
	out  string
}

func (o *embedOptions) check(f *flag.FlagSet) error {
	if err := cmp.Or(noArguments(f), o.saved.check(), o.source.check()); err != nil {
		return err
	}
	end := strings.ToLower(filepath.Ext(o.out))
	return firstWrong(
		check{slices.Contains([]string{"all", "train", "test"}, o.part), "split", o.part, "all, train, test"},
		check{end == ".npy" || end == ".csv", "o", fmt.Sprintf("%q", o.out), "a file *.npy or *.csv"},
	)
}

func (o *embedOptions) run(ctx context.Context, c *call) error {
	if err := o.saved.open(); err != nil {
		return err
	}
	sets, err := o.parts()
	if err != nil {
		return err
	}
	var values []float32
	var labels []int
	for _, set := range sets {
		prepared, err := o.prepare(set)
		if err != nil {
			return err
		}
		p, err := newPart(prepared)
		if err != nil {
			return err
		}
		features, err := ssl.Features(ctx, o.encoder, p.single)
		if err != nil {
			return err
		}
		values, labels = append(values, features.Data()...), append(labels, p.labels...)
	}
	width := o.encoder.LatentSize()
	features := tensor.FromSlice(values, len(values)/width, width)
	if err := o.write(features, labels, data.ClassNames(sets[0])); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "%s: %d features of %d %s\n", o.out, width, features.Dim(0), noun(sets[0].Shape()))
	return err
}

// parts returns the parts of the data that are asked for.
func (o *embedOptions) parts() ([]data.Dataset, error) {
	if o.part == "all" {
		train, test, err := o.source.open(o.sample)
		if test == nil {
			return []data.Dataset{train}, err
		}
		return []data.Dataset{train, test}, err
	}
	train, test, err := o.openSplit(o.sample)
	if o.part == "train" {
		return []data.Dataset{train}, err
	}
	return []data.Dataset{test}, err
}

// write writes the features. The labels are left out unless each row has one.
func (o *embedOptions) write(features *tensor.Tensor, labels []int, classes []string) error {
	f, err := os.Create(o.out)
	if err != nil {
		return fmt.Errorf("-o: %w", err)
	}
	if strings.EqualFold(filepath.Ext(o.out), ".npy") {
		err = data.WriteNPY(f, features)
	} else {
		if len(labels) != features.Dim(0) {
			labels = nil
		}
		err = data.WriteCSV(f, features, labels, classes)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("-o: %s: %w", o.out, err)
	}
	return nil
}
