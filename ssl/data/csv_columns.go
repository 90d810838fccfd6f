package data

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// csvColumns says what the columns of a table are.
type csvColumns struct {
	names    []string // nil without a header
	width    int
	features []int
	label    int // −1 for none
	scale    bool
}

// labelColumns are the names that a column of classes is looked for by.
var labelColumns = []string{"label", "labels", "class", "target", "y"}

// newCSVColumns returns the columns of a table whose first row is given.
func newCSVColumns(first []string, header bool, cfg CSVConfig) (csvColumns, error) {
	c := csvColumns{width: len(first), label: -1, scale: cfg.Scale}
	if header {
		c.names = make([]string, len(first))
		for i, name := range first {
			c.names[i] = strings.TrimSpace(name)
		}
	}
	var err error
	switch {
	case cfg.Unlabeled:
	case cfg.Label != "":
		if c.label, err = c.find("Label", cfg.Label); err != nil {
			return c, err
		}
	default:
		for _, name := range labelColumns {
			is := func(s string) bool { return strings.EqualFold(s, name) }
			if c.label = slices.IndexFunc(c.names, is); c.label >= 0 {
				break
			}
		}
	}
	ignored := make([]bool, c.width)
	for _, name := range cfg.Ignore {
		i, err := c.find("Ignore", name)
		if err != nil {
			return c, err
		}
		ignored[i] = true
	}
	for i := range c.width {
		if i != c.label && !ignored[i] {
			c.features = append(c.features, i)
		}
	}
	if len(c.features) == 0 {
		return c, fmt.Errorf("none of the %d columns is left for features, expected one at least", c.width)
	}
	return c, nil
}

// find returns the column that a field of the configuration names.
func (c *csvColumns) find(field, name string) (int, error) {
	if i := slices.Index(c.names, name); i >= 0 {
		return i, nil
	}
	switch n, err := strconv.Atoi(name); {
	case err == nil && 1 <= n && n <= c.width:
		return n - 1, nil
	case err == nil && -c.width <= n && n <= -1:
		return c.width + n, nil
	}
	expected := fmt.Sprintf("a number from 1 to %d, or −1 to −%d from the end", c.width, c.width)
	if c.names != nil {
		expected = fmt.Sprintf("a name of the header, such as %.40q, or %s", c.names[0], expected)
	}
	return 0, fmt.Errorf("%s is %.40q, expected %s", field, name, expected)
}

// describe names a column in an error.
func (c *csvColumns) describe(i int) string {
	if c.names == nil {
		return fmt.Sprintf("column %d", i+1)
	}
	return fmt.Sprintf("column %d (%.40q)", i+1, c.names[i])
}

// parse writes the features of a row to dst. It calls wrong for each cell that
// is not a finite number.
func (c *csvColumns) parse(dst []float32, cells []string, wrong func(column int)) {
	for k, i := range c.features {
		v, ok := parseNumber(cells[i])
		if !ok {
			wrong(i)
		}
		if c.scale {
			v /= 255
		}
		dst[k] = v
	}
}

// parseNumber returns the float32 nearest to a cell's number. ok is false unless
// it is a finite one.
func parseNumber(cell string) (v float32, ok bool) {
	v64, err := strconv.ParseFloat(strings.TrimSpace(cell), 32)
	return float32(v64), err == nil && !math.IsNaN(v64) && !math.IsInf(v64, 0)
}

// isMissing reports whether a cell says that there is no value.
func isMissing(cell string) bool {
	switch strings.ToLower(strings.TrimSpace(cell)) {
	case "", "na", "n/a", "nan", "null", "none", "?":
		return true
	}
	return false
}

// isHeader reports whether the first of two rows has a word above a number.
func isHeader(first, second []string) bool {
	for i := range min(len(first), len(second)) {
		if _, below := parseNumber(second[i]); below && isWord(first[i]) {
			return true
		}
	}
	return false
}

// isWord reports whether a cell is neither missing nor a number, not even a
// misspelt or an infinite one.
func isWord(cell string) bool {
	cell = strings.TrimSpace(cell)
	_, err := strconv.ParseFloat(cell, 32)
	return errors.Is(err, strconv.ErrSyntax) && !isMissing(cell) && !strings.ContainsAny(cell[:1], "0123456789+-.,")
}

// detectComma returns the separator of the cells of a text that begins like
// start: the first of tab, semicolon, bar and comma that is in each of the first
// rows as often, or else in the first row the most often. The comma comes last,
// as it may be a decimal point's.
func detectComma(start []byte) rune {
	const candidates = "\t;|,"
	const most = 10 // rows
	var counts [][len(candidates)]int
	var row [len(candidates)]int
	quoted, empty := false, true
	for _, b := range start {
		switch {
		case b == '"':
			quoted, empty = !quoted, false
		case quoted:
		case b == '\n':
			if !empty {
				counts = append(counts, row)
			}
			row, empty = [len(candidates)]int{}, true
		default:
			if i := bytes.IndexByte([]byte(candidates), b); i >= 0 {
				row[i]++
			}
			empty = empty && b == '\r'
		}
		if len(counts) == most {
			break
		}
	}
	if len(counts) == 0 {
		counts = append(counts, row) // one row, with no end in sight
	}
	best := len(candidates) - 1
	for i := range candidates {
		even := counts[0][i] > 0
		for _, c := range counts {
			even = even && c[i] == counts[0][i]
		}
		if even {
			return rune(candidates[i])
		}
		if counts[0][i] > counts[0][best] {
			best = i
		}
	}
	return rune(candidates[best])
}
