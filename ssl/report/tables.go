package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// comparison is the table of features as it is shown.
type comparison struct {
	Words   string
	Columns []string
	Rows    []comparisonRow
	Note    string
}

type comparisonRow struct {
	Name       string
	Best       bool // in the first column, of those learned without labels
	Supervised bool
	Cells      []cell
}

type cell struct {
	Text string
	Best bool // in its column, of those learned without labels
}

// compare returns the table with its best rows marked.
func (t *Table) compare() comparison {
	c := comparison{t.words(), t.Columns, nil, t.Note}
	for _, r := range t.Rows {
		row := comparisonRow{Name: r.name(), Supervised: r.Kind == Supervised}
		for i, column := range t.Columns {
			s, ok := r.Scores[column]
			if !ok {
				row.Cells = append(row.Cells, cell{Text: "–"})
				continue
			}
			value := percent(float64(s.Mean))
			if s.Std > 0 {
				value += fmt.Sprintf(" ± %.1f", 100*float64(s.Std))
			}
			best := r.Kind != Supervised && s.Mean >= t.best(column)
			row.Cells = append(row.Cells, cell{value, best})
			row.Best = row.Best || best && i == 0
		}
		c.Rows = append(c.Rows, row)
	}
	return c
}

// best returns the highest score of a column among features that no label
// helped to learn.
func (t *Table) best(column string) Number {
	best := Number(-1)
	for _, r := range t.Rows {
		if s, ok := r.Scores[column]; ok && r.Kind != Supervised && s.Mean > best {
			best = s.Mean
		}
	}
	return best
}

// fields returns the fields of a JSON object in their order, those of objects
// within it by dotted names.
func fields(prefix string, object json.RawMessage) ([]Field, error) {
	object = bytes.TrimSpace(object)
	if len(object) == 0 || prefix == "" && string(object) == "null" {
		return nil, nil
	}
	if object[0] != '{' {
		return []Field{{prefix, plain(object)}}, nil
	}
	d := json.NewDecoder(bytes.NewReader(object))
	if _, err := d.Token(); err != nil { // the brace
		return nil, fmt.Errorf("report: Run.Config: %w", err)
	}
	var list []Field
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("report: Run.Config: %w", err)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, fmt.Errorf("report: Run.Config: %w", err)
		}
		inner, err := fields(strings.TrimPrefix(prefix+"."+name.(string), "."), value)
		if err != nil {
			return nil, err
		}
		list = append(list, inner...)
	}
	return list, nil
}

// plain writes a JSON value as a person would: strings without quotes, the
// elements of a list behind commas.
func plain(value json.RawMessage) string {
	var s *string // nil for null
	if json.Unmarshal(value, &s) == nil && s != nil {
		return *s
	}
	var list []json.RawMessage
	if json.Unmarshal(value, &list) != nil || list == nil {
		return string(value)
	}
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = plain(v)
	}
	return strings.Join(words, ", ")
}
