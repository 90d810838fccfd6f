package nn

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-312a1f22/dyad/tensor"
)

// LoadConfig says how LoadState takes values. The zero value takes all or nothing.
type LoadConfig struct {
	// Lenient takes what fits and leaves the rest of the network as it is.
	Lenient bool

	// Prefix, if it is not empty, selects the values whose names start with it, and
	// takes it off: "module.encoder." finds the encoder in the checkpoint of a
	// larger network.
	Prefix string
}

// Differences lists by name what does not agree between a network and values
// for it.
type Differences struct {
	Missing    []string   // the network has them, the values do not; in its order
	Unexpected []string   // the values have them, the network does not; sorted
	Misshaped  []Misshape // both have them, in different shapes; in the network's order
}

// Misshape is a tensor whose shape differs between a network and values for it.
type Misshape struct {
	Name      string
	Got, Want tensor.Shape // of the values and of the network
}

// Empty reports whether there are no differences.
func (d Differences) Empty() bool {
	return len(d.Missing)+len(d.Unexpected)+len(d.Misshaped) == 0
}

// String lists the differences in one line, such as
// `"0.bias" is missing; "1.weight" has shape [3] instead of [4]`.
func (d Differences) String() string {
	var all []string
	for _, name := range d.Missing {
		all = append(all, fmt.Sprintf("%q is missing", name))
	}
	for _, name := range d.Unexpected {
		all = append(all, fmt.Sprintf("%q is unexpected", name))
	}
	for _, m := range d.Misshaped {
		all = append(all, fmt.Sprintf("%q has shape %v instead of %v", m.Name, m.Got, m.Want))
	}
	return strings.Join(all, "; ")
}

// LoadState copies values into the state of m, by name and in any order, and
// says what did not agree. With the zero LoadConfig every name of State(m) must
// be there, with the right shape, and no other: otherwise nothing is changed and
// the error lists all differences. A lenient one copies what fits; only when
// that is nothing at all, which is what a wrong prefix leads to, is it an error.
// So it always is when a name is there twice.
//
// PyTorch's num_batches_tracked, which no module here has, is passed over.
func LoadState(m Module, values []Named, c LoadConfig) (Differences, error) {
	given, err := byName(values, c.Prefix)
	if err != nil {
		return Differences{}, err
	}
	entries := stateOf(m)
	var d Differences
	var fit []entry
	for _, e := range entries {
		switch x := given[e.Name]; {
		case x == nil:
			d.Missing = append(d.Missing, e.Name)
		case x.Shape() != e.Tensor.Shape():
			d.Misshaped = append(d.Misshaped, Misshape{e.Name, x.Shape(), e.Tensor.Shape()})
		default:
			fit = append(fit, e)
		}
	}
	for name := range given {
		if !slices.ContainsFunc(entries, func(e entry) bool { return e.Name == name }) && !isBatchCounter(name) {
			d.Unexpected = append(d.Unexpected, name)
		}
	}
	slices.Sort(d.Unexpected)

	switch {
	case len(given) == 0 && c.Prefix != "" && len(entries) > 0:
		return d, fmt.Errorf("nn: LoadState: none of the %d names starts with the prefix %q", len(values), c.Prefix)
	case !c.Lenient && !d.Empty(), len(fit) == 0 && len(entries) > 0:
		return d, errors.New("nn: LoadState: " + d.String())
	}
	for _, e := range fit {
		dst := e.Tensor
		if e.param != nil {
			dst = e.param.Mutate()
		}
		tensor.Copy(dst, given[e.Name])
	}
	return d, nil
}

// byName returns the values whose names start with prefix, under their names
// without it.
func byName(values []Named, prefix string) (map[string]*tensor.Tensor, error) {
	given := make(map[string]*tensor.Tensor, len(values))
	for _, v := range values {
		name, selected := strings.CutPrefix(v.Name, prefix)
		if !selected {
			continue
		}
		if _, twice := given[name]; twice {
			return nil, fmt.Errorf("nn: LoadState: %q is there twice", v.Name)
		}
		given[name] = v.Tensor
	}
	return given, nil
}

// isBatchCounter reports whether a name is that of the integer with which
// PyTorch's BatchNorm counts its batches.
func isBatchCounter(name string) bool {
	return name[strings.LastIndexByte(name, '.')+1:] == "num_batches_tracked"
}
