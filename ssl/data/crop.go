package data

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/tensor"
)

// RandomResizedCrop cuts a random rectangle out of an image and stretches it to
// the output size by interpolation. It is torchvision's RandomResizedCrop without
// antialiasing: ten rectangles are drawn, of area U(Scale) times the image's and
// aspect ratio (width over height) log-uniform in Ratio, and the first that fits
// is placed at random; if none fits, the largest centred rectangle whose ratio is
// within Ratio is taken. Pixel centres lie at half-integers and the border of the
// rectangle is extended outwards, as in PyTorch's interpolate with
// align_corners=False.
type RandomResizedCrop struct {
	Scale         [2]float64    // area, as a fraction of the image's; the paper uses 0.08 to 1
	Ratio         [2]float64    // width over height; the paper uses 3/4 to 4/3
	Size          int           // height and width of the result; 0 for those of the image
	Interpolation Interpolation // Bilinear unless set
}

// OutShape returns [C Size Size], or in when Size is 0.
func (v RandomResizedCrop) OutShape(in tensor.Shape) (tensor.Shape, error) {
	if err := checkArea("RandomResizedCrop", v.Scale, v.Ratio); err != nil {
		return in, err
	}
	if err := v.Interpolation.check("RandomResizedCrop"); err != nil {
		return in, err
	}
	if v.Size < 0 {
		return in, fmt.Errorf("data: RandomResizedCrop: Size is %d, expected 0 or more", v.Size)
	}
	if err := checkImage("RandomResizedCrop", in); err != nil || v.Size == 0 {
		return in, err
	}
	return in.With(1, v.Size).With(2, v.Size), nil
}

// Apply crops x and resizes it.
func (v RandomResizedCrop) Apply(x *Sample, r *rand.Rand) {
	height, width := x.Shape.Dim(1), x.Shape.Dim(2)
	out := x.Shape
	if v.Size > 0 {
		out = out.With(1, v.Size).With(2, v.Size)
	}
	resizeCrop(x, v.rectangle(height, width, r), out, v.Interpolation)
}

// rectangle draws the part of an image that is cut out.
func (v RandomResizedCrop) rectangle(height, width int, r *rand.Rand) rectangle {
	for range 10 {
		w, h := drawSides(height*width, v.Scale, v.Ratio, r)
		if 0 < w && w <= width && 0 < h && h <= height {
			top := r.IntN(height - h + 1)
			left := r.IntN(width - w + 1)
			return rectangle{top, left, h, w}
		}
	}
	w, h := width, height // max(1, …): extreme ratios would leave nothing
	switch ratio := float64(width) / float64(height); {
	case ratio < v.Ratio[0]:
		h = max(1, int(math.RoundToEven(float64(w)/v.Ratio[0])))
	case ratio > v.Ratio[1]:
		w = max(1, int(math.RoundToEven(float64(h)*v.Ratio[1])))
	}
	return rectangle{(height - h) / 2, (width - w) / 2, h, w}
}

// drawSides draws the sides of a rectangle: their product is U(scale) times an
// area, and the first over the second is log-uniform in ratio.
func drawSides(area int, scale, ratio [2]float64, r *rand.Rand) (first, second int) {
	target := float64(float64(area) * uniform(r, scale))
	quotient := math.Exp(uniform(r, [2]float64{math.Log(ratio[0]), math.Log(ratio[1])}))
	return int(math.RoundToEven(math.Sqrt(target * quotient))), int(math.RoundToEven(math.Sqrt(target / quotient)))
}

// checkArea reports whether drawSides can use a view's Scale and Ratio.
func checkArea(view string, scale, ratio [2]float64) error {
	switch {
	case !within(scale, 0, 1) || scale[0] == 0:
		return fmt.Errorf("data: %s: Scale is %v, expected 0 < low ≤ high ≤ 1", view, scale)
	case !within(ratio, 0, math.MaxFloat64) || ratio[0] == 0:
		return fmt.Errorf("data: %s: Ratio is %v, expected 0 < low ≤ high", view, ratio)
	}
	return nil
}

// rectangle is a part of an image, in pixels.
type rectangle struct{ top, left, height, width int }
