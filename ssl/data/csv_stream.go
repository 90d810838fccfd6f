package data

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"github.com/seed-312a1f22/dyad/tensor"
)

// csvStream is a table that stays in its file.
type csvStream struct {
	name    string // of the file
	file    io.ReaderAt
	offsets []int64 // as in csvTable
	columns csvColumns
	shape   tensor.Shape
	readers freeList[*csvRowReader]
}

// csvRowReader parses one row after the other, each from a buffer of its own.
// Every row is consumed to its end, so that nothing of it is left in the parser.
type csvRowReader struct {
	raw    []byte
	source bytes.Reader // of raw
	csv    *csv.Reader  // of source
}

func newCSVStream(name string, file io.ReaderAt, t *csvTable, shape tensor.Shape, comma rune) *csvStream {
	return &csvStream{
		name: name, file: file, offsets: t.offsets, columns: t.columns, shape: shape,
		readers: freeList[*csvRowReader]{make: func() *csvRowReader {
			r := new(csvRowReader)
			r.csv = newCSVReader(&r.source, comma)
			return r
		}},
	}
}

// Len returns the number of samples.
func (s *csvStream) Len() int { return len(s.offsets) - 1 }

// Shape returns the shape of one sample.
func (s *csvStream) Shape() tensor.Shape { return s.shape }

// errCSVChanged is what a row that was in order is found not to be any more.
var errCSVChanged = errors.New("the file has changed since it was opened")

// Sample reads sample i into dst.
func (s *csvStream) Sample(dst []float32, i int) error {
	r := s.readers.get()
	size := int(s.offsets[i+1] - s.offsets[i])
	if cap(r.raw) < size {
		r.raw = make([]byte, size)
	}
	raw := r.raw[:size]
	if n, err := s.file.ReadAt(raw, s.offsets[i]); n < size {
		return fmt.Errorf("%s: cannot be read: %w", s.name, err)
	}
	r.source.Reset(raw)
	cells, err := r.csv.Read()
	if err != nil || len(cells) != s.columns.width || r.source.Len() > 0 {
		return fmt.Errorf("%s: %w", s.name, errCSVChanged)
	}
	s.columns.parse(dst[:len(s.columns.features)], cells, func(int) { err = errCSVChanged })
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	s.readers.put(r)
	return nil
}
