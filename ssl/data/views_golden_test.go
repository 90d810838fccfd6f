package data_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// TestViewsGolden compares with torchvision's functions on float32s, by
// testdata/views.py. Agreement is within 2e-6: a few roundings of either side.
func TestViewsGolden(t *testing.T) {
	file, err := os.ReadFile("testdata/views.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Shape []int
		Image []float32
		Cases []struct {
			Op       string
			Args     []float64
			Channels int
			Shape    []int
			Want     []float32
		}
	}
	if err := json.Unmarshal(file, &golden); err != nil {
		t.Fatal(err)
	}
	for _, c := range golden.Cases {
		t.Run(fmt.Sprint(c.Op, c.Args, c.Channels), func(t *testing.T) {
			shape := tensor.MakeShape(golden.Shape...).With(0, c.Channels)
			x := &data.Sample{Shape: shape, Data: slices.Clone(golden.Image[:shape.Size()])}
			a := c.Args
			whole := make([]int, len(a))
			for i := range a {
				whole[i] = int(a[i])
			}
			switch c.Op {
			case "brightness":
				data.AdjustBrightness(x, float32(a[0]))
			case "contrast":
				data.AdjustContrast(x, float32(a[0]))
			case "saturation":
				data.AdjustSaturation(x, float32(a[0]))
			case "hue":
				data.AdjustHue(x, a[0])
			case "grayscale":
				data.Grayscale{P: 1}.Apply(x, generator(1))
			case "solarize":
				data.Solarize{P: 1, Threshold: a[0]}.Apply(x, generator(1))
			case "blur":
				data.Blur(x, whole[0], a[1])
			case "affine":
				data.AffineBy(x, a[0], whole[1], whole[2], a[3], a[4], a[5])
			case "bilinear":
				data.ResizeCrop(x, whole[0], whole[1], whole[2], whole[3], whole[4], data.Bilinear)
			case "bicubic":
				data.ResizeCrop(x, whole[0], whole[1], whole[2], whole[3], whole[4], data.Bicubic)
			default:
				t.Fatal("unknown operation")
			}
			if want := tensor.MakeShape(c.Shape...); x.Shape != want {
				t.Fatalf("shape %v, want %v", x.Shape, want)
			}
			for i, got := range x.Data {
				if !(math.Abs(float64(got-c.Want[i])) <= 2e-6) {
					t.Fatalf("element %d is %v, want %v", i, got, c.Want[i])
				}
			}
		})
	}
}
