package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/seed-312a1f22/dyad/nn/safetensors"
)

var inspectCommand = command{
	name: "inspect", args: "FILE",
	short: "list what is in a file of weights",
	long: `Inspect lists the tensors of a safetensors file, of whatever origin, with their
types, shapes and sizes, and its metadata.
`,
	flags: func(f *flag.FlagSet) action { return new(inspectOptions) },
}

// inspectOptions are the argument of inspect.
type inspectOptions struct{ path string }

func (o *inspectOptions) check(f *flag.FlagSet) error {
	if f.NArg() != 1 {
		return fmt.Errorf("inspect takes one file, not %d", f.NArg())
	}
	o.path = f.Arg(0)
	return nil
}

func (o *inspectOptions) run(_ context.Context, c *call) error {
	f, err := safetensors.Open(o.path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "name\ttype\tshape\tbytes")
	var bytes int64
	for _, t := range f.Tensors {
		// Quoted, since the file may hold anything for a terminal.
		fmt.Fprintf(w, "%s\t%v\t%v\t%d\n", printable(t.Name), t.DType, t.Shape, t.End-t.Begin)
		bytes += t.End - t.Begin
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "\n%d tensors, %d bytes\n", len(f.Tensors), bytes)
	for i, key := range slices.Sorted(maps.Keys(f.Metadata)) {
		if i == 0 {
			fmt.Fprintln(c.stdout)
		}
		fmt.Fprintf(c.stdout, "%s: %s\n", printable(key), printable(f.Metadata[key]))
	}
	return nil
}

// printable returns text as it is if a terminal shows it so, else quoted.
func printable(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}
