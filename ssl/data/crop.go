package data

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/tensor"
)

// RandomResizedCrop cuts a random rectangle out of an image and stretches it to
// the output size by bilinear interpolation. It is torchvision's
// RandomResizedCrop without antialiasing: ten rectangles are drawn, of area
// U(Scale) times the image's and aspect ratio (width over height) log-uniform
// in Ratio, and the first that fits is placed at random; if none fits, the
// largest centred rectangle whose ratio is within Ratio is taken. Pixel centres
// lie at half-integers and the border of the rectangle is extended outwards, as
// in PyTorch's interpolate with align_corners=False.
type RandomResizedCrop struct {
	Scale [2]float64 // area, as a fraction of the image's; the paper uses 0.08 to 1
	Ratio [2]float64 // width over height; the paper uses 3/4 to 4/3
	Size  int        // height and width of the result; 0 for those of the image
}

// OutShape returns [C Size Size], or in when Size is 0.
func (v RandomResizedCrop) OutShape(in tensor.Shape) (tensor.Shape, error) {
	switch {
	case !within(v.Scale, 0, 1) || v.Scale[0] == 0:
		return in, fmt.Errorf("data: RandomResizedCrop: Scale is %v, expected 0 < low ≤ high ≤ 1", v.Scale)
	case !within(v.Ratio, 0, math.MaxFloat64) || v.Ratio[0] == 0:
		return in, fmt.Errorf("data: RandomResizedCrop: Ratio is %v, expected 0 < low ≤ high", v.Ratio)
	case v.Size < 0:
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
	resizeCrop(x, v.rectangle(height, width, r), out)
}

// rectangle draws the part of an image that is cut out.
func (v RandomResizedCrop) rectangle(height, width int, r *rand.Rand) rectangle {
	area := float64(height * width)
	logRatio := [2]float64{math.Log(v.Ratio[0]), math.Log(v.Ratio[1])}
	for range 10 {
		target := float64(area * uniform(r, v.Scale))
		ratio := math.Exp(uniform(r, logRatio))
		w := int(math.RoundToEven(math.Sqrt(target * ratio)))
		h := int(math.RoundToEven(math.Sqrt(target / ratio)))
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

// rectangle is a part of an image, in pixels.
type rectangle struct{ top, left, height, width int }

// tap is how one output coordinate reads an axis of the input: the values at
// low and high, mixed by weight.
type tap struct {
	low, high int
	weight    float32 // of high
}

// tapAt returns the tap of output coordinate i when n input values, from
// offset on, are stretched to m. Half-integer pixel centres make it (i+½)·n/m − ½.
func tapAt(i, offset, n, m int) tap {
	// The quotient is exact wherever the result lies on a pixel centre.
	at := max(0, float64((2*i+1)*n-m)/float64(2*m))
	low := min(int(at), n-1)
	high := min(low+1, n-1)
	return tap{offset + low, offset + high, float32(at - float64(low))}
}

// resizeCrop replaces x by its part c, resized to the height and width of out.
func resizeCrop(x *Sample, c rectangle, out tensor.Shape) {
	channels, height, width := x.Shape.Dim(0), x.Shape.Dim(1), x.Shape.Dim(2)
	outHeight, outWidth := out.Dim(1), out.Dim(2)
	if cap(x.columns) < outWidth {
		x.columns = make([]tap, outWidth)
	}
	columns := x.columns[:outWidth]
	for i := range columns {
		columns[i] = tapAt(i, c.left, c.width, outWidth)
	}
	src := x.Renew(out)
	dst := x.Data
	for k := range channels {
		plane := src[k*height*width:][:height*width]
		for i := range outHeight {
			row := tapAt(i, c.top, c.height, outHeight)
			upper, lower := plane[row.low*width:][:width], plane[row.high*width:][:width]
			for j, col := range columns {
				a := lerp(upper[col.low], upper[col.high], col.weight)
				b := lerp(lower[col.low], lower[col.high], col.weight)
				dst[j] = lerp(a, b, row.weight)
			}
			dst = dst[outWidth:]
		}
	}
}

// lerp returns a + t(b−a), every operation rounded to float32.
func lerp(a, b, t float32) float32 { return a + float32(t*(b-a)) }
