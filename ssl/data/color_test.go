package data_test

import (
	"math"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// greyMean returns the mean grey value of a colour image.
func greyMean(x *data.Sample) float64 {
	n := len(x.Data) / 3
	sum := 0.0
	for i := range n {
		sum += 0.2989*float64(x.Data[i]) + 0.587*float64(x.Data[n+i]) + 0.114*float64(x.Data[2*n+i])
	}
	return sum / float64(n)
}

// The factors are uniform between max(0, 1−a) and 1+a, and each order is as
// likely.
func TestColorJitterDraws(t *testing.T) {
	r := generator(1)
	for _, c := range []struct {
		name         string
		view         data.ColorJitter
		factor       func(x []float32) float64 // from the pixels (0.4 0.4 0.6), (0.4 0.4 0.6)
		least, most  float64
		pixel        [6]float32 // R R G G B B
		expectedMean float64
	}{
		{"brightness", data.ColorJitter{Brightness: 0.4}, func(x []float32) float64 { return float64(x[0]) / 0.4 },
			0.6, 1.4, [6]float32{0.4, 0.4, 0.4, 0.4, 0.4, 0.4}, 1},
		{"brightness, no less than 0", data.ColorJitter{Brightness: 2}, func(x []float32) float64 { return float64(x[0]) / 0.1 },
			0, 3, [6]float32{0.1, 0.1, 0.1, 0.1, 0.1, 0.1}, 1.5},
		{"contrast", data.ColorJitter{Contrast: 0.8}, func(x []float32) float64 { return float64(x[1]-x[0]) / 0.2 },
			0.2, 1.8, [6]float32{0.4, 0.6, 0.4, 0.6, 0.4, 0.6}, 1},
		{"saturation", data.ColorJitter{Saturation: 0.5}, func(x []float32) float64 { return float64(x[4]-x[0]) / 0.2 },
			0.5, 1.5, [6]float32{0.4, 0.4, 0.4, 0.4, 0.6, 0.6}, 1},
		// From the pure red (0.6 0.4 0.4) to yellow, (0.6 0.6 0.4), is a sixth of a
		// turn, and to magenta another.
		{"hue", data.ColorJitter{Hue: 0.1}, func(x []float32) float64 { return float64(x[2]-x[4]) / 0.2 / 6 },
			-0.1, 0.1, [6]float32{0.6, 0.6, 0.4, 0.4, 0.4, 0.4}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			const n = 4000
			least, most, mean := math.Inf(1), math.Inf(-1), 0.0
			for range n {
				x := &data.Sample{Shape: tensor.MakeShape(3, 1, 2), Data: slices.Clone(c.pixel[:])}
				c.view.Apply(x, r)
				f := c.factor(x.Data)
				least, most, mean = min(least, f), max(most, f), mean+f/n
			}
			width := c.most - c.least
			if least < c.least-1e-5 || least > c.least+width/100 || most > c.most+1e-5 || most < c.most-width/100 {
				t.Errorf("from %v to %v, want %v to %v", least, most, c.least, c.most)
			}
			// Five standard errors of a uniform distribution.
			if math.Abs(mean-c.expectedMean) > 5*width/math.Sqrt(12*n) {
				t.Errorf("mean %v, want %v", mean, c.expectedMean)
			}
		})
	}
	const n = 24000
	counts := map[[4]int]int{}
	for range n {
		counts[data.DrawOrder(r)]++
	}
	if len(counts) != 24 {
		t.Errorf("%d orders, want 24", len(counts))
	}
	for order, count := range counts {
		if math.Abs(float64(count)-n/24) > 5*math.Sqrt(n/24) {
			t.Errorf("order %v came %d times of %d, want %d", order, count, n, n/24)
		}
	}
}

// Values stay within 0–1, whatever is asked.
func TestColorJitterRange(t *testing.T) {
	r := generator(1)
	for _, channels := range []int{1, 3} {
		for range 500 {
			x := randomImage(r, channels, 5, 6)
			data.ColorJitter{Brightness: 3, Contrast: 3, Saturation: 3, Hue: 0.5}.Apply(x, r)
			for i, v := range x.Data {
				if !(v >= 0 && v <= 1) {
					t.Fatalf("element %d is %v, want 0 to 1", i, v)
				}
			}
		}
	}
}

// Contrast keeps the mean, and saturation the grey values, where nothing is clipped.
func TestColorMeans(t *testing.T) {
	r := generator(1)
	for _, factor := range []float32{0, 0.3, 1, 1.6} {
		x := randomImage(r, 3, 8, 9)
		for i, v := range x.Data {
			x.Data[i] = 0.4 + 0.2*v
		}
		before := greyMean(x)
		data.AdjustContrast(x, factor)
		// The weights of the grey value add to 0.9999.
		if after := greyMean(x); math.Abs(after-before) > 1e-4 {
			t.Errorf("contrast by %v: mean grey value %v, was %v", factor, after, before)
		}
		before = greyMean(x)
		data.AdjustSaturation(x, factor)
		if after := greyMean(x); math.Abs(after-before) > 1e-4 {
			t.Errorf("saturation by %v: mean grey value %v, was %v", factor, after, before)
		}
	}
}

// Turns of the hue add up, a third of a turn permutes the channels, and none
// changes the highest or the lowest value of a pixel.
func TestHueTurns(t *testing.T) {
	r := generator(1)
	x := randomImage(r, 3, 16, 16)
	n := len(x.Data) / 3
	src := slices.Clone(x.Data)
	for turn, want := range map[float64]func(k, i int) float32{
		0:       func(k, i int) float32 { return src[k*n+i] },
		1. / 3:  func(k, i int) float32 { return src[(k+2)%3*n+i] }, // red becomes green
		-1. / 3: func(k, i int) float32 { return src[(k+1)%3*n+i] },
		-1e-18:  func(k, i int) float32 { return src[k*n+i] },
	} {
		copy(x.Data, src)
		data.AdjustHue(x, turn)
		for k := range 3 {
			for i := range n {
				if got := x.Data[k*n+i]; math.Abs(float64(got-want(k, i))) > 1e-6 {
					t.Fatalf("turn by %v: channel %d of pixel %d is %v, want %v", turn, k, i, got, want(k, i))
				}
			}
		}
	}
	copy(x.Data, src)
	for _, turn := range []float64{0.4, 0.35, 0.25} { // together, a full turn
		data.AdjustHue(x, turn)
		for i := range n {
			high, low := max(src[i], src[n+i], src[2*n+i]), min(src[i], src[n+i], src[2*n+i])
			if max(x.Data[i], x.Data[n+i], x.Data[2*n+i]) != high || min(x.Data[i], x.Data[n+i], x.Data[2*n+i]) != low {
				t.Fatalf("turn by %v: pixel %d is %v %v %v, want the extremes %v and %v", turn, i, x.Data[i], x.Data[n+i], x.Data[2*n+i], low, high)
			}
		}
	}
	for i, v := range x.Data {
		if math.Abs(float64(v-src[i])) > 2e-6 {
			t.Fatalf("after a full turn, element %d is %v, want %v", i, v, src[i])
		}
	}
}

func TestGrayscale(t *testing.T) {
	r := generator(1)
	x := randomImage(r, 3, 5, 6)
	data.Grayscale{P: 1}.Apply(x, r)
	first := slices.Clone(x.Data)
	data.Grayscale{P: 1}.Apply(x, r)
	n := len(x.Data) / 3
	for i, v := range x.Data {
		if first[i] != first[i%n] {
			t.Fatalf("element %d is %v, in the first channel %v", i, first[i], first[i%n])
		}
		// Idempotent, but for weights that add to 0.9999.
		if math.Abs(float64(v-first[i])) > 1.01e-4 {
			t.Fatalf("element %d is %v, after a second time %v", i, first[i], v)
		}
	}
	grey := randomImage(r, 1, 5, 6)
	want := slices.Clone(grey.Data)
	data.Grayscale{P: 1}.Apply(grey, r)
	if !slices.Equal(grey.Data, want) {
		t.Error("a grey image changes")
	}
}
