package data

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed-312a1f22/dyad/tensor"
)

// OpenCIFAR10 reads the folder of CIFAR-10's binary version
// (cifar-10-batches-bin): data_batch_1.bin to data_batch_5.bin are train and
// test_batch.bin is test. Samples have shape [3 32 32] and values from 0 to 1;
// in memory they take a byte a value, as in their files. The datasets are
// [Labeled] with 10 classes, and [Named] if there is a file batches.meta.txt.
//
// A file may have any number of images. One that is missing, ends within an
// image or has a label out of range is an error that names it.
func OpenCIFAR10(dir string) (train, test Dataset, err error) {
	return cifar{
		train:   []string{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
		test:    []string{"test_batch.bin"},
		names:   "batches.meta.txt",
		labels:  1,
		classes: 10,
	}.open(dir)
}

// OpenCIFAR100 reads the folder of CIFAR-100's binary version
// (cifar-100-binary): train.bin and test.bin, as [OpenCIFAR10] does. The labels
// are the 100 fine ones; their names are in fine_label_names.txt.
func OpenCIFAR100(dir string) (train, test Dataset, err error) {
	return cifar100("fine", 1, 100).open(dir)
}

// OpenCIFAR100Coarse is [OpenCIFAR100] with the 20 coarse labels, whose names
// are in coarse_label_names.txt.
func OpenCIFAR100Coarse(dir string) (train, test Dataset, err error) {
	return cifar100("coarse", 0, 20).open(dir)
}

// cifar100 describes CIFAR-100 with one of its two kinds of label.
func cifar100(kind string, label, classes int) cifar {
	return cifar{
		train:   []string{"train.bin"},
		test:    []string{"test.bin"},
		names:   kind + "_label_names.txt",
		labels:  2,
		label:   label,
		classes: classes,
	}
}

// cifar describes one of the sets. In their format
// (https://www.cs.toronto.edu/~kriz/cifar.html) a file is a number of records
// without a header: one byte for each kind of label, then 32×32 bytes of red,
// as many of green and of blue, each row by row.
type cifar struct {
	train, test []string // the files
	names       string   // the file of the classes' names
	labels      int      // bytes of labels in a record
	label       int      // which of them is the class
	classes     int
}

const cifarPixels = 3 * 32 * 32

func (c cifar) open(dir string) (train, test Dataset, err error) {
	names, err := c.readNames(filepath.Join(dir, c.names))
	if err != nil {
		return nil, nil, err
	}
	if train, err = c.read(dir, c.train, names); err != nil {
		return nil, nil, err
	}
	if test, err = c.read(dir, c.test, names); err != nil {
		return nil, nil, err
	}
	return train, test, nil
}

// read returns the dataset of the records of some files.
func (c cifar) read(dir string, files, names []string) (Dataset, error) {
	var pixels []byte
	var labels []int
	for _, file := range files {
		path := filepath.Join(dir, file)
		f, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("data: %w", err)
		}
		before := len(labels)
		pixels, labels, err = c.parse(f, pixels, labels)
		f.Close()
		switch {
		case err != nil:
			return nil, fmt.Errorf("data: %s: %w", path, err)
		case len(labels) == before:
			return nil, fmt.Errorf("data: %s: is empty, expected one image at least", path)
		}
	}
	set, err := NewBytes(pixels, tensor.MakeShape(3, 32, 32))
	if err != nil {
		return nil, err
	}
	labeled, err := WithLabels(set, labels, c.classes)
	if err != nil || names == nil {
		return labeled, err
	}
	return WithClassNames(labeled, names)
}

// parse appends the records of one file. Its errors lack the file's name.
func (c cifar) parse(f io.Reader, pixels []byte, labels []int) ([]byte, []int, error) {
	record := make([]byte, c.labels+cifarPixels)
	r := bufio.NewReaderSize(f, 1<<16)
	for i := 0; ; i++ {
		n, err := io.ReadFull(r, record)
		switch {
		case err == io.EOF:
			return pixels, labels, nil
		case err == io.ErrUnexpectedEOF:
			return nil, nil, fmt.Errorf("ends after %d bytes of image %d, expected %d", n, i, len(record))
		case err != nil:
			return nil, nil, err
		case int(record[c.label]) >= c.classes:
			return nil, nil, fmt.Errorf("label of image %d is %d, expected 0 to %d", i, record[c.label], c.classes-1)
		}
		labels = append(labels, int(record[c.label]))
		pixels = append(pixels, record[c.labels:]...)
	}
}

// readNames reads the names of the classes, one a line; nil when there is no
// such file.
func (c cifar) readNames(path string) ([]string, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 1<<16))
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", path, err)
	}
	names := slices.DeleteFunc(strings.Split(string(text), "\n"), func(line string) bool {
		return strings.TrimSpace(line) == ""
	})
	if len(names) != c.classes {
		return nil, fmt.Errorf("data: %s: %d names, expected one for each of %d classes", path, len(names), c.classes)
	}
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
	}
	return names, nil
}
