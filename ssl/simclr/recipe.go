package main

import (
	"flag"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// recipe are the flags of all commands that make views.
type recipe struct {
	preset string
	count  int
}

func (r *recipe) declare(f *flag.FlagSet) {
	f.StringVar(&r.preset, "views", "", "`recipe` of the views: "+strings.Join(data.Presets(), ", ")+" (default one that suits the data)")
	f.IntVar(&r.count, "n-views", 2, "`number` of views of a sample; of more than two all pairs count")
}

func (r *recipe) check() error {
	return firstWrong(
		check{r.preset == "" || slices.Contains(data.Presets(), r.preset), "views", r.preset, strings.Join(data.Presets(), ", ")},
		check{r.count >= 2, "n-views", r.count, "2 or more"},
	)
}

// choose settles on a recipe for samples of the given shape, unless there is one.
func (r *recipe) choose(drawn bool, sample tensor.Shape) error {
	const small = 64 // pixels a side, of images that a crop leaves recognisable
	switch {
	case r.preset != "":
	case drawn:
		r.preset = "digits"
	case sample.Rank() == 1:
		r.preset = "tabular"
	case sample.Rank() == 3 && sample.Dim(0) == 1:
		r.preset = "mnist"
	case sample.Rank() == 3 && max(sample.Dim(1), sample.Dim(2)) <= small:
		r.preset = "cifar"
	case sample.Rank() == 3:
		r.preset = "imagenet"
	case sample.Rank() == 4:
		r.preset = "volume"
	default:
		return fmt.Errorf("-views is not given, and no recipe suits samples of shape %v; there are %s", sample, strings.Join(data.Presets(), ", "))
	}
	return nil
}

// views returns the views of a sample. Those beyond the recipe's two are the first
// one's again, which is the one that is random for tables too.
func (r *recipe) views(train data.Dataset) ([]data.View, error) {
	views, err := data.Preset(r.preset, train)
	if err != nil {
		return nil, err
	}
	for len(views) < r.count {
		views = append(views, views[0])
	}
	return views, nil
}
