package data

import "fmt"

// Named is a Labeled dataset whose classes have names.
type Named interface {
	Labeled
	// ClassNames returns the name of every class, Classes() of them. The slice
	// must not be changed.
	ClassNames() []string
}

// ClassNames returns the name of every class of ds, or nil when ds is not [Named].
func ClassNames(ds Dataset) []string {
	if n, ok := ds.(Named); ok {
		return n.ClassNames()
	}
	return nil
}

// WithClassNames returns ds with names for its classes, in place of any that it
// had. The slice is kept, not copied. It is an error when the numbers of names
// and classes differ.
func WithClassNames(ds Labeled, names []string) (Named, error) {
	if len(names) != ds.Classes() {
		return nil, fmt.Errorf("data: %d names for %d classes, expected one for each", len(names), ds.Classes())
	}
	return named{ds, names}, nil
}

type named struct {
	Labeled
	names []string
}

func (n named) ClassNames() []string { return n.names }
