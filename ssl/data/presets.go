package data

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// MNISTView returns the recipe for handwritten digits that fill their image:
// a rotation by up to 15 degrees, a random resized crop of half the area or
// more, and a brightness between 0.6 and 1.4. The rotation comes first, so that
// what it fills in around the image is background, never a cut through a stroke.
func MNISTView() View {
	return Compose{
		Rotation{Degrees: [2]float64{-15, 15}},
		RandomResizedCrop{Scale: [2]float64{0.5, 1}, Ratio: [2]float64{3. / 4, 4. / 3}},
		Brightness{Factor: [2]float64{0.6, 1.4}},
	}
}

// DigitsView returns the recipe for [Digits]: that of [MNISTView], and noise
// that covers the grain by which an image could be told from all others.
func DigitsView() View {
	return Compose{MNISTView(), Noise{Std: 0.1}}
}

// CIFARView returns the paper's recipe for small photographs, which keeps their
// size: a random resized crop, a flip half of the time, colour jitter of strength
// ½ in 80 % of the cases, no colour in 20 %, and no blur.
func CIFARView() View { return paperView(0, 0.5) }

// ImageNetView returns the paper's recipe for photographs, of which it makes
// images of size×size pixels, or of their own size where that is 0: the crop and
// the flip of [CIFARView], colour jitter of full strength in 80 % of the cases,
// no colour in 20 %, and a blur half of the time.
func ImageNetView(size int) View {
	return append(paperView(size, 1), RandomApply{P: 0.5, View: GaussianBlur{Sigma: [2]float64{0.1, 2}}})
}

// paperView returns what the recipes have in common, at a strength of the jitter.
func paperView(size int, strength float64) Compose {
	color := 0.8 * strength
	return Compose{
		RandomResizedCrop{Scale: [2]float64{0.08, 1}, Ratio: [2]float64{3. / 4, 4. / 3}, Size: size},
		HorizontalFlip{P: 0.5},
		RandomApply{P: 0.8, View: ColorJitter{Brightness: color, Contrast: color, Saturation: color, Hue: 0.2 * strength}},
		Grayscale{P: 0.2},
	}
}

// VolumeView returns a recipe for volumes, whatever their values measure: a shift by
// up to 4 voxels along each axis, a mirror image left to right and a blur, each
// half of the time, and noise of standard deviation 0.05.
func VolumeView() View {
	return Compose{
		RandomCrop{Padding: 4},
		Flip{P: 0.5, Axis: -1},
		RandomApply{P: 0.5, View: GaussianBlur{Sigma: [2]float64{0.1, 1}}},
		Noise{Std: 0.05, Unclipped: true},
	}
}

// TabularViews returns SCARF's recipe for the rows of a table: one view with 60 %
// of the features drawn from train, see [NewSCARF], and one as it is.
func TabularViews(train Dataset) ([]View, error) {
	scarf, err := NewSCARF(train, 0.6)
	if err != nil {
		return nil, err
	}
	return []View{scarf, Identity{}}, nil
}

// presets has the recipes by name.
var presets = map[string]func(train Dataset) ([]View, error){
	"mnist":    twice(MNISTView()),
	"digits":   twice(DigitsView()),
	"cifar":    twice(CIFARView()),
	"imagenet": twice(ImageNetView(0)),
	"tabular":  TabularViews,
	"volume":   twice(VolumeView()),
}

// twice makes both views by the same recipe.
func twice(v View) func(Dataset) ([]View, error) {
	return func(Dataset) ([]View, error) { return []View{v, v}, nil }
}

// Presets returns the names that [Preset] knows, in alphabetical order.
func Presets() []string { return slices.Sorted(maps.Keys(presets)) }

// Preset returns the two views of a recipe by its name: "cifar", "digits",
// "imagenet" (at the images' own size), "mnist", "volume" or "tabular", the one that
// looks at train. Another name is an error that lists them. Whether the views suit the
// samples is for [NewLoader] to check.
func Preset(name string, train Dataset) ([]View, error) {
	views, ok := presets[name]
	if !ok {
		return nil, fmt.Errorf("data: preset %q, expected one of %s", name, strings.Join(Presets(), ", "))
	}
	return views(train)
}
