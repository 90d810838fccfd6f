package data_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// randomImage returns an image of uniform values.
func randomImage(r *rand.Rand, channels, height, width int) *data.Sample {
	x := &data.Sample{Shape: tensor.MakeShape(channels, height, width), Data: make([]float32, channels*height*width)}
	for i := range x.Data {
		x.Data[i] = r.Float32()
	}
	return x
}

func generator(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// Parameters that leave no room for chance and change nothing.
func TestViewIdentity(t *testing.T) {
	one := [2]float64{1, 1}
	for _, c := range []struct {
		name string
		view data.View
	}{
		{"Identity", data.Identity{}},
		{"Compose of nothing", data.Compose{}},
		{"RandomApply never", data.RandomApply{P: 0, View: data.Brightness{}}},
		{"RandomResizedCrop of all", data.RandomResizedCrop{Scale: one, Ratio: [2]float64{9. / 7, 9. / 7}}},
		{"Rotation by 0", data.Rotation{}},
		{"Rotation by 360", data.Rotation{Degrees: [2]float64{360, 360}}},
		{"Shift by 0", data.Shift{}},
		{"Brightness of 1", data.Brightness{Factor: one}},
		{"Noise of 0", data.Noise{}},
		{"Noise of 0, unclipped", data.Noise{Unclipped: true}},
		{"bicubic crop of all", data.RandomResizedCrop{Scale: one, Ratio: [2]float64{9. / 7, 9. / 7}, Interpolation: data.Bicubic}},
		{"RandomCrop of all", data.RandomCrop{}},
		{"Flip never", data.Flip{Axis: 1}},
		{"Flip twice", data.Compose{data.Flip{P: 1, Axis: 1}, data.Flip{P: 1, Axis: -2}}},
		{"HorizontalFlip never", data.HorizontalFlip{}},
		{"HorizontalFlip twice", data.Compose{data.HorizontalFlip{P: 1}, data.HorizontalFlip{P: 1}}},
		{"VerticalFlip never", data.VerticalFlip{}},
		{"VerticalFlip twice", data.Compose{data.VerticalFlip{P: 1}, data.VerticalFlip{P: 1}}},
		{"half a turn by flips", data.Compose{data.HorizontalFlip{P: 1}, data.VerticalFlip{P: 1}, data.Rotation{Degrees: [2]float64{180, 180}}}},
		{"ColorJitter of 0", data.ColorJitter{}},
		{"ColorJitter of next to no hue", data.ColorJitter{Hue: 1e-9}},
		{"Grayscale never", data.Grayscale{}},
		{"Solarize never", data.Solarize{}},
		{"Solarize twice", data.Compose{data.Solarize{P: 1}, data.Solarize{P: 1}}},
		{"GaussianBlur of one pixel", data.GaussianBlur{Kernel: 1, Sigma: one}},
		{"narrow GaussianBlur", data.GaussianBlur{Sigma: [2]float64{0.01, 0.01}}},
		{"Affine of nothing", data.Affine{Scale: one}},
		{"half a turn and back", data.Compose{
			data.Affine{Degrees: [2]float64{180, 180}, Scale: one}, data.Rotation{Degrees: [2]float64{180, 180}}}},
		{"RandomErasing never", data.RandomErasing{Scale: one, Ratio: one}},
		{"RandomErasing of more than there is", data.RandomErasing{P: 1, Scale: one, Ratio: one}},
		{"Mask of nothing", data.Mask{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := generator(1)
			x := randomImage(r, 3, 7, 9)
			want := slices.Clone(x.Data)
			out, err := c.view.OutShape(x.Shape)
			if err != nil || out != x.Shape {
				t.Fatalf("OutShape is %v, %v", out, err)
			}
			c.view.Apply(x, r)
			for i, v := range x.Data {
				// The sine of 360° is not quite 0 in floating point.
				if math.Abs(float64(v-want[i])) > 1e-6 {
					t.Fatalf("element %d is %v, want %v", i, v, want[i])
				}
			}
		})
	}
}

func TestViewErrors(t *testing.T) {
	nan := math.NaN()
	image, vector := tensor.MakeShape(1, 8, 8), tensor.MakeShape(64)
	whole := data.RandomResizedCrop{Scale: [2]float64{1, 1}, Ratio: [2]float64{1, 1}}
	scaled := func(lo, hi float64) data.View {
		return data.RandomResizedCrop{Scale: [2]float64{lo, hi}, Ratio: whole.Ratio}
	}
	shaped := func(lo, hi float64) data.View {
		return data.RandomResizedCrop{Scale: whole.Scale, Ratio: [2]float64{lo, hi}}
	}
	for _, c := range []struct {
		name string
		view data.View
		in   tensor.Shape
		want string
	}{
		{"crop of nothing", data.RandomResizedCrop{}, image, "RandomResizedCrop: Scale is [0 0]"},
		{"crop, scale above 1", scaled(0.5, 1.5), image, "Scale is [0.5 1.5], expected 0 < low ≤ high ≤ 1"},
		{"crop, scale reversed", scaled(1, 0.5), image, "Scale is [1 0.5]"},
		{"crop, scale NaN", scaled(nan, 1), image, "Scale is [NaN 1]"},
		{"crop, ratio 0", shaped(0, 1), image, "Ratio is [0 1]"},
		{"crop, ratio infinite", shaped(1, math.Inf(1)), image, "Ratio is [1 +Inf]"},
		{"crop, size", data.RandomResizedCrop{Scale: whole.Scale, Ratio: whole.Ratio, Size: -1}, image, "Size is -1"},
		{"crop of a vector", whole, vector, "RandomResizedCrop: sample of shape [64], expected an image [C H W]"},
		{"rotation reversed", data.Rotation{Degrees: [2]float64{5, -5}}, image, "Rotation: Degrees is [5 -5]"},
		{"rotation NaN", data.Rotation{Degrees: [2]float64{0, nan}}, image, "Degrees is [0 NaN]"},
		{"rotation of a vector", data.Rotation{}, vector, "Rotation: sample of shape [64]"},
		{"shift", data.Shift{Max: 1.5}, image, "Shift: Max is 1.5"},
		{"shift NaN", data.Shift{Max: nan}, image, "Max is NaN"},
		{"shift of a vector", data.Shift{}, vector, "Shift: sample of shape [64]"},
		{"brightness", data.Brightness{Factor: [2]float64{-1, 1}}, image, "Brightness: Factor is [-1 1]"},
		{"noise", data.Noise{Std: -1}, image, "Noise: Std is -1"},
		{"crop, interpolation", data.RandomResizedCrop{Scale: whole.Scale, Ratio: whole.Ratio, Interpolation: 2}, image, "RandomResizedCrop: Interpolation is 2, expected 0 (bilinear)"},
		{"random crop of a vector", data.RandomCrop{}, vector, "RandomCrop: sample of shape [64], expected [C L]"},
		{"random crop, padding", data.RandomCrop{Padding: -1}, image, "RandomCrop: Padding is -1"},
		{"random crop, rank", data.RandomCrop{Size: tensor.MakeShape(4)}, image, "RandomCrop: Size is [4], expected 2 numbers for samples of shape [1 8 8]"},
		{"random crop, too large", data.RandomCrop{Size: tensor.MakeShape(8, 11), Padding: 1}, image, "Size is [8 11], expected 1 to 10 in place of 11"},
		{"random crop of nothing", data.RandomCrop{Size: tensor.MakeShape(0, 8)}, image, "Size is [0 8], expected 1 to 8 in place of 0"},
		{"flip", data.Flip{P: 2, Axis: 1}, image, "Flip: P is 2"},
		{"flip of channels", data.Flip{}, image, "Flip: Axis is 0, expected ±1 to ±2"},
		{"flip of channels from the end", data.Flip{Axis: -3}, image, "Flip: Axis is -3"},
		{"flip of no axis", data.Flip{Axis: 3}, image, "Flip: Axis is 3"},
		{"flip of a vector", data.Flip{Axis: 1}, vector, "Flip: sample of shape [64]"},
		{"horizontal flip", data.HorizontalFlip{P: -1}, image, "HorizontalFlip: P is -1"},
		{"horizontal flip of a vector", data.HorizontalFlip{}, vector, "HorizontalFlip: sample of shape [64]"},
		{"vertical flip", data.VerticalFlip{P: nan}, image, "VerticalFlip: P is NaN"},
		{"vertical flip of a vector", data.VerticalFlip{}, vector, "VerticalFlip: sample of shape [64]"},
		{"jitter, brightness", data.ColorJitter{Brightness: -1}, image, "ColorJitter: Brightness is -1"},
		{"jitter, contrast", data.ColorJitter{Contrast: nan}, image, "ColorJitter: Contrast is NaN"},
		{"jitter, saturation", data.ColorJitter{Saturation: math.Inf(1)}, image, "ColorJitter: Saturation is +Inf"},
		{"jitter, hue", data.ColorJitter{Hue: 0.6}, image, "ColorJitter: Hue is 0.6, expected 0 to 0.5"},
		{"jitter of four channels", data.ColorJitter{}, tensor.MakeShape(4, 8, 8), "ColorJitter: sample of shape [4 8 8], expected an image [C H W] of 1 or 3 channels"},
		{"jitter of a vector", data.ColorJitter{}, vector, "ColorJitter: sample of shape [64]"},
		{"grayscale", data.Grayscale{P: 2}, image, "Grayscale: P is 2"},
		{"grayscale of two channels", data.Grayscale{}, tensor.MakeShape(2, 8, 8), "Grayscale: sample of shape [2 8 8]"},
		{"solarize", data.Solarize{P: 2}, image, "Solarize: P is 2"},
		{"solarize, threshold", data.Solarize{Threshold: nan}, image, "Solarize: Threshold is NaN"},
		{"blur, even", data.GaussianBlur{Kernel: 4, Sigma: whole.Scale}, image, "GaussianBlur: Kernel is 4, expected an odd number"},
		{"blur, negative", data.GaussianBlur{Kernel: -3, Sigma: whole.Scale}, image, "GaussianBlur: Kernel is -3"},
		{"blur, wide", data.GaussianBlur{Kernel: 17, Sigma: whole.Scale}, image, "GaussianBlur: Kernel is 17, expected 15 or less"},
		{"blur, sigma", data.GaussianBlur{}, image, "GaussianBlur: Sigma is [0 0], expected 0 < low ≤ high"},
		{"blur, sigma reversed", data.GaussianBlur{Sigma: [2]float64{2, 1}}, image, "Sigma is [2 1]"},
		{"blur of a vector", data.GaussianBlur{Sigma: whole.Scale}, vector, "GaussianBlur: sample of shape [64]"},
		{"affine, degrees", data.Affine{Degrees: [2]float64{-400, 0}}, image, "Affine: Degrees is [-400 0]"},
		{"affine, translate", data.Affine{Translate: [2]float64{0, 2}}, image, "Affine: Translate is [0 2]"},
		{"affine, scale", data.Affine{}, image, "Affine: Scale is [0 0]"},
		{"affine, shear along x", data.Affine{Scale: whole.Scale, ShearX: [2]float64{0, 90}}, image, "Affine: ShearX is [0 90]"},
		{"affine, shear along y", data.Affine{Scale: whole.Scale, ShearY: [2]float64{nan, 0}}, image, "Affine: ShearY is [NaN 0]"},
		{"affine of a vector", data.Affine{Scale: whole.Scale}, vector, "Affine: sample of shape [64]"},
		{"erasing", data.RandomErasing{P: 2}, image, "RandomErasing: P is 2"},
		{"erasing, scale", data.RandomErasing{}, image, "RandomErasing: Scale is [0 0]"},
		{"erasing, ratio", data.RandomErasing{Scale: whole.Scale}, image, "RandomErasing: Ratio is [0 0]"},
		{"erasing, value", data.RandomErasing{Scale: whole.Scale, Ratio: whole.Ratio, Value: nan}, image, "RandomErasing: Value is NaN"},
		{"erasing of a vector", data.RandomErasing{Scale: whole.Scale, Ratio: whole.Ratio}, vector, "RandomErasing: sample of shape [64]"},
		{"mask", data.Mask{P: 1.5}, vector, "Mask: P is 1.5"},
		{"SCARF without data", &data.SCARF{}, vector, "SCARF: no training data, expected one made by NewSCARF"},
		{"SCARF, nil", (*data.SCARF)(nil), vector, "SCARF: no training data"},
		{"noise infinite", data.Noise{Std: math.Inf(1)}, image, "Noise: Std is +Inf"},
		{"probability", data.RandomApply{P: 2, View: data.Identity{}}, image, "RandomApply: P is 2"},
		{"apply nothing", data.RandomApply{}, image, "RandomApply: View is nil"},
		{"apply, inner", data.RandomApply{View: data.Noise{Std: -1}}, image, "Noise: Std is -1"},
		{"apply, other size", data.RandomApply{View: data.RandomResizedCrop{Scale: whole.Scale, Ratio: whole.Ratio, Size: 4}}, image, "turns shape [1 8 8] into [1 4 4]"},
		{"compose nil", data.Compose{data.Identity{}, nil}, image, "Compose: view 1 is nil"},
		{"compose, inner", data.Compose{data.Identity{}, data.Shift{Max: -1}}, image, "Shift: Max is -1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.view.OutShape(c.in)
			wantError(t, err, "data: ", c.want)
		})
	}
}

func TestComposeShape(t *testing.T) {
	crop := func(size int) data.View {
		return data.RandomResizedCrop{Scale: [2]float64{0.1, 1}, Ratio: [2]float64{0.5, 2}, Size: size}
	}
	view := data.Compose{crop(12), data.Rotation{Degrees: [2]float64{-9, 9}}, crop(5)}
	r := generator(1)
	x := randomImage(r, 3, 7, 9)
	out, err := view.OutShape(x.Shape)
	if want := tensor.MakeShape(3, 5, 5); err != nil || out != want {
		t.Fatalf("OutShape is %v, %v; want %v", out, err, want)
	}
	view.Apply(x, r)
	if x.Shape != out || len(x.Data) != out.Size() {
		t.Errorf("Apply made %d values of shape %v, OutShape promised %v", len(x.Data), x.Shape, out)
	}
}

func TestRandomApply(t *testing.T) {
	view := data.RandomApply{P: 0.3, View: data.Brightness{}} // black, when applied
	r := generator(1)
	const n = 10000
	black := 0
	for range n {
		x := data.Sample{Shape: tensor.MakeShape(1), Data: []float32{1}}
		view.Apply(&x, r)
		if x.Data[0] == 0 {
			black++
		}
	}
	// Five standard deviations of a binomial: 5·√(0.3·0.7/10000) = 0.023.
	if got := float64(black) / n; math.Abs(got-0.3) > 0.023 {
		t.Errorf("applied %.3f of the time, want 0.3", got)
	}
}

func TestShift(t *testing.T) {
	const height, width = 5, 8
	view := data.Shift{Max: 0.5} // ±2 (5/2 rounds to even) and ±4 pixels
	r := generator(1)
	seen := map[[2]int]bool{}
	for range 2000 {
		x := randomImage(r, 2, height, width)
		src := slices.Clone(x.Data)
		view.Apply(x, r)
		// Find the shift that explains the result: there must be one.
		found := false
		for down := -2; down <= 2 && !found; down++ {
			for right := -4; right <= 4 && !found; right++ {
				if slices.Equal(x.Data, shifted(src, 2, height, width, down, right)) {
					seen[[2]int{down, right}] = true
					found = true
				}
			}
		}
		if !found {
			t.Fatalf("no shift within bounds turns %v into %v", src, x.Data)
		}
	}
	if len(seen) != 5*9 {
		t.Errorf("%d different shifts, want all 45", len(seen))
	}
}

func shifted(src []float32, channels, height, width, down, right int) []float32 {
	dst := make([]float32, len(src))
	for k := range channels {
		for i := range height {
			for j := range width {
				if y, x := i-down, j-right; y >= 0 && y < height && x >= 0 && x < width {
					dst[(k*height+i)*width+j] = src[(k*height+y)*width+x]
				}
			}
		}
	}
	return dst
}

func TestBrightness(t *testing.T) {
	view := data.Brightness{Factor: [2]float64{0.5, 3}}
	r := generator(1)
	least, most := math.Inf(1), 0.0
	for range 1000 {
		x := &data.Sample{Shape: tensor.MakeShape(4), Data: []float32{0, 0.25, 0.5, 1}}
		view.Apply(x, r)
		factor := float64(x.Data[1]) / 0.25
		least, most = min(least, factor), max(most, factor)
		want := []float32{0, float32(0.25 * factor), float32(min(0.5*factor, 1)), float32(min(factor, 1))}
		if !slices.Equal(x.Data, want) {
			t.Fatalf("values %v, want %v", x.Data, want)
		}
	}
	if least < 0.5 || least > 0.51 || most < 2.99 || most > 3 {
		t.Errorf("factors from %.3f to %.3f, want 0.5 to 3", least, most)
	}
}

func TestNoise(t *testing.T) {
	const n, std = 100000, 0.1
	x := &data.Sample{Shape: tensor.MakeShape(n), Data: make([]float32, n)}
	for i := range x.Data {
		x.Data[i] = 0.5
	}
	data.Noise{Std: std}.Apply(x, generator(1))
	var sum, squares float64
	for _, v := range x.Data {
		d := float64(v) - 0.5
		sum += d
		squares += d * d
		if v < 0 || v > 1 {
			t.Fatalf("value %v, want 0 to 1", v)
		}
	}
	// Clipping at five standard deviations changes nothing visible. The limits
	// are five standard errors: σ/√n and σ/√(2n).
	if mean := sum / n; math.Abs(mean) > 5*std/math.Sqrt(n) {
		t.Errorf("mean of the noise %v, want 0", mean)
	}
	if got := math.Sqrt(squares / n); math.Abs(got-std) > 5*std/math.Sqrt(2*n) {
		t.Errorf("standard deviation %v, want %v", got, std)
	}
	data.Noise{Std: 100}.Apply(x, generator(2))
	for _, v := range x.Data {
		if v < 0 || v > 1 {
			t.Fatalf("value %v, want 0 to 1", v)
		}
	}
}
