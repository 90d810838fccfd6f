package data

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// OpenConfig says how [Open] reads a source. The zero value recognises the
// format and leaves the samples as they are.
type OpenConfig struct {
	Format string       // "idx", "cifar10", "cifar100", "npy", "npz", "csv" or "images"; "" recognises it from the path
	Coarse bool         // of cifar100: the 20 coarse labels in place of the 100 fine ones
	NPY    NPYConfig    // of npy
	NPZ    NPZConfig    // of npz
	CSV    CSVConfig    // of csv
	Images ImagesConfig // of images
}

// Open opens a source of samples, whose format it recognises from the path:
//
//   - idx: a folder of files named as MNIST's, which [OpenMNIST] describes, or
//     one file named *-ubyte or *.idx, with its labels if they lie beside it and
//     are named as MNIST's. All plain or with .gz behind.
//   - cifar10, cifar100: the folder of the binary version, as in [OpenCIFAR10]
//     and [OpenCIFAR100].
//   - npy, npz: one file *.npy or *.npz, as in [OpenNPY] and [OpenNPZ].
//   - csv: one file *.csv or *.tsv, plain or with .gz behind, as in [OpenCSV].
//   - images: any other folder with images in it, as in [OpenImages].
//
// test is nil when the source is not split in two; [Split] does that. It is an
// error when the path is none of these, or c has a setting of another format.
func Open(path string, c OpenConfig) (train, test Dataset, err error) {
	name := c.Format
	if name == "" {
		if name, err = Recognize(path); err != nil {
			return nil, nil, err
		}
	} else if _, err := os.Stat(path); err != nil {
		return nil, nil, fmt.Errorf("data: %w", err)
	}
	at := slices.IndexFunc(formats, func(f format) bool { return name == f.name })
	if at < 0 {
		return nil, nil, fmt.Errorf("data: Open: Format is %q, expected %s", c.Format, listFormats(func(f format) string { return f.name }))
	}
	f := formats[at]
	for _, setting := range []struct {
		format, name string
		value        any
	}{{"cifar100", "Coarse", c.Coarse}, {"npy", "NPY", c.NPY}, {"npz", "NPZ", c.NPZ}, {"csv", "CSV", c.CSV}, {"images", "Images", c.Images}} {
		if setting.format != f.name && !reflect.ValueOf(setting.value).IsZero() {
			return nil, nil, fmt.Errorf("data: %s: OpenConfig.%s is set, which is for %s, but the format is %s", path, setting.name, setting.format, f.name)
		}
	}
	train, test, err = f.open(path, c)
	if c.Format == "" && errors.Is(err, errNoImages) {
		err = errUnrecognised(path)
	}
	return train, test, err
}

// Recognize returns the format that [Open] takes a path for: a word for
// OpenConfig.Format. A folder with nothing else in it is one of images, whether it
// has some or not. It is an error when the path is not there or of no known format.
func Recognize(path string) (format string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("data: %w", err)
	}
	for _, f := range formats {
		if f.matches(path, info.IsDir()) {
			return f.name, nil
		}
	}
	return "", errUnrecognised(path)
}

// format is a kind of source.
type format struct {
	name   string
	source string   // what it looks like, for an error
	files  []string // how the name of a file ends, with or without .gz behind
	holds  []string // files of which a folder has one, with or without .gz behind
	open   func(path string, c OpenConfig) (train, test Dataset, err error)
}

// formats is every format that Open knows. Images come last: any folder holds
// itself, ".", and may have some.
var formats = []format{
	{"idx", "a folder with MNIST's train-images-idx3-ubyte or t10k-images-idx3-ubyte, a file *-ubyte or *.idx",
		[]string{"-ubyte", ".idx"}, []string{"train-images-idx3-ubyte", "train-images.idx3-ubyte", "t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte"}, openIDX},
	{"cifar10", "a folder with data_batch_1.bin", nil, []string{"data_batch_1.bin"}, openCIFAR10},
	{"cifar100", "a folder with train.bin", nil, []string{"train.bin"}, openCIFAR100},
	{"npy", "a file *.npy", []string{".npy"}, nil, func(path string, c OpenConfig) (train, test Dataset, err error) {
		train, err = OpenNPY(path, c.NPY)
		return train, nil, err
	}},
	{"npz", "a file *.npz", []string{".npz"}, nil, func(path string, c OpenConfig) (train, test Dataset, err error) {
		return OpenNPZ(path, c.NPZ)
	}},
	{"csv", "a file *.csv or *.tsv", []string{".csv", ".tsv"}, nil, func(path string, c OpenConfig) (train, test Dataset, err error) {
		train, err = OpenCSV(path, c.CSV)
		return train, nil, err
	}},
	{"images", "a folder of .png, .jpg, .jpeg or .gif", nil, []string{"."}, openImages},
}

// matches reports whether a path looks like the format.
func (f format) matches(path string, folder bool) bool {
	if folder {
		found, err := findFile(path, f.holds...)
		return found != "" && err == nil
	}
	name := strings.TrimSuffix(strings.ToLower(filepath.Base(path)), ".gz")
	return slices.ContainsFunc(f.files, func(end string) bool { return strings.HasSuffix(name, end) })
}

func openIDX(path string, _ OpenConfig) (train, test Dataset, err error) {
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return readMNIST(path)
	}
	train, err = openIDXFile(path)
	return train, nil, err
}

func openCIFAR10(path string, _ OpenConfig) (train, test Dataset, err error) {
	return OpenCIFAR10(path)
}

func openCIFAR100(path string, c OpenConfig) (train, test Dataset, err error) {
	if c.Coarse {
		return OpenCIFAR100Coarse(path)
	}
	return OpenCIFAR100(path)
}

func openImages(path string, c OpenConfig) (train, test Dataset, err error) {
	return OpenImages(path, c.Images)
}

func errUnrecognised(path string) error {
	return fmt.Errorf("data: %s: is of no known format, expected %s", path, listFormats(func(f format) string { return f.source }))
}

// listFormats returns what word says of every format, as in "a, b, or c".
func listFormats(word func(f format) string) string {
	var words []string
	for _, f := range formats {
		words = append(words, word(f))
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + ", or " + words[last]
}
