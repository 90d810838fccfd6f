package data_test

import (
	"context"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
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
		{"Crop", data.MNISTView().(data.Compose)[0]},
		{"Rotation", data.MNISTView().(data.Compose)[1]},
		{"Brightness", data.MNISTView().(data.Compose)[2]},
		{"Shift", data.Shift{Max: 0.2}},
		{"Noise", noise},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := generator(1)
			x := randomImage(r, 1, 28, 28)
			for b.Loop() {
				c.view.Apply(x, r)
			}
		})
	}
}

// BenchmarkLoader prepares two views of 8,000 images by one worker.
func BenchmarkLoader(b *testing.B) {
	config := data.DefaultLoaderConfig(data.MNISTView())
	config.Workers = 1
	l := newLoader(b, digits(b, 8000), config)
	for b.Loop() {
		for _, err := range l.Batches(context.Background(), 0) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
