package data_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// box is the part of an image that a crop took.
type box struct{ top, left, height, width float64 }

// coordinates returns an image of three channels: the row of every pixel, its
// column, and noise. A crop of it tells which part was taken.
func coordinates(r *rand.Rand, height, width int) *data.Sample {
	x := randomImage(r, 3, height, width)
	for i := range height {
		for j := range width {
			x.Data[i*width+j] = float32(i)
			x.Data[(height+i)*width+j] = float32(j)
		}
	}
	return x
}

// cropBox crops x, an image made by coordinates, to size×size and returns the
// part that was taken. The output must be large enough that its middle pixels
// are away from the border, where coordinates are clamped.
func cropBox(t *testing.T, v data.RandomResizedCrop, x *data.Sample, r *rand.Rand) box {
	t.Helper()
	v.Apply(x, r)
	height, width := x.Shape.Dim(1), x.Shape.Dim(2)
	// Along an axis, output i shows coordinate start + (i+½)·length/n − ½.
	axis := func(at func(i int) float32, n int) (start, length float64) {
		a, b := float64(at(n/2-1)), float64(at(n/2))
		length = math.Round((b - a) * float64(n))
		return math.Round(a + 0.5 - (float64(n/2)-0.5)*length/float64(n)), length
	}
	var b box
	b.top, b.height = axis(func(i int) float32 { return x.Data[i*width] }, height)
	b.left, b.width = axis(func(i int) float32 { return x.Data[height*width+i] }, width)
	return b
}

func TestRandomResizedCropStatistics(t *testing.T) {
	const height, width, n = 40, 60, 1000
	v := data.RandomResizedCrop{Scale: [2]float64{0.1, 0.3}, Ratio: [2]float64{3. / 4, 4. / 3}, Size: 64}
	r := generator(1)
	var area, logRatio, top, left float64
	for range n {
		b := cropBox(t, v, coordinates(r, height, width), r)
		if b.top < 0 || b.left < 0 || b.top+b.height > height || b.left+b.width > width {
			t.Fatalf("crop %+v of an image of %d×%d", b, height, width)
		}
		area += b.height * b.width / (height * width) / n
		logRatio += math.Log(b.width/b.height) / n
		top += b.top / (height - b.height) / n
		left += b.left / (width - b.width) / n
	}
	// Means of uniform distributions; the limits are five standard errors, and
	// a little for the rounding to whole pixels.
	for _, c := range []struct {
		name             string
		got, want, width float64 // width of the distribution
	}{
		{"area", area, 0.2, 0.2},
		{"log ratio", logRatio, 0, 2 * math.Log(4./3)},
		{"top", top, 0.5, 1},
		{"left", left, 0.5, 1},
	} {
		if limit := 5*c.width/math.Sqrt(12*n) + 0.002; math.Abs(c.got-c.want) > limit {
			t.Errorf("mean %s %.4f, want %.4f ± %.4f", c.name, c.got, c.want, limit)
		}
	}
}

// No rectangle of the wanted ratio and area fits: torchvision's centre crop.
func TestRandomResizedCropFallback(t *testing.T) {
	one := [2]float64{1, 1}
	for _, c := range []struct {
		name          string
		height, width int
		ratio         float64
		want          box
	}{
		{"wide", 28, 28, 2, box{7, 0, 14, 28}},
		{"tall", 28, 28, 0.5, box{0, 7, 28, 14}},
		{"square of a wide image", 20, 30, 1, box{0, 5, 20, 20}},
		{"square of a tall image", 30, 20, 1, box{5, 0, 20, 20}},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := data.RandomResizedCrop{Scale: one, Ratio: [2]float64{c.ratio, c.ratio}, Size: 64}
			r := generator(1)
			if got := cropBox(t, v, coordinates(r, c.height, c.width), r); got != c.want {
				t.Errorf("crop %+v, want %+v", got, c.want)
			}
		})
	}
}

// Ratios that no image has must still leave a pixel.
func TestRandomResizedCropExtremeRatio(t *testing.T) {
	for _, ratio := range []float64{1e-300, 1e300} {
		v := data.RandomResizedCrop{Scale: [2]float64{1, 1}, Ratio: [2]float64{ratio, ratio}}
		r := generator(1)
		x := randomImage(r, 1, 4, 4)
		if _, err := v.OutShape(x.Shape); err != nil {
			t.Fatal(err)
		}
		v.Apply(x, r)
		if x.Shape != tensor.MakeShape(1, 4, 4) {
			t.Errorf("ratio %v: shape %v", ratio, x.Shape)
		}
	}
}

// The pixels are those of a bilinear interpolation in float64.
func TestRandomResizedCropPixels(t *testing.T) {
	for _, size := range []int{10, 28, 64} {
		v := data.RandomResizedCrop{Scale: [2]float64{0.2, 1}, Ratio: [2]float64{0.5, 2}, Size: size}
		for seed := range uint64(20) {
			image := generator(seed)
			x := coordinates(image, 30, 24)
			noise := append([]float32(nil), x.Data[2*30*24:]...)
			b := cropBox(t, v, x, generator(seed))
			got := x.Data[2*size*size:]
			for i := range size {
				for j := range size {
					y := sourceCoordinate(i, size, b.top, b.height)
					x := sourceCoordinate(j, size, b.left, b.width)
					want := 0.0
					for k := range 30 {
						if hat(y-float64(k)) == 0 {
							continue
						}
						for l := range 24 {
							want += hat(y-float64(k)) * hat(x-float64(l)) * float64(noise[k*24+l])
						}
					}
					if g := float64(got[i*size+j]); math.Abs(g-want) > 1e-6 {
						t.Fatalf("size %d, seed %d, crop %+v: pixel (%d, %d) is %v, want %v", size, seed, b, i, j, g, want)
					}
				}
			}
		}
	}
}

// sourceCoordinate returns where output i of n reads an axis that is cropped to
// [start, start+length).
func sourceCoordinate(i, n int, start, length float64) float64 {
	at := (float64(i)+0.5)*length/float64(n) - 0.5
	return start + min(max(at, 0), length-1)
}

// hat is the kernel of linear interpolation.
func hat(d float64) float64 { return max(0, 1-math.Abs(d)) }
