package data_test

import (
	"context"
	"math"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

func BenchmarkNewDigits(b *testing.B) {
	for b.Loop() {
		if _, err := data.NewDigits(1000, 1); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "digits/s")
}

func BenchmarkView(b *testing.B) {
	for _, c := range []struct {
		name string
		view data.View
	}{
		{"MNIST", data.MNISTView()},
		{"Digits", data.DigitsView()},
		{"Rotation", data.MNISTView().(data.Compose)[0]},
		{"Crop", data.MNISTView().(data.Compose)[1]},
		{"Brightness", data.MNISTView().(data.Compose)[2]},
		{"Shift", data.Shift{Max: 0.2}},
		{"Noise", noise},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := generator(1)
			image := randomImage(r, 1, 28, 28)
			x := randomImage(r, 1, 28, 28)
			for b.Loop() {
				copy(x.Data, image.Data) // a view of a view of … fades to denormal numbers
				c.view.Apply(x, r)
			}
		})
	}
}

// BenchmarkLoader goes through an epoch of 4,096 images in two views each. The
// consumer of the first case does nothing, so that the speed is the loader's. That
// of the others computes on one core for longer than the views of a batch take on
// another one: with -cpu 2 or more, training should be as fast with the loader's
// batches as with one that is ready.
func BenchmarkLoader(b *testing.B) {
	const images = 4096
	l := newLoader(b, digits(b, images), data.DefaultLoaderConfig(data.MNISTView()))
	for _, c := range []struct {
		name string
		from *data.Loader
		step func()
	}{
		{"alone", l, func() {}},
		{"computing/loader", l, compute},
		{"computing/ready", nil, compute},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if c.from == nil {
					for range l.Len() {
						c.step()
					}
					continue
				}
				for _, err := range c.from.Batches(context.Background(), 0) {
					if err != nil {
						b.Fatal(err)
					}
					c.step()
				}
			}
			b.ReportMetric(float64(b.N*images)/b.Elapsed().Seconds(), "images/s")
		})
	}
}

// compute keeps one core busy for some 8 ms: a million square roots in a chain.
func compute() {
	x := 2.0
	for range 1_000_000 {
		x = 1 + math.Sqrt(x)
	}
	computed = x
}

var computed float64

// BenchmarkCIFARView makes a view of 32×32 pixels of three bytes each, by the
// recipe that torchvision is compared with in bench/compare: reading included,
// which gives torchvision its images for free.
func BenchmarkCIFARView(b *testing.B) {
	const images = 1024
	r := generator(1)
	pixels := make([]byte, images*3*32*32)
	for i := range pixels {
		pixels[i] = byte(r.Uint32())
	}
	shape := tensor.MakeShape(3, 32, 32)
	ds, err := data.NewBytes(pixels, shape)
	if err != nil {
		b.Fatal(err)
	}
	benchmark := func(name string, view data.View) {
		b.Run(name, func(b *testing.B) {
			x := randomSample(r, shape)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if err := ds.Sample(x.Data, i%images); err != nil {
					b.Fatal(err)
				}
				view.Apply(x, r)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "images/s")
		})
	}
	recipe := data.CIFARView().(data.Compose)
	benchmark("all", recipe)
	benchmark("reading", data.Identity{})
	for i, name := range []string{"crop", "flip", "jitter", "grayscale"} {
		benchmark(name, recipe[i])
	}
	benchmark("hue", data.ColorJitter{Hue: 0.1})
	benchmark("saturation", data.ColorJitter{Saturation: 0.4})
	benchmark("contrast", data.ColorJitter{Contrast: 0.4})
	benchmark("brightness", data.ColorJitter{Brightness: 0.4})
}
