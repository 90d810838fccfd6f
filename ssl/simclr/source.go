package main

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// source are the flags of all commands that read data: where samples come from, and
// how they are read.
type source struct {
	path, format string

	size   int  // of images
	gray   bool // of images
	coarse bool // of CIFAR-100
	layout string
	scale  bool
	label  string // of tables; the file of labels of an NPY file
	ignore words
	shape  widths
	header string
}

func (s *source) declare(f *flag.FlagSet) {
	f.StringVar(&s.path, "data", "", "`path` of the data: a folder of MNIST's or CIFAR's files or of images, or a file *.npy, *.npz, *.csv (default embedded drawings of digits)")
	f.StringVar(&s.format, "format", "", "`format` of the data, in place of what is recognised: idx, cifar10, cifar100, npy, npz, csv, images")
	f.IntVar(&s.size, "size", 0, "images: `pixels` a side that they are resized and cut to (default as they are)")
	f.BoolVar(&s.gray, "gray", false, "images: one channel in place of three")
	f.BoolVar(&s.coarse, "coarse", false, "cifar100: the 20 coarse labels")
	f.StringVar(&s.layout, "layout", "auto", "npy, npz: which `axis` is the channels': auto, chw, hwc, or plain for none")
	f.BoolVar(&s.scale, "scale", false, "npy, npz, csv: divide by 255, as pixels need that are not of type uint8")
	f.StringVar(&s.label, "label", "", "csv: `column` of the classes, by name or number, −1 being the last (default one called label, class, target or y); npy: the file with them")
	f.Var(&s.ignore, "ignore", "csv: `columns` that are no features, by name or number")
	f.Var(&s.shape, "shape", "csv: `lengths` of the axes of a sample, such as 1,28,28 (default a vector)")
	f.StringVar(&s.header, "header", "auto", "csv: whether the first row has the columns' names, in a `word`: auto, yes or no")
}

// The names of the layouts and of what is known of a header, in the order of the
// constants of package data.
var (
	layouts = []string{"auto", "chw", "hwc", "plain"}
	headers = []string{"auto", "yes", "no"}
)

func (s *source) check() error {
	elements := 1.0
	for _, n := range s.shape {
		elements *= float64(n)
	}
	return firstWrong(
		check{s.size >= 0, "size", s.size, "0 (as they are) or more"},
		check{slices.Contains(layouts, s.layout), "layout", s.layout, strings.Join(layouts, ", ")},
		check{slices.Contains(headers, s.header), "header", s.header, strings.Join(headers, ", ")},
		check{len(s.shape) < tensor.MaxRank && elements <= math.MaxInt32, "shape", s.shape.String(), "up to 5 lengths whose product is a number of columns"},
	)
}

// name says where the samples come from.
func (s *source) name() string {
	if s.path == "" {
		return "embedded digits"
	}
	return s.path
}

// The embedded digits are one data set, whatever the seed of the training.
const (
	digits     = 10000
	digitsSeed = 1
)

// open opens the data. test is nil when it is not split. Folders of images are
// brought to the shape fits, and tables are taken for samples of it, unless flags say
// otherwise: the shape that an encoder was trained on, or the zero Shape.
func (s *source) open(fits tensor.Shape) (train, test data.Dataset, err error) {
	format := s.format
	switch {
	case s.path == "":
		format = "drawings"
	case format == "":
		if format, err = data.Recognize(s.path); err != nil {
			return nil, nil, err
		}
	}
	if err := s.misplaced(format); err != nil {
		return nil, nil, err
	}
	if s.path == "" {
		all, err := data.NewDigits(digits, digitsSeed)
		return all, nil, err
	}
	return data.Open(s.path, s.config(format, fits))
}

// misplaced returns an error that names a flag that is for other formats.
func (s *source) misplaced(format string) error {
	for _, flag := range []struct {
		name    string
		set     bool
		formats string
	}{
		{"size", s.size > 0, "images"}, {"gray", s.gray, "images"},
		{"coarse", s.coarse, "cifar100"},
		{"layout", s.layout != "auto", "npy, npz"},
		{"scale", s.scale, "npy, npz, csv"},
		{"label", s.label != "", "npy, csv"},
		{"ignore", s.ignore != nil, "csv"}, {"shape", s.shape != nil, "csv"}, {"header", s.header != "auto", "csv"},
	} {
		if flag.set && !slices.Contains(strings.Split(flag.formats, ", "), format) {
			return fmt.Errorf("-%s is for %s, but %s is of format %s", flag.name, flag.formats, s.name(), format)
		}
	}
	return nil
}

// config says how to open a source of a format: see open.
func (s *source) config(format string, fits tensor.Shape) data.OpenConfig {
	c := data.OpenConfig{Format: format, Coarse: s.coarse}
	layout := data.Layout(slices.Index(layouts, s.layout))
	switch format {
	case "npy":
		c.NPY = data.NPYConfig{Labels: s.label, Layout: layout, Scale: s.scale}
	case "npz":
		c.NPZ = data.NPZConfig{Layout: layout, Scale: s.scale}
	case "csv":
		c.CSV = data.CSVConfig{Label: s.label, Ignore: s.ignore, Scale: s.scale, Header: data.Header(slices.Index(headers, s.header))}
		if c.CSV.Shape = fits; s.shape != nil {
			c.CSV.Shape = tensor.MakeShape(s.shape...)
		}
	case "images":
		c.Images = data.ImagesConfig{Size: s.size, Gray: s.gray || fits.Rank() == 3 && fits.Dim(0) == 1}
		if s.size == 0 && fits.Rank() == 3 && fits.Dim(1) == fits.Dim(2) {
			c.Images.Size = fits.Dim(1)
		}
	}
	return c
}

// trainedPart is the part to train on of a set that is not split already.
const trainedPart = 0.8

// openSplit opens the data in two parts.
func (s *source) openSplit(fits tensor.Shape) (train, test data.Dataset, err error) {
	if train, test, err = s.open(fits); err != nil || test != nil {
		return train, test, err
	}
	return split(train, trainedPart)
}

// split cuts a set in two: in its order, or, where a part would be without one of
// the classes, as in a set that is sorted by them, each class in its order.
func split(ds data.Dataset, fraction float64) (first, rest data.Dataset, err error) {
	if first, rest, err = data.Split(ds, fraction); err != nil {
		return nil, nil, err
	}
	labels, classes := data.Labels(ds)
	if labels == nil {
		return first, rest, nil
	}
	total, before := make([]int, classes), make([]int, classes)
	for _, label := range labels {
		total[label]++
	}
	for _, label := range labels[:first.Len()] {
		before[label]++
	}
	if !slices.ContainsFunc(labels, func(label int) bool {
		return total[label] > 1 && (before[label] == 0 || before[label] == total[label])
	}) {
		return first, rest, nil
	}
	var parts [2][]int
	met := make([]int, classes)
	for i, label := range labels {
		part, kept := 0, int(math.Round(fraction*float64(total[label])))
		if met[label] > 0 && met[label] >= min(kept, total[label]-1) {
			part = 1
		}
		met[label]++
		parts[part] = append(parts[part], i)
	}
	if first, err = data.Subset(ds, parts[0]); err != nil {
		return nil, nil, err
	}
	rest, err = data.Subset(ds, parts[1])
	return first, rest, err
}
