package data

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// OpenMNIST reads a folder of files that are named as MNIST's are:
// train-images-idx3-ubyte, train-labels-idx1-ubyte, and the same with t10k for
// train; also with a dot before idx, and with .gz behind. [OpenIDX] says what is
// in them.
//
// If both sets are there, they are train and test. If one is, its first 80 % by
// order are train and the rest is test. The datasets are [Labeled] if there is
// a file of labels for each file of images.
func OpenMNIST(dir string) (train, test Dataset, err error) {
	train, test, err = readMNIST(dir)
	if err != nil || test != nil {
		return train, test, err
	}
	all := train
	if train, test, err = Split(all, 0.8); err != nil {
		return nil, nil, fmt.Errorf("data: %s: %d images are too few to split into train and test", dir, all.Len())
	}
	return train, test, nil
}

// readMNIST is OpenMNIST that returns a set that is there alone as train, and
// nil as test.
func readMNIST(dir string) (train, test Dataset, err error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, nil, fmt.Errorf("data: %w", err)
	}
	var sets []mnistSet
	for _, name := range []string{"train", "t10k"} {
		images, err := findIDX(dir, name+"-images", "idx3-ubyte")
		if err != nil {
			return nil, nil, err
		}
		if images == "" {
			continue
		}
		labels, err := findIDX(dir, name+"-labels", "idx1-ubyte")
		if err != nil {
			return nil, nil, err
		}
		s := mnistSet{path: images}
		if s.Dataset, s.labels, err = readIDXPair(images, labels); err != nil {
			return nil, nil, err
		}
		sets = append(sets, s)
	}

	switch len(sets) {
	case 0:
		return nil, nil, fmt.Errorf("data: %s: no images of MNIST, expected train-images-idx3-ubyte or t10k-images-idx3-ubyte, plain or with .gz", dir)
	case 1:
		train, err = sets[0].with(classCount(sets[0].labels))
		return train, nil, err
	}

	if a, b := sets[0], sets[1]; a.Shape() != b.Shape() {
		return nil, nil, fmt.Errorf("data: %s: images of shape %v, expected %v as in %s", b.path, b.Shape(), a.Shape(), a.path)
	}
	classes := max(classCount(sets[0].labels), classCount(sets[1].labels))
	if train, err = sets[0].with(classes); err != nil {
		return nil, nil, err
	}
	test, err = sets[1].with(classes)
	return train, test, err
}

// mnistSet is the content of one pair of files.
type mnistSet struct {
	Dataset
	path   string
	labels []int // nil without a file of labels
}

func (s mnistSet) with(classes int) (Dataset, error) {
	if s.labels == nil {
		return s.Dataset, nil
	}
	return WithLabels(s.Dataset, s.labels, classes)
}

// findIDX returns the path of the first spelling of a file's name that exists
// in dir, or "".
func findIDX(dir, name, suffix string) (string, error) {
	return findFile(dir, name+"-"+suffix, name+"."+suffix)
}

// findFile returns the path of the first of the named files that exists in
// dir, plain or with .gz behind, or "".
func findFile(dir string, names ...string) (string, error) {
	for _, name := range names {
		for _, ext := range []string{"", ".gz"} {
			path := filepath.Join(dir, name+ext)
			_, err := os.Stat(path)
			switch {
			case err == nil:
				return path, nil
			case !errors.Is(err, fs.ErrNotExist):
				return "", fmt.Errorf("data: %w", err)
			}
		}
	}
	return "", nil
}

// openIDXFile opens one file of images, with labels if there is a file beside
// it that is named as MNIST's would be.
func openIDXFile(path string) (Dataset, error) {
	dir, name := filepath.Split(path)
	name = strings.TrimSuffix(name, ".gz")
	labels := strings.NewReplacer("images", "labels", "idx3", "idx1").Replace(name)
	if labels == name {
		return OpenIDX(path, "")
	}
	labelsPath, err := findFile(dir, labels)
	if err != nil {
		return nil, err
	}
	return OpenIDX(path, labelsPath)
}
