package data

import (
	"archive/zip"
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// NPZConfig says what [OpenNPZ] takes from an archive. The zero value looks for
// the usual names.
type NPZConfig struct {
	Data, Labels         string // names of the arrays to train with; "" looks for them
	TestData, TestLabels string // names of the arrays to test with; "" looks for them
	Unlabeled            bool   // take no labels
	Layout               Layout // which axis is what, as in NPYConfig
	Scale                bool   // divide by 255 also what is not uint8, as in NPYConfig
}

// The names that are looked for, in this order. A split archive has one of them
// with _train or _test behind it, or with train_ or test_ before it.
var (
	npzData   = []string{"x", "X", "data", "images", "image", "features", "arr_0"}
	npzLabels = []string{"y", "Y", "labels", "label", "targets", "target"}
)

// OpenNPZ opens an archive of arrays as numpy.savez and savez_compressed write
// it. If it is split into train and test, as Keras' mnist.npz is, both are
// returned; otherwise test is nil. [OpenNPY] says what may be in an array and
// what becomes of it; the datasets are [Labeled] if there are labels for them.
//
// An array that the configuration does not name is looked for by name. The data
// is called x, X, data, images, image, features, or arr_0 (which savez gives to
// an array without a name); failing these, it is the only array there is. The
// labels are called y, Y, labels, label, targets or target, or arr_1 if the
// data is arr_0 and arr_1 has one axis. In a split archive these have _train and
// _test behind them, as in x_train, or train_ and test_ before them, as in
// train_images.
//
// Arrays that are stored without compression are read from the file sample by
// sample, after their checksums have been verified; the file stays open as long
// as a dataset is in use. Compressed arrays are held in memory, which is taken
// as bytes arrive, never on the word of a header; one that expands beyond all
// measure is refused.
func OpenNPZ(path string, cfg NPZConfig) (train, test Dataset, err error) {
	f, size, err := openSized(path)
	if err != nil {
		return nil, nil, err
	}
	if train, test, err = openNPZ(path, f, size, cfg); err != nil {
		f.Close()
		return nil, nil, err
	}
	return train, test, nil
}

func openNPZ(path string, f *os.File, size int64, cfg NPZConfig) (train, test Dataset, err error) {
	r, err := zip.NewReader(f, size)
	if err != nil {
		return nil, nil, fmt.Errorf("data: %s: %w", path, err)
	}
	z := &npzArchive{path, f, size, map[string]*zip.File{}}
	for _, entry := range r.File {
		if name, ok := strings.CutSuffix(entry.Name, ".npy"); ok && z.arrays[name] == nil {
			z.arrays[name] = entry
		}
	}
	if cfg, err = z.resolve(cfg); err != nil {
		return nil, nil, err
	}

	var trainLabels, testLabels []int
	if train, trainLabels, err = z.read(cfg.Data, cfg.Labels, cfg); err != nil {
		return nil, nil, err
	}
	classes := classCount(trainLabels)
	if cfg.TestData != "" {
		if test, testLabels, err = z.read(cfg.TestData, cfg.TestLabels, cfg); err != nil {
			return nil, nil, err
		}
		if test.Shape() != train.Shape() {
			return nil, nil, fmt.Errorf("data: %s: samples of %.40q have shape %v, expected %v as in %.40q", path, cfg.TestData, test.Shape(), train.Shape(), cfg.Data)
		}
		classes = max(classes, classCount(testLabels))
	}
	if trainLabels != nil {
		if train, err = WithLabels(train, trainLabels, classes); err != nil {
			return nil, nil, err
		}
	}
	if testLabels != nil {
		if test, err = WithLabels(test, testLabels, classes); err != nil {
			return nil, nil, err
		}
	}
	return train, test, nil
}

// npzArchive is an open archive.
type npzArchive struct {
	path   string
	file   *os.File
	size   int64
	arrays map[string]*zip.File // by name
}

// resolve returns cfg with the names of the arrays to read, "" where there is none.
func (z *npzArchive) resolve(cfg NPZConfig) (NPZConfig, error) {
	for _, name := range []string{cfg.Data, cfg.Labels, cfg.TestData, cfg.TestLabels} {
		if name != "" && z.arrays[name] == nil {
			return cfg, fmt.Errorf("data: %s: no array %.40q, found %s", z.path, name, z.found())
		}
	}
	if cfg.Data == "" {
		cfg.Data = cmp.Or(z.find(npzData, "train"), z.find(npzData, ""))
	}
	if cfg.Data == "" && len(z.arrays) == 1 {
		for name := range z.arrays {
			cfg.Data = name
		}
	}
	if cfg.Data == "" {
		return cfg, fmt.Errorf("data: %s: no array called %s, found %s", z.path, strings.Join(npzData, ", "), z.found())
	}
	if cfg.TestData == "" && splitOf(cfg.Data) == "train" {
		cfg.TestData = z.find(npzData, "test")
	}
	if cfg.Unlabeled {
		cfg.Labels, cfg.TestLabels = "", ""
		return cfg, nil
	}
	if cfg.Labels == "" {
		cfg.Labels = z.find(npzLabels, splitOf(cfg.Data))
	}
	if second := z.arrays["arr_1"]; cfg.Labels == "" && cfg.Data == "arr_0" && second != nil && hasOneAxis(second) {
		cfg.Labels = "arr_1"
	}
	if cfg.TestLabels == "" && splitOf(cfg.TestData) == "test" {
		cfg.TestLabels = z.find(npzLabels, "test")
	}
	return cfg, nil
}

// find returns the first of the names that is there, or "". A split, train or
// test, is behind the name or before it.
func (z *npzArchive) find(names []string, split string) string {
	for _, name := range names {
		spellings := []string{name}
		if split != "" {
			spellings = []string{name + "_" + split, split + "_" + name}
		}
		for _, s := range spellings {
			if z.arrays[s] != nil {
				return s
			}
		}
	}
	return ""
}

// splitOf returns which part of a split an array's name says it is.
func splitOf(name string) string {
	for _, split := range []string{"train", "test"} {
		if strings.HasSuffix(name, "_"+split) || strings.HasPrefix(name, split+"_") {
			return split
		}
	}
	return ""
}

// hasOneAxis reports whether an entry is an array with one axis.
func hasOneAxis(entry *zip.File) bool {
	r, err := entry.Open()
	if err != nil {
		return false
	}
	defer r.Close()
	h, _, err := readNPYHeader(r)
	return err == nil && len(h.dims) == 1
}

// found returns the names of the arrays that are there.
func (z *npzArchive) found() string {
	if len(z.arrays) == 0 {
		return "no arrays"
	}
	const most = 10
	var b strings.Builder
	for i, name := range slices.Sorted(maps.Keys(z.arrays)) {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(z.arrays)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%.40q", name)
	}
	return b.String()
}

// read returns the dataset of one array, and the labels in another unless its
// name is "", in which case labels is nil.
func (z *npzArchive) read(data, labels string, cfg NPZConfig) (ds Dataset, classes []int, err error) {
	a, err := z.array(data)
	if err != nil {
		return nil, nil, fmt.Errorf("data: %s: array %.40q: %w", z.path, data, err)
	}
	if ds, err = newNPYDataset(fmt.Sprintf("%s: array %.40q", z.path, data), a, cfg.Layout, cfg.Scale); err != nil || labels == "" {
		return ds, nil, err
	}
	if a, err = z.array(labels); err == nil {
		classes, err = a.labels(ds.Len())
	}
	if err != nil {
		return nil, nil, fmt.Errorf("data: %s: array %.40q: %w", z.path, labels, err)
	}
	return ds, classes, nil
}

// array opens an array of the archive, verifying its checksum.
func (z *npzArchive) array(name string) (npyArray, error) {
	entry := z.arrays[name]
	r, err := entry.Open()
	if err != nil {
		return npyArray{}, err
	}
	defer r.Close()
	if entry.Method != zip.Store {
		// The archive's size is what can have gone in, whatever it says of the entry's.
		return readNPYArray(&boundedReader{r: r, in: &countingReader{n: z.size}})
	}
	size, err := io.Copy(io.Discard, r)
	if err != nil {
		return npyArray{}, err
	}
	offset, err := entry.DataOffset()
	if err != nil {
		return npyArray{}, err
	}
	return openNPYArray(io.NewSectionReader(z.file, offset, size), size)
}
