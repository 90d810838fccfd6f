package data_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// everyView has each view, doing something, with shapes that suit it.
func everyView(t testing.TB) []struct {
	name   string
	view   data.View
	shapes []tensor.Shape
} {
	color, grey := tensor.MakeShape(3, 24, 28), tensor.MakeShape(1, 24, 28)
	signal, volume, vector := tensor.MakeShape(2, 50), tensor.MakeShape(2, 6, 10, 9), tensor.MakeShape(10)
	images := []tensor.Shape{color, grey}
	spatial := []tensor.Shape{color, signal, volume}
	all := append([]tensor.Shape{vector}, spatial...)
	scarf, err := data.NewSCARF(uniformVectors(t, 100, 10), 0.6)
	if err != nil {
		t.Fatal(err)
	}
	scale, ratio := [2]float64{0.2, 0.8}, [2]float64{0.5, 2}
	return []struct {
		name   string
		view   data.View
		shapes []tensor.Shape
	}{
		{"MNISTView", data.MNISTView(), images},
		{"DigitsView", data.DigitsView(), images},
		{"CIFARView", data.CIFARView(), images},
		{"ImageNetView", data.ImageNetView(20), images},
		{"RandomApply", data.RandomApply{P: 0.5, View: data.Rotation{Degrees: [2]float64{-9, 9}}}, images},
		{"RandomResizedCrop", data.RandomResizedCrop{Scale: scale, Ratio: ratio, Size: 40}, images},
		{"bicubic", data.RandomResizedCrop{Scale: scale, Ratio: ratio, Size: 9, Interpolation: data.Bicubic}, images},
		{"RandomCrop of images", data.RandomCrop{Size: tensor.MakeShape(20, 28), Padding: 2}, images},
		{"RandomCrop of signals", data.RandomCrop{Size: tensor.MakeShape(20), Padding: 3}, []tensor.Shape{signal}},
		{"RandomCrop of volumes", data.RandomCrop{Size: tensor.MakeShape(5, 6, 9), Padding: 1}, []tensor.Shape{volume}},
		{"Flip", data.Flip{P: 0.5, Axis: 1}, spatial},
		{"HorizontalFlip", data.HorizontalFlip{P: 0.5}, images},
		{"VerticalFlip", data.VerticalFlip{P: 0.5}, images},
		{"ColorJitter", data.ColorJitter{Brightness: 0.8, Contrast: 0.8, Saturation: 0.8, Hue: 0.2}, images},
		{"Grayscale", data.Grayscale{P: 1}, images},
		{"Solarize", data.Solarize{P: 1, Threshold: 0.5}, all},
		{"GaussianBlur", data.GaussianBlur{Sigma: [2]float64{0.1, 2}}, spatial},
		{"Rotation", data.Rotation{Degrees: [2]float64{-90, 90}}, images},
		{"Affine", data.Affine{Degrees: [2]float64{-20, 20}, Translate: [2]float64{0.1, 0.1}, Scale: [2]float64{0.8, 1.2},
			ShearX: [2]float64{-9, 9}, ShearY: [2]float64{-9, 9}}, images},
		{"Shift", data.Shift{Max: 0.2}, images},
		{"RandomErasing", data.RandomErasing{P: 1, Scale: scale, Ratio: ratio}, images},
		{"Brightness", data.Brightness{Factor: ratio}, all},
		{"Noise", data.Noise{Std: 0.1}, all},
		{"Noise, unclipped", data.Noise{Std: 0.1, Unclipped: true}, all},
		{"Mask", data.Mask{P: 0.5}, all},
		{"SCARF", scarf, []tensor.Shape{vector}},
	}
}

// uniformVectors returns n vectors of m numbers each.
func uniformVectors(t testing.TB, n, m int) data.Dataset {
	t.Helper()
	r := generator(9)
	values := make([]float32, n*m)
	for i := range values {
		values[i] = r.Float32()
	}
	ds, err := data.NewMemory(values, tensor.MakeShape(m))
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

// randomSample returns a sample of uniform values.
func randomSample(r *rand.Rand, shape tensor.Shape) *data.Sample {
	x := &data.Sample{Shape: shape, Data: make([]float32, shape.Size())}
	for i := range x.Data {
		x.Data[i] = r.Float32()
	}
	return x
}

// What a view makes of a sample depends on the sample and the generator alone, not
// on what the buffers held before, and has the shape that was promised.
func TestViewDeterminism(t *testing.T) {
	for _, c := range everyView(t) {
		t.Run(c.name, func(t *testing.T) {
			used := randomSample(generator(3), c.shapes[0])
			for _, shape := range c.shapes {
				out, err := c.view.OutShape(shape)
				if err != nil {
					t.Fatal(err)
				}
				for seed := range uint64(20) {
					fresh := randomSample(generator(seed), shape)
					used.Renew(tensor.MakeShape(2 * shape.Size())) // one buffer of old values,
					used.Renew(shape)                              // and the other
					copy(used.Data, fresh.Data)
					c.view.Apply(fresh, generator(seed))
					c.view.Apply(used, generator(seed))
					if fresh.Shape != out || len(fresh.Data) != out.Size() {
						t.Fatalf("Apply made %d values of shape %v, OutShape promised %v", len(fresh.Data), fresh.Shape, out)
					}
					if used.Shape != out || !slices.Equal(used.Data, fresh.Data) {
						t.Fatalf("shape %v, seed %d: the same sample and seed give other values with used buffers", shape, seed)
					}
				}
			}
		})
	}
}

// Once a sample has its buffers, views allocate nothing.
func TestViewAllocations(t *testing.T) {
	for _, c := range everyView(t) {
		for _, shape := range c.shapes {
			r := generator(1)
			image := randomSample(r, shape)
			x := &data.Sample{}
			apply := func() {
				copy(x.Renew(shape), image.Data)
				copy(x.Data, image.Data)
				c.view.Apply(x, r)
			}
			for range 20 { // until every random branch was taken
				apply()
			}
			if n := testing.AllocsPerRun(100, apply); n != 0 {
				t.Errorf("%s allocates %v times a sample of shape %v, want 0", c.name, n, shape)
			}
		}
	}
}
