package data

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// csvLabels are the classes of the rows of a table.
type csvLabels struct {
	names []string       // the classes in the order in which they were met
	index map[string]int // into names, also by other spellings of numbers
	rows  []int          // of each row, an index into names
}

// add appends the class of a row.
func (l *csvLabels) add(cell string) {
	i, ok := l.index[cell]
	if !ok {
		name := className(cell)
		if i, ok = l.index[name]; !ok {
			i = len(l.names)
			l.names = append(l.names, name)
			l.index[name] = i
		}
		l.index[strings.Clone(cell)] = i
	}
	l.rows = append(l.rows, i)
}

// className returns a cell's class: a whole number without a decimal point,
// which some programs write, and anything else as it is.
func className(cell string) string {
	if v, err := strconv.ParseFloat(cell, 64); err == nil && v == math.Trunc(v) && math.Abs(v) < 1<<53 {
		return strconv.FormatInt(int64(v), 10)
	}
	return strings.Clone(cell) // not to keep the row it is part of
}

// classes returns the class of each row and the names of the classes, which are
// those that are known if there are any.
func (l *csvLabels) classes(known []string) (labels []int, names []string, err error) {
	to, names, err := l.number(known)
	if err != nil {
		return nil, nil, err
	}
	labels = make([]int, len(l.rows))
	for row, i := range l.rows {
		labels[row] = to[i]
	}
	return labels, names, nil
}

// number returns the number of each class, in the order in which they were met,
// and the names in order of their numbers.
func (l *csvLabels) number(known []string) (to []int, names []string, err error) {
	to = make([]int, len(l.names))
	if known != nil {
		for i, name := range l.names {
			if to[i] = slices.Index(known, name); to[i] < 0 {
				return nil, nil, fmt.Errorf("class %.40q, expected one of the %d in Classes", name, len(known))
			}
		}
		return to, known, nil
	}

	values := make([]float64, len(l.names))
	numbers, whole := true, true
	for i, name := range l.names {
		v, err := strconv.ParseFloat(name, 64)
		values[i] = v
		numbers = numbers && err == nil && !math.IsNaN(v)
		whole = whole && numbers && v >= 0 && v <= maxLabel && v == math.Trunc(v)
	}
	if whole {
		for i, v := range values {
			to[i] = int(v)
		}
		for class := range classCount(to) {
			names = append(names, strconv.Itoa(class))
		}
		return to, names, nil
	}
	if len(l.names) > maxLabel+1 {
		return nil, nil, fmt.Errorf("%d classes, expected %d at most", len(l.names), maxLabel+1)
	}
	order := make([]int, len(l.names))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if numbers {
			return cmp.Compare(values[a], values[b])
		}
		return strings.Compare(l.names[a], l.names[b])
	})
	names = make([]string, len(order))
	for class, i := range order {
		to[i], names[class] = class, l.names[i]
	}
	return to, names, nil
}
