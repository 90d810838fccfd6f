package data_test

import (
	"math"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

func rotation(degrees float64) data.View {
	return data.Rotation{Degrees: [2]float64{degrees, degrees}}
}

func TestRotationQuarters(t *testing.T) {
	start := []float32{
		1, 2, 3,
		4, 5, 6,
		7, 8, 9,
	}
	for _, c := range []struct {
		degrees float64
		want    []float32
	}{
		{90, []float32{3, 6, 9, 2, 5, 8, 1, 4, 7}}, // counter-clockwise
		{-90, []float32{7, 4, 1, 8, 5, 2, 9, 6, 3}},
		{180, []float32{9, 8, 7, 6, 5, 4, 3, 2, 1}},
	} {
		x := &data.Sample{Shape: tensor.MakeShape(1, 3, 3), Data: slices.Clone(start)}
		rotation(c.degrees).Apply(x, generator(1))
		if !slices.Equal(x.Data, c.want) {
			t.Errorf("%v°: %v, want %v", c.degrees, x.Data, c.want)
		}
	}
}

// A quarter turn of an even-sized image is exact too, in every channel.
func TestRotationEven(t *testing.T) {
	const n = 28
	r := generator(1)
	x := randomImage(r, 3, n, n)
	src := slices.Clone(x.Data)
	rotation(90).Apply(x, r)
	for k := range 3 {
		for i := range n {
			for j := range n {
				if got, want := x.Data[(k*n+i)*n+j], src[(k*n+j)*n+n-1-i]; got != want {
					t.Fatalf("channel %d, pixel (%d, %d) is %v, want %v", k, i, j, got, want)
				}
			}
		}
	}
}

// The pixels are those of a bilinear interpolation in float64 of the image with
// zeros around.
func TestRotationPixels(t *testing.T) {
	const channels, height, width = 2, 11, 14
	for _, degrees := range []float64{-200, -30, -1, 7, 45, 89.5, 133} {
		r := generator(1)
		x := randomImage(r, channels, height, width)
		src := slices.Clone(x.Data)
		rotation(degrees).Apply(x, r)
		sin, cos := math.Sincos(degrees * math.Pi / 180)
		for i := range height {
			for j := range width {
				// In mathematicians' axes, y up, the inverse rotation.
				u, v := float64(j)-(width-1)/2., (height-1)/2.-float64(i)
				sx, sy := u*cos+v*sin+(width-1)/2., (height-1)/2.-(v*cos-u*sin)
				for k := range channels {
					want := 0.0
					for y := range height {
						for x := range width {
							want += hat(sy-float64(y)) * hat(sx-float64(x)) * float64(src[(k*height+y)*width+x])
						}
					}
					// Coordinates up to 14 in float32 are good to 1e-6.
					if got := float64(x.Data[(k*height+i)*width+j]); math.Abs(got-want) > 5e-6 {
						t.Fatalf("%v°: channel %d, pixel (%d, %d) is %v, want %v", degrees, k, i, j, got, want)
					}
				}
			}
		}
	}
}

func TestRotationRange(t *testing.T) {
	// A bright pixel one step right of the centre tells the angle: its centre
	// of mass moves with it.
	const n, distance = 21, 7
	r := generator(1)
	least, most := math.Inf(1), math.Inf(-1)
	for range 2000 {
		x := &data.Sample{Shape: tensor.MakeShape(1, n, n), Data: make([]float32, n*n)}
		x.Data[n/2*n+n/2+distance] = 1
		data.Rotation{Degrees: [2]float64{-15, 30}}.Apply(x, r)
		var right, up float64
		for i, v := range x.Data {
			right += float64(v) * float64(i%n-n/2)
			up += float64(v) * float64(n/2-i/n)
		}
		angle := math.Atan2(up, right) * 180 / math.Pi
		least, most = min(least, angle), max(most, angle)
	}
	// The centre of mass of a pixel spread by interpolation is off by a degree or two.
	if math.Abs(least+15) > 2 || math.Abs(most-30) > 2 {
		t.Errorf("angles from %.1f° to %.1f°, want −15° to 30°", least, most)
	}
}
