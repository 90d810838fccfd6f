package data

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"github.com/seed-312a1f22/dyad/tensor"
)

// WriteCSV writes features [n, …], those of each example in one row, as a table
// that [OpenCSV] reads: below a header of f0, f1, … the shortest decimals that
// round to the same float32s. Labels, unless nil, are a last column "label", in
// numbers or, unless classes is nil, in the names of the classes. It is an error
// when the features have no axis of examples, when the numbers of labels and
// examples differ, or when a label has no name.
func WriteCSV(w io.Writer, features *tensor.Tensor, labels []int, classes []string) error {
	if features.Rank() < 2 || features.Size() == 0 {
		return fmt.Errorf("data: WriteCSV: features of shape %v, expected [examples features], one of each at least", features.Shape())
	}
	n, columns := features.Dim(0), features.Size()/features.Dim(0)
	if labels != nil && len(labels) != n {
		return fmt.Errorf("data: WriteCSV: %d labels for %d rows of features, expected one for each", len(labels), n)
	}
	out := bufio.NewWriter(w)
	table := csv.NewWriter(out)
	row := make([]string, columns, columns+1)
	for j := range row {
		row[j] = "f" + strconv.Itoa(j)
	}
	if labels != nil {
		row = append(row, "label")
	}
	// The writer keeps the first error.
	table.Write(row)
	for i := range n {
		for j, v := range features.Row(i) {
			row[j] = strconv.FormatFloat(float64(v), 'g', -1, 32)
		}
		if labels != nil {
			switch label := labels[i]; {
			case label < 0:
				return fmt.Errorf("data: WriteCSV: label %d is %d, expected 0 or more", i, label)
			case classes == nil:
				row[columns] = strconv.Itoa(label)
			case label < len(classes):
				row[columns] = classes[label]
			default:
				return fmt.Errorf("data: WriteCSV: label %d is %d, expected 0 to %d (of %d classes)", i, label, len(classes)-1, len(classes))
			}
		}
		table.Write(row)
	}
	table.Flush()
	if err := table.Error(); err != nil {
		return fmt.Errorf("data: WriteCSV: %w", err)
	}
	return nil
}
