package data

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
)

// csvTable is what a file holds.
type csvTable struct {
	columns csvColumns
	values  []float32 // the features row by row; none when streaming
	offsets []int64   // where each row begins, and where the last one ends; nil unless streaming
	labels  csvLabels
	faults  csvFaults
}

// csvRow is one row.
type csvRow struct {
	cells  []string
	line   int   // counted from 1
	offset int64 // of a place before it, behind the row before
}

func newCSVReader(r io.Reader, comma rune) *csv.Reader {
	c := csv.NewReader(r)
	c.Comma = comma
	c.FieldsPerRecord = -1 // the rows that differ are reported together
	c.ReuseRecord = true
	return c
}

// scanCSV reads a table to its end. Its first byte is at offset base of the file.
func scanCSV(r *csv.Reader, base int64, cfg CSVConfig, streaming bool) (*csvTable, error) {
	next := func() (row csvRow, err error) {
		row.offset = base + r.InputOffset()
		if row.cells, err = r.Read(); err == nil {
			row.line, _ = r.FieldPos(0)
		}
		return row, err
	}
	first, err := next()
	if err == io.EOF {
		return nil, fmt.Errorf("no rows, expected one at least")
	}
	if err != nil {
		return nil, err
	}
	first.cells = slices.Clone(first.cells) // the reader uses them again
	row, err := next()

	t := &csvTable{labels: csvLabels{index: map[string]int{}}}
	header := cfg.Header == HeaderPresent || cfg.Header == HeaderAuto && isHeader(first.cells, row.cells)
	var columnsErr error
	if t.columns, columnsErr = newCSVColumns(first.cells, header, cfg); columnsErr != nil {
		return nil, columnsErr
	}
	rows := 0
	sample := make([]float32, len(t.columns.features))
	add := func(row csvRow) {
		t.read(sample, row)
		rows++
		if streaming {
			t.offsets = append(t.offsets, row.offset)
		} else {
			t.values = append(t.values, sample...)
		}
	}
	if !header {
		add(first)
	}
	for ; err == nil; row, err = next() {
		add(row)
	}
	if err != io.EOF {
		return nil, err
	}
	if rows == 0 {
		return nil, fmt.Errorf("no rows below the header, expected one at least")
	}
	if streaming {
		t.offsets = append(t.offsets, base+r.InputOffset())
	}
	return t, t.faults.err()
}

// read reads one row: its features to sample, and its class.
func (t *csvTable) read(sample []float32, row csvRow) {
	c := &t.columns
	if len(row.cells) != c.width {
		t.faults.add(func() string {
			return fmt.Sprintf("line %d has %d cells, expected %d", row.line, len(row.cells), c.width)
		})
		return
	}
	c.parse(sample, row.cells, func(i int) {
		t.faults.add(func() string {
			if isMissing(row.cells[i]) {
				return fmt.Sprintf("line %d, %s is missing", row.line, c.describe(i))
			}
			return fmt.Sprintf("line %d, %s is %.40q, expected a finite number", row.line, c.describe(i), row.cells[i])
		})
	})
	if c.label < 0 {
		return
	}
	if isMissing(row.cells[c.label]) {
		t.faults.add(func() string { return fmt.Sprintf("line %d, %s is missing", row.line, c.describe(c.label)) })
		return
	}
	t.labels.add(strings.TrimSpace(row.cells[c.label]))
}

// csvFaults are the places where a table is not as it should be.
type csvFaults struct {
	first []string // a few, in words
	count int
}

func (f *csvFaults) add(place func() string) {
	const few = 5
	if f.count++; f.count <= few {
		f.first = append(f.first, place())
	}
}

// err returns all in one sentence, or nil if there are none.
func (f *csvFaults) err() error {
	text := strings.Join(f.first, "; ")
	if more := f.count - len(f.first); more > 0 {
		text = fmt.Sprintf("%s; and %d more", text, more)
	}
	if text == "" {
		return nil
	}
	return fmt.Errorf("%s", text)
}
