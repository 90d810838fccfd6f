package data_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// reverse is a view of one's own: it turns a sample around, half of the time.
type reverse struct{}

func (reverse) OutShape(in tensor.Shape) (tensor.Shape, error) { return in, nil }

func (reverse) Apply(x *data.Sample, r *rand.Rand) {
	if r.IntN(2) == 0 {
		return
	}
	old := x.Renew(x.Shape)
	for i, v := range old {
		x.Data[len(old)-1-i] = v
	}
}

func ExampleView() {
	x := data.Sample{Shape: tensor.MakeShape(3), Data: []float32{1, 2, 3}}
	r := rand.New(rand.NewPCG(1, 3))
	for range 4 {
		reverse{}.Apply(&x, r)
		fmt.Println(x.Data)
	}
	// Output:
	// [1 2 3]
	// [3 2 1]
	// [3 2 1]
	// [3 2 1]
}

func ExampleSample() {
	x := data.Sample{Shape: tensor.MakeShape(1, 2, 2), Data: []float32{1, 2, 3, 4}}
	old := x.Renew(tensor.MakeShape(4)) // for a view that makes a vector of an image
	copy(x.Data, old)
	fmt.Println(x.Shape, x.Data)
	// Output: [4] [1 2 3 4]
}

func ExampleCompose() {
	view := data.Compose{
		data.RandomResizedCrop{Scale: [2]float64{0.08, 1}, Ratio: [2]float64{3. / 4, 4. / 3}, Size: 24},
		data.RandomApply{P: 0.8, View: data.Brightness{Factor: [2]float64{0.5, 1.5}}},
	}
	fmt.Println(view.OutShape(tensor.MakeShape(3, 32, 32)))
	_, err := view.OutShape(tensor.MakeShape(100))
	fmt.Println(err)
	// Output:
	// [3 24 24] <nil>
	// data: RandomResizedCrop: sample of shape [100], expected an image [C H W]
}

// apply returns what a view makes of a small image.
func apply(v data.View, pixels ...float32) []float32 {
	x := data.Sample{Shape: tensor.MakeShape(1, 2, len(pixels)/2), Data: pixels}
	v.Apply(&x, rand.New(rand.NewPCG(1, 2)))
	return x.Data
}

func ExampleIdentity() {
	fmt.Println(apply(data.Identity{}, 0, 0.5, 1, 0))
	// Output: [0 0.5 1 0]
}

func ExampleRandomApply() {
	dark := data.Brightness{Factor: [2]float64{0, 0}}
	fmt.Println(apply(data.RandomApply{P: 0, View: dark}, 0, 0.5, 1, 0))
	fmt.Println(apply(data.RandomApply{P: 1, View: dark}, 0, 0.5, 1, 0))
	// Output:
	// [0 0.5 1 0]
	// [0 0 0 0]
}

func ExampleRandomResizedCrop() {
	// The middle two of four columns, stretched to the width of the image.
	square := data.RandomResizedCrop{Scale: [2]float64{1, 1}, Ratio: [2]float64{1, 1}}
	fmt.Println(apply(square,
		0, 0, 1, 1,
		0, 0, 1, 1))
	// Output: [0 0.25 0.75 1 0 0.25 0.75 1]
}

func ExampleRotation() {
	quarter := data.Rotation{Degrees: [2]float64{90, 90}}
	fmt.Println(apply(quarter,
		1, 2,
		3, 4))
	// Output: [2 4 1 3]
}

func ExampleShift() {
	fmt.Println(apply(data.Shift{Max: 0.5},
		1, 2, 3, 4,
		5, 6, 7, 8))
	// Output:
	// [0 1 2 3 0 5 6 7]
}

func ExampleBrightness() {
	fmt.Println(apply(data.Brightness{Factor: [2]float64{1.5, 1.5}}, 0, 0.25, 0.5, 1))
	// Output: [0 0.375 0.75 1]
}

func ExampleNoise() {
	for _, v := range apply(data.Noise{Std: 0.1}, 0.5, 0.5, 0.5, 0.5) {
		fmt.Printf("%.2f ", v)
	}
	// Output:
	// 0.54 0.51 0.52 0.39
}

// The noise of vectors, which have no bounds, is not clipped.
func ExampleNoise_vectors() {
	for _, v := range apply(data.Noise{Std: 1, Unclipped: true}, 0, 0, 0, 0) {
		fmt.Printf("%.1f ", v)
	}
	// Output: 0.4 0.1 0.2 -1.1
}

func ExampleInterpolation() {
	one := [2]float64{1, 1}
	for _, by := range []data.Interpolation{data.Bilinear, data.Bicubic} {
		enlarge := data.RandomResizedCrop{Scale: one, Ratio: one, Size: 4, Interpolation: by}
		fmt.Printf("%.2f\n", apply(enlarge, 0, 1, 0, 1)[:4])
	}
	// Output:
	// [0.00 0.25 0.75 1.00]
	// [-0.11 0.23 0.77 1.11]
}

func ExampleRandomCrop() {
	// A volume of one channel, of which half the depth is kept.
	x := data.Sample{Shape: tensor.MakeShape(1, 2, 2, 2), Data: []float32{1, 2, 3, 4, 5, 6, 7, 8}}
	slice := data.RandomCrop{Size: tensor.MakeShape(1, 2, 2)}
	slice.Apply(&x, rand.New(rand.NewPCG(1, 2)))
	fmt.Println(x.Shape, x.Data)
	// Output: [1 1 2 2] [1 2 3 4]
}

func ExampleFlip() {
	// A signal of two channels, played backwards.
	x := data.Sample{Shape: tensor.MakeShape(2, 3), Data: []float32{1, 2, 3, 4, 5, 6}}
	data.Flip{P: 1, Axis: 1}.Apply(&x, rand.New(rand.NewPCG(1, 2)))
	fmt.Println(x.Data)
	// Output: [3 2 1 6 5 4]
}

func ExampleHorizontalFlip() {
	fmt.Println(apply(data.HorizontalFlip{P: 1},
		1, 2,
		3, 4))
	// Output: [2 1 4 3]
}

func ExampleVerticalFlip() {
	fmt.Println(apply(data.VerticalFlip{P: 1},
		1, 2,
		3, 4))
	// Output: [3 4 1 2]
}

// applyColor returns what a view makes of one pixel.
func applyColor(v data.View, red, green, blue float32) []float32 {
	x := data.Sample{Shape: tensor.MakeShape(3, 1, 1), Data: []float32{red, green, blue}}
	v.Apply(&x, rand.New(rand.NewPCG(1, 2)))
	return x.Data
}

func ExampleColorJitter() {
	jitter := data.ColorJitter{Brightness: 0.4, Contrast: 0.4, Saturation: 0.4, Hue: 0.1}
	fmt.Printf("%.2f\n", applyColor(jitter, 0.8, 0.4, 0.2))
	// Output: [0.76 0.58 0.13]
}

func ExampleGrayscale() {
	fmt.Printf("%.3f\n", applyColor(data.Grayscale{P: 1}, 0, 1, 0))
	// Output: [0.587 0.587 0.587]
}

func ExampleSolarize() {
	fmt.Println(apply(data.Solarize{P: 1, Threshold: 0.5}, 0, 0.25, 0.75, 1))
	// Output: [0 0.25 0.25 0]
}

func ExampleGaussianBlur() {
	x := data.Sample{Shape: tensor.MakeShape(1, 7), Data: []float32{0, 0, 0, 1, 0, 0, 0}}
	data.GaussianBlur{Kernel: 5, Sigma: [2]float64{1, 1}}.Apply(&x, rand.New(rand.NewPCG(1, 2)))
	fmt.Printf("%.3f\n", x.Data)
	// Output: [0.000 0.054 0.244 0.403 0.244 0.054 0.000]
}

func ExampleAffine() {
	quarter := data.Affine{Degrees: [2]float64{90, 90}, Scale: [2]float64{1, 1}}
	fmt.Println(apply(quarter,
		1, 2,
		3, 4))
	// Output: [3 1 4 2]
}

func ExampleRandomErasing() {
	erase := data.RandomErasing{P: 1, Scale: [2]float64{0.25, 0.25}, Ratio: [2]float64{1, 1}}
	fmt.Println(apply(erase,
		1, 2,
		3, 4))
	// Output: [0 2 3 4]
}

func ExampleMask() {
	fmt.Println(apply(data.Mask{P: 0.5}, 1, 2, 3, 4, 5, 6))
	// Output: [1 0 3 0 5 0]
}

func ExampleSCARF() {
	train, err := data.NewMemory([]float32{
		1, 10, 100, 1000, 10000,
		2, 20, 200, 2000, 20000,
		3, 30, 300, 3000, 30000,
	}, tensor.MakeShape(5))
	if err != nil {
		fmt.Println(err)
		return
	}
	scarf, err := data.NewSCARF(train, 0.6)
	if err != nil {
		fmt.Println(err)
		return
	}
	x := data.Sample{Shape: train.Shape(), Data: make([]float32, 5)}
	scarf.Apply(&x, rand.New(rand.NewPCG(1, 2)))
	fmt.Println(x.Data)
	// Output: [0 30 0 1000 20000]
}

func ExamplePreset() {
	table, err := data.NewMemory(make([]float32, 12), tensor.MakeShape(3))
	if err != nil {
		fmt.Println(err)
		return
	}
	views, err := data.Preset("tabular", table)
	fmt.Println(len(views), err)
	_, err = data.Preset("tables", table)
	fmt.Println(err)
	// Output:
	// 2 <nil>
	// data: preset "tables", expected one of cifar, digits, imagenet, mnist, tabular, volume
}
