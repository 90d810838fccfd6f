package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"image/png"
	"os"

	"github.com/seed-312a1f22/dyad/ssl/report"
	"github.com/seed-312a1f22/dyad/tensor"
)

var viewsCommand = command{
	name: "views", args: "-data PATH -o FILE [flags]",
	short: "draw the augmented views of some samples",
	long: `Views draws samples at even distances over the data, each in its views side by side,
as one PNG: to look at before training. You should still see what a sample is, and
what changes from view to view is what the encoder will learn to ignore.
`,
	flags: func(f *flag.FlagSet) action {
		o := new(viewsOptions)
		o.source.declare(f)
		o.recipe.declare(f)
		f.IntVar(&o.samples, "samples", 24, "`number` of samples")
		f.Uint64Var(&o.seed, "seed", 1, "`number` that the views derive from")
		f.StringVar(&o.out, "o", "", "`file` to write: *.png")
		return o
	},
}

// viewsOptions are the flags of views.
type viewsOptions struct {
	source
	recipe
	samples int
	seed    uint64
	out     string
}

func (o *viewsOptions) check(f *flag.FlagSet) error {
	if err := cmp.Or(noArguments(f), o.source.check(), o.recipe.check()); err != nil {
		return err
	}
	return firstWrong(
		check{o.samples >= 1, "samples", o.samples, "1 or more"},
		check{o.out != "", "o", `""`, "a file to write, such as views.png"},
	)
}

func (o *viewsOptions) run(_ context.Context, c *call) error {
	set, _, err := o.open(tensor.Shape{})
	if err != nil {
		return err
	}
	if err := o.choose(o.source.path == "", set.Shape()); err != nil {
		return err
	}
	views, err := o.views(set)
	if err != nil {
		return err
	}
	all, err := viewsOf(set, views, o.samples, o.seed)
	if err != nil {
		return err
	}
	if all == nil {
		return fmt.Errorf("samples have shape %v; only images of three axes can be drawn", set.Shape())
	}
	sheet, err := report.ContactSheet(all)
	if err != nil {
		return err
	}
	f, err := os.Create(o.out)
	if err != nil {
		return fmt.Errorf("-o: %w", err)
	}
	if err := errors.Join(png.Encode(f, sheet), f.Close()); err != nil {
		return fmt.Errorf("-o: %s: %w", o.out, err)
	}
	_, err = fmt.Fprintf(c.stdout, "%s: %d samples of %s in %d views by the recipe %s\n", o.out, len(all), o.name(), o.count, o.preset)
	return err
}
