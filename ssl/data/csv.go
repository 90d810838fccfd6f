package data

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Header says whether the first row of a table holds the names of its columns.
type Header int

const (
	HeaderAuto    Header = iota // it does if a cell that does not even begin like a number stands above one
	HeaderPresent               // it does
	HeaderAbsent                // it is a sample
)

// CSVConfig says how [OpenCSV] reads a table. The zero value suits most.
//
// Label and Ignore name columns as the header does, or by their number: 1 is
// the first column and −1 the last one.
type CSVConfig struct {
	Comma     rune         // between cells; 0 detects it
	Header    Header       // whether there are names of columns
	Label     string       // the column of classes; "" looks for one that is called so
	Classes   []string     // the names of the classes in order, such as those of a training set; nil takes them from the file
	Unlabeled bool         // take no column as classes
	Ignore    []string     // columns that are no features
	Shape     tensor.Shape // of a sample, whose elements the columns are in order; the zero Shape is that of a vector
	Scale     bool         // divide by 255, as pixels need
	Stream    bool         // keep the table in its file and read rows when they are asked for
}

// streamSize is the size of a file in bytes above which it is always streamed.
const streamSize = 512 << 20

// OpenCSV opens a table of numbers in a text file, plain or compressed by gzip
// (its content decides, not its name): a row is a sample and a column a feature.
//
// Cells are separated by commas, semicolons, tabs or bars, whichever the first
// rows have in equal numbers, and may be quoted as RFC 4180 has it. Spaces
// around a cell, blank rows and a byte order mark do not count.
//
// The column of classes is the one that is called label, labels, class, target
// or y, in this order and whatever the case, unless the configuration says
// otherwise. Whole numbers from 0 to 65535 are classes as they are; any other
// words are sorted, numbers by value, and the first is class 0. The result is
// [Named] if there is such a column, after what the file calls the classes.
//
// Each other cell must be a number that is finite as a float32. What is missing
// (nothing, NA, N/A, NaN, null, none or ?), infinite or no number, and each row
// with too few or too many cells, is an error, which names the lines and columns
// of the first few. Nothing is imputed.
//
// Values are held in memory at four bytes each. With Stream, or when the file
// is larger than 512 MiB, 8 bytes are held for each row instead, and 8 for its
// class; rows are then read from the file and parsed again each time, which
// makes an epoch of views of 28×28 pixels about three times as long. The file
// stays open as long as the dataset is in use, and must not be changed. A
// compressed file cannot be streamed.
func OpenCSV(path string, cfg CSVConfig) (Dataset, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	ds, streaming, err := openCSV(path, f, cfg)
	if err != nil || !streaming {
		f.Close()
	}
	return ds, err
}

// openCSV reads a table. The file may be closed unless streaming is true.
func openCSV(path string, f *os.File, cfg CSVConfig) (ds Dataset, streaming bool, err error) {
	fail := func(err error) (Dataset, bool, error) {
		return nil, false, fmt.Errorf("data: %s: %w", path, err)
	}
	if c := cfg.Comma; c != 0 && (c == '"' || c == '\r' || c == '\n' || c == utf8.RuneError || !utf8.ValidRune(c)) {
		return fail(fmt.Errorf("separator Comma is %q, which cannot separate cells", c))
	}
	if cfg.Header < HeaderAuto || cfg.Header > HeaderAbsent {
		return fail(fmt.Errorf("Header is %d, expected HeaderAuto, HeaderPresent or HeaderAbsent", cfg.Header))
	}
	info, err := f.Stat()
	if err != nil {
		return nil, false, fmt.Errorf("data: %w", err)
	}
	r, err := decompress(f)
	if err != nil {
		return fail(err)
	}
	_, packed := r.(*boundedReader)
	seekable := info.Mode().IsRegular() && !packed
	if cfg.Stream && !seekable {
		return fail(fmt.Errorf("can be read from its start only, expected a file that is not compressed to Stream from"))
	}
	streaming = seekable && (cfg.Stream || info.Size() > streamSize)

	// What is peeked at decides on the separator, and all of it stays to be read.
	buffered := bufio.NewReaderSize(r, 64<<10)
	start, err := buffered.Peek(buffered.Size())
	if err != nil && err != io.EOF {
		return fail(err)
	}
	mark := 0
	if bytes.HasPrefix(start, []byte("\ufeff")) {
		mark, _ = buffered.Discard(len("\ufeff"))
	}
	if cfg.Comma == 0 {
		cfg.Comma = detectComma(start[mark:])
	}
	t, err := scanCSV(newCSVReader(buffered, cfg.Comma), int64(mark), cfg, streaming)
	if err != nil {
		return fail(err)
	}

	shape := cfg.Shape
	if shape.Rank() == 0 {
		shape = tensor.MakeShape(len(t.columns.features))
	}
	if shape.Size() != len(t.columns.features) {
		return fail(fmt.Errorf("%d columns of features, expected %d for samples of shape %v", len(t.columns.features), shape.Size(), shape))
	}
	if err := checkStorage(shape.Size(), shape); err != nil {
		return nil, false, err
	}
	ds = &Memory{t.values, shape, shape.Size()}
	if streaming {
		ds = newCSVStream(path, f, t, shape, cfg.Comma)
	}
	if t.columns.label < 0 {
		return ds, streaming, nil
	}
	labels, names, err := t.labels.classes(cfg.Classes)
	if err != nil {
		return fail(err)
	}
	l, err := WithLabels(ds, labels, len(names))
	if err != nil {
		return fail(err)
	}
	named, err := WithClassNames(l, names)
	return named, streaming, err
}
