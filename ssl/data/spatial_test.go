package data_test

import (
	"math"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// counted returns a sample whose element i is i+1.
func counted(shape tensor.Shape) *data.Sample {
	x := &data.Sample{Shape: shape, Data: make([]float32, shape.Size())}
	for i := range x.Data {
		x.Data[i] = float32(i + 1)
	}
	return x
}

func TestFlip(t *testing.T) {
	shape := tensor.MakeShape(2, 3, 4, 5)
	at := func(c, d, h, w int) float32 { return float32(((c*3+d)*4+h)*5 + w + 1) }
	for _, c := range []struct {
		axis int
		want func(c, d, h, w int) float32
	}{
		{1, func(c, d, h, w int) float32 { return at(c, 2-d, h, w) }},
		{-2, func(c, d, h, w int) float32 { return at(c, d, 3-h, w) }},
		{3, func(c, d, h, w int) float32 { return at(c, d, h, 4-w) }},
		{-1, func(c, d, h, w int) float32 { return at(c, d, h, 4-w) }},
	} {
		x := counted(shape)
		data.Flip{P: 1, Axis: c.axis}.Apply(x, generator(1))
		for i, v := range x.Data {
			if want := c.want(i/60, i/20%3, i/5%4, i%5); v != want {
				t.Fatalf("axis %d: element %d is %v, want %v", c.axis, i, v, want)
			}
		}
	}
	x := counted(tensor.MakeShape(1, 2, 2))
	data.HorizontalFlip{P: 1}.Apply(x, generator(1))
	if want := []float32{2, 1, 4, 3}; !slices.Equal(x.Data, want) {
		t.Errorf("HorizontalFlip makes %v, want %v", x.Data, want)
	}
	data.VerticalFlip{P: 1}.Apply(x, generator(1))
	if want := []float32{4, 3, 2, 1}; !slices.Equal(x.Data, want) {
		t.Errorf("then VerticalFlip makes %v, want %v", x.Data, want)
	}
	flipped := 0
	r := generator(1)
	for range 10000 {
		x := counted(tensor.MakeShape(1, 2))
		data.Flip{P: 0.3, Axis: 1}.Apply(x, r)
		if x.Data[0] == 2 {
			flipped++
		}
	}
	// Five standard deviations of a binomial: 5·√(0.3·0.7·10000) = 229.
	if math.Abs(float64(flipped)-3000) > 229 {
		t.Errorf("flipped %d times of 10000, want 3000", flipped)
	}
}

// Each result is a part of the padded sample, and each part comes.
func TestRandomCrop(t *testing.T) {
	for _, c := range []struct {
		name       string
		shape      tensor.Shape
		size, full tensor.Shape // full: what out must be
		padding    int
		parts      int
	}{
		{"signal", tensor.MakeShape(2, 9), tensor.MakeShape(4), tensor.MakeShape(2, 4), 0, 6},
		{"image", tensor.MakeShape(3, 5, 6), tensor.MakeShape(4, 3), tensor.MakeShape(3, 4, 3), 0, 2 * 4},
		{"padded image", tensor.MakeShape(1, 4, 5), tensor.Shape{}, tensor.MakeShape(1, 4, 5), 2, 5 * 5},
		{"all padding", tensor.MakeShape(1, 1, 1), tensor.Shape{}, tensor.MakeShape(1, 1, 1), 1, 9},
		{"volume", tensor.MakeShape(2, 3, 4, 5), tensor.MakeShape(2, 4, 3), tensor.MakeShape(2, 2, 4, 3), 0, 2 * 1 * 3},
		{"padded volume", tensor.MakeShape(1, 2, 3, 2), tensor.MakeShape(4, 1, 2), tensor.MakeShape(1, 4, 1, 2), 1, 1 * 5 * 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			view := data.RandomCrop{Size: c.size, Padding: c.padding}
			out, err := view.OutShape(c.shape)
			if err != nil || out != c.full {
				t.Fatalf("OutShape is %v, %v; want %v", out, err, c.full)
			}
			// part returns the crop that starts at from, counted with the padding.
			part := func(from []int) string {
				values := make([]float32, 0, out.Size())
				for i := range out.Size() {
					rest, at, stride, inside := i, 0, 1, true
					for axis := out.Rank() - 1; axis >= 0; axis-- {
						j := rest % out.Dim(axis)
						rest /= out.Dim(axis)
						if axis > 0 {
							j += from[axis-1] - c.padding
						}
						inside = inside && j >= 0 && j < c.shape.Dim(axis)
						at += j * stride
						stride *= c.shape.Dim(axis)
					}
					v := float32(0)
					if inside {
						v = float32(at + 1)
					}
					values = append(values, v)
				}
				return tensor.FromSlice(values, out.Size()).String()
			}
			parts := map[string]int{}
			from := make([]int, out.Rank()-1)
			places := 1
			for axis := 1; axis < out.Rank(); axis++ {
				places *= c.shape.Dim(axis) + 2*c.padding - out.Dim(axis) + 1
			}
			if places != c.parts {
				t.Fatalf("%d places, want %d", places, c.parts)
			}
			for p := range places {
				for axis := 1; axis < out.Rank(); axis++ {
					n := c.shape.Dim(axis) + 2*c.padding - out.Dim(axis) + 1
					from[axis-1] = p % n
					p /= n
				}
				parts[part(from)] = 0
			}
			r := generator(1)
			for range 100 * places {
				x := counted(c.shape)
				view.Apply(x, r)
				got := tensor.FromSlice(x.Data, out.Size()).String()
				if _, ok := parts[got]; x.Shape != out || !ok {
					t.Fatalf("a crop of shape %v is %v, no part of the sample", x.Shape, got)
				}
				parts[got]++
			}
			for values, count := range parts {
				if count == 0 {
					t.Errorf("the part %s never came", values)
				}
			}
		})
	}
}

// A volume and a signal are weighted along each axis by the same Gaussian, in
// float64, and mirrored at their borders.
func TestGaussianBlurRanks(t *testing.T) {
	const kernel, sigma = 5, 1.2
	var weights [kernel]float64
	sum := 0.0
	for i := range weights {
		weights[i] = math.Exp(-float64((i-2)*(i-2)) / (2 * sigma * sigma))
		sum += weights[i]
	}
	for _, shape := range []tensor.Shape{tensor.MakeShape(2, 9), tensor.MakeShape(2, 3, 4, 5), tensor.MakeShape(1, 3, 3, 4, 3)} {
		x := randomSample(generator(1), shape)
		want := make([]float64, len(x.Data))
		for i, v := range x.Data {
			want[i] = float64(v)
		}
		for axis := 1; axis < shape.Rank(); axis++ {
			_, n, inner := shape.Split(axis)
			src := slices.Clone(want)
			for i := range want {
				at := i / inner % n
				want[i] = 0
				for k, w := range weights {
					j := at + k - 2
					if j < 0 {
						j = -j
					}
					if j >= n {
						j = 2*(n-1) - j
					}
					want[i] += w / sum * src[i+(j-at)*inner]
				}
			}
		}
		data.GaussianBlur{Kernel: kernel, Sigma: [2]float64{sigma, sigma}}.Apply(x, generator(1))
		for i, v := range x.Data {
			if math.Abs(float64(v)-want[i]) > 1e-6 {
				t.Fatalf("shape %v: element %d is %v, want %v", shape, i, v, want[i])
			}
		}
	}
}

// The default kernel is the paper's, and what is constant stays so.
func TestGaussianBlurDefaultKernel(t *testing.T) {
	wide := data.GaussianBlur{Sigma: [2]float64{1e6, 1e6}} // all weights the same
	for height, kernel := range map[int]int{8: 3, 32: 3, 40: 5, 96: 9, 224: 23} {
		x := &data.Sample{Shape: tensor.MakeShape(1, height, 61), Data: make([]float32, height*61)}
		x.Data[height/2*61+30] = 1
		wide.Apply(x, generator(1))
		count := 0
		for _, v := range x.Data {
			if v != 0 {
				count++
			}
		}
		if count != kernel*kernel {
			t.Errorf("height %d: one pixel became %d, want %d", height, count, kernel*kernel)
		}
		for i := range x.Data {
			x.Data[i] = 0.7
		}
		wide.Apply(x, generator(1))
		for i, v := range x.Data {
			if math.Abs(float64(v)-0.7) > 1e-6 {
				t.Fatalf("height %d: a constant of 0.7 becomes %v at %d", height, v, i)
			}
		}
	}
}

// Parameters that are drawn reach both of their bounds, and not beyond.
func TestAffineDraws(t *testing.T) {
	const height, width = 5, 8
	r := generator(1)
	seen := map[[2]int]bool{}
	for range 2000 {
		x := randomImage(r, 2, height, width)
		src := slices.Clone(x.Data)
		data.Affine{Translate: [2]float64{0.25, 0.4}, Scale: [2]float64{1, 1}}.Apply(x, r)
		for down := -2; down <= 2; down++ {
			for right := -2; right <= 2; right++ {
				if slices.Equal(x.Data, shifted(src, 2, height, width, down, right)) {
					seen[[2]int{down, right}] = true
				}
			}
		}
	}
	if len(seen) != 25 {
		t.Errorf("%d different shifts, want all 25", len(seen))
	}
	// The distance between two bright pixels gives scale and angle.
	const n, arm = 41, 7
	least, most := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{}
	for range 2000 {
		x := &data.Sample{Shape: tensor.MakeShape(1, n, n), Data: make([]float32, n*n)}
		x.Data[n/2*n+n/2+arm] = 1
		data.Affine{Degrees: [2]float64{10, 40}, Scale: [2]float64{1, 2}}.Apply(x, r)
		var sum, right, down float64
		for i, v := range x.Data {
			sum += float64(v)
			right += float64(v) * float64(i%n-n/2)
			down += float64(v) * float64(i/n-n/2)
		}
		drawn := [2]float64{math.Atan2(down, right) * 180 / math.Pi, math.Hypot(right, down) / sum / arm}
		for i, v := range drawn {
			least[i], most[i] = min(least[i], v), max(most[i], v)
		}
	}
	if math.Abs(least[0]-10) > 2 || math.Abs(most[0]-40) > 2 || math.Abs(least[1]-1) > 0.05 || math.Abs(most[1]-2) > 0.05 {
		t.Errorf("angles (clockwise) and scales from %v to %v, want [10 1] to [40 2]", least, most)
	}
}

func TestRandomErasing(t *testing.T) {
	const height, width, n = 40, 30, 2000
	v := data.RandomErasing{P: 0.6, Scale: [2]float64{0.1, 0.3}, Ratio: [2]float64{0.5, 2}, Value: 0.25}
	r := generator(1)
	erased, area := 0, 0.0
	for range n {
		x := counted(tensor.MakeShape(2, height, width))
		v.Apply(x, r)
		top, left, bottom, right, count := height, width, 0, 0, 0
		for i, a := range x.Data[:height*width] {
			if a == 0.25 {
				top, bottom = min(top, i/width), max(bottom, i/width+1)
				left, right = min(left, i%width), max(right, i%width+1)
				count++
			} else if a != float32(i+1) {
				t.Fatalf("element %d is %v, want %v or 0.25", i, a, i+1)
			}
			if other := x.Data[height*width+i]; (other == 0.25) != (a == 0.25) {
				t.Fatalf("element %d is %v and, in the other channel, %v", i, a, other)
			}
		}
		if count == 0 {
			continue
		}
		h, w := bottom-top, right-left
		if count != h*w {
			t.Fatalf("%d pixels are erased in a rectangle of %d×%d", count, h, w)
		}
		// Sides are rounded, so bounds are missed by a pixel at most.
		if ratio := float64(h) / float64(w); ratio < 0.4 || ratio > 2.4 {
			t.Errorf("the rectangle is %d×%d, want a ratio of 0.5 to 2", h, w)
		}
		erased++
		area += float64(count) / (height * width)
	}
	if got := float64(erased) / n; math.Abs(got-0.6) > 5*math.Sqrt(0.24/n) {
		t.Errorf("erased in %.3f of the images, want 0.6", got)
	}
	if got := area / float64(erased); math.Abs(got-0.2) > 0.01 {
		t.Errorf("erased %.3f of an image in the mean, want 0.2", got)
	}
}

func TestMask(t *testing.T) {
	x := counted(tensor.MakeShape(10000))
	data.Mask{P: 0.3}.Apply(x, generator(1))
	masked := 0
	for i, v := range x.Data {
		if v == 0 {
			masked++
		} else if v != float32(i+1) {
			t.Fatalf("element %d is %v, want %v or 0", i, v, i+1)
		}
	}
	if math.Abs(float64(masked)-3000) > 5*math.Sqrt(0.21*10000) {
		t.Errorf("%d of 10000 values are masked, want 3000", masked)
	}
}

func TestNoiseUnclipped(t *testing.T) {
	x := &data.Sample{Shape: tensor.MakeShape(1000), Data: make([]float32, 1000)}
	clipped := &data.Sample{Shape: x.Shape, Data: make([]float32, 1000)}
	data.Noise{Std: 2, Unclipped: true}.Apply(x, generator(1))
	data.Noise{Std: 2}.Apply(clipped, generator(1))
	for i, v := range x.Data {
		if clipped.Data[i] != min(max(v, 0), 1) {
			t.Fatalf("element %d is %v, and clipped %v", i, v, clipped.Data[i])
		}
	}
	if slices.Max(x.Data) < 2 || slices.Min(x.Data) > -2 {
		t.Errorf("noise from %v to %v, want some beyond ±2", slices.Min(x.Data), slices.Max(x.Data))
	}
}
