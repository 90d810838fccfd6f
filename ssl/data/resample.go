package data

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Interpolation is how pixels are computed between those of an image.
type Interpolation int

const (
	Bilinear Interpolation = iota // among the nearest 2×2 pixels
	Bicubic                       // among the nearest 4×4; sharper, and may overshoot their range
)

// String returns "bilinear" or "bicubic".
func (f Interpolation) String() string {
	switch f {
	case Bilinear:
		return "bilinear"
	case Bicubic:
		return "bicubic"
	}
	return fmt.Sprintf("Interpolation(%d)", int(f))
}

// check reports an interpolation that there is not.
func (f Interpolation) check(owner string) error {
	if f != Bilinear && f != Bicubic {
		return fmt.Errorf("data: %s: Interpolation is %d, expected %d (%v) or %d (%v)", owner, int(f), int(Bilinear), Bilinear, int(Bicubic), Bicubic)
	}
	return nil
}

// radius returns how far the kernel of [Resize] reaches, in pixels.
func (f Interpolation) radius() float64 {
	if f == Bicubic {
		return 2
	}
	return 1
}

// at returns the weight of a pixel at distance x.
func (f Interpolation) at(x float64) float64 {
	x = math.Abs(x)
	switch {
	case f == Bilinear:
		return max(0, 1-x)
	case x < 1: // (a+2)x³ − (a+3)x² + 1, a = −½ (Keys, "Cubic Convolution Interpolation", 1981)
		return float64((float64(1.5*x)-2.5)*x*x) + 1
	case x < 2: // a(x³ − 5x² + 8x − 4)
		return -0.5 * (float64((float64((x-5)*x)+8)*x) - 4)
	}
	return 0
}

// Resize resizes an image so that its shorter side is Size and its aspect
// ratio stays, as torchvision's Resize does: the longer side is rounded down.
// The pixels are those of Pillow's Image.resize on float32 (mode F): when an
// image shrinks, the kernel grows with the distance of the new pixels, so that
// every old one counts (antialiasing).
type Resize struct {
	Size          int           // of the shorter side: 1 or more
	Interpolation Interpolation // Bilinear unless set
}

// OutShape returns [C H W] with the shorter of H and W equal to Size.
func (v Resize) OutShape(in tensor.Shape) (tensor.Shape, error) {
	if err := v.Interpolation.check("Resize"); err != nil {
		return in, err
	}
	if v.Size < 1 || v.Size > maxSide {
		return in, fmt.Errorf("data: Resize: Size is %d, expected 1 to %d", v.Size, maxSide)
	}
	if err := checkImage("Resize", in); err != nil {
		return in, err
	}
	height, width := resizedTo(in.Dim(1), in.Dim(2), v.Size)
	if height > maxPixels/width {
		return in, fmt.Errorf("data: Resize: Size %d makes %d×%d pixels of a sample of shape %v, expected %d at most", v.Size, height, width, in, maxPixels)
	}
	return in.With(1, int(height)).With(2, int(width)), nil
}

// Apply resizes x.
func (v Resize) Apply(x *Sample, _ *rand.Rand) {
	channels, height, width := x.Shape.Dim(0), x.Shape.Dim(1), x.Shape.Dim(2)
	outHeight, outWidth := resizedTo(height, width, v.Size)
	h, w := int(outHeight), int(outWidth)
	r := &x.resize
	r.rows.plan(v.Interpolation, height, outHeight, h)
	r.columns.plan(v.Interpolation, width, outWidth, w)
	lo, hi := r.rows.reach()
	middle := r.buffer((hi - lo) * w)
	src := x.Renew(x.Shape.With(1, h).With(2, w))
	for c := range channels {
		plane := src[c*height*width:][:height*width]
		for y := lo; y < hi; y++ {
			r.columns.across(middle[(y-lo)*w:][:w], plane[y*width:][:width])
		}
		r.down(x.Data[c*h*w:][:h*w], middle, w)
	}
}

// resizedTo returns the height and width that an image gets when its shorter
// side becomes size. They may be too large for an int of 32 bits.
func resizedTo(height, width, size int) (h, w int64) {
	if width <= height {
		return int64(size) * int64(height) / int64(width), int64(size)
	}
	return int64(size), int64(size) * int64(width) / int64(height)
}

// resampler is what resizing an image needs: it goes across the rows first and
// then down the columns, as Pillow does, each pass summed in float64.
type resampler struct {
	rows, columns axis
	middle        []float32 // the rows after the first pass
	sums          []float64 // of one row in the second
}

// buffer returns memory for n values between the passes.
func (r *resampler) buffer(n int) []float32 {
	if cap(r.middle) < n {
		r.middle = make([]float32, n)
	}
	return r.middle[:n]
}

// down makes dst, rows of the given width, from those rows of a plane that
// r.rows reaches.
func (r *resampler) down(dst, plane []float32, width int) {
	if cap(r.sums) < width {
		r.sums = make([]float64, width)
	}
	sums := r.sums[:width]
	top, _ := r.rows.reach()
	for i, s := range r.rows.windows {
		clear(sums)
		for k, weight := range r.rows.weights[s.at:][:s.n] {
			for j, v := range plane[(s.first-top+k)*width:][:width] {
				sums[j] += float64(float64(v) * weight)
			}
		}
		for j, v := range sums {
			dst[i*width+j] = float32(v)
		}
	}
}

// axis is how one axis of an image is resampled: an output is a weighted sum
// of a window of inputs.
type axis struct {
	windows []window
	weights []float64
}

// window is the n inputs from first on, whose weights start at at.
type window struct{ first, n, at int }

// plan prepares for in values that become out, of which the middle n are wanted.
func (a *axis) plan(f Interpolation, in int, out int64, n int) {
	// Rounded as Python's round does, and torchvision's CenterCrop with it.
	skip := math.RoundToEven(float64(out-int64(n)) / 2)
	step := float64(in) / float64(out)
	stretch := max(1, step)
	support := float64(f.radius() * stretch)
	perPixel := 1 / stretch
	a.windows, a.weights = a.windows[:0], a.weights[:0]
	for i := range n {
		center := float64((skip + float64(i) + 0.5) * step)
		first := max(0, int(center-support+0.5))
		s := window{first, min(in, int(center+support+0.5)) - first, len(a.weights)}
		total := 0.0
		for k := range s.n {
			w := f.at(float64((float64(first+k) - center + 0.5) * perPixel))
			a.weights = append(a.weights, w)
			total += w
		}
		for k := range s.n {
			a.weights[s.at+k] /= total
		}
		a.windows = append(a.windows, s)
	}
}

// reach returns the inputs that are read: lo to hi−1.
func (a *axis) reach() (lo, hi int) {
	last := a.windows[len(a.windows)-1]
	return a.windows[0].first, last.first + last.n
}

// across makes the row dst from the row src.
func (a *axis) across(dst, src []float32) {
	for i, s := range a.windows {
		sum := 0.0
		in := src[s.first:][:s.n]
		for k, weight := range a.weights[s.at:][:s.n] {
			sum += float64(float64(in[k]) * weight)
		}
		dst[i] = float32(sum)
	}
}
