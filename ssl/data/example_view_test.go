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
