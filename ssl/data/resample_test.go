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

// imageGoldens is the content of testdata/images.json, which Pillow and
// torchvision made; testdata/images.py describes it.
type imageGoldens struct {
	Resize []struct {
		Filter        string
		Size          int
		In, Out       [2]int
		Pixels, Bytes []byte
		Float32       []float32
	}
	Files []struct {
		Name            string
		File, RGB, Gray []byte
		Size            [2]int
	}
	Cropped []struct {
		Name, Filter string
		Size         int
		RGB          []byte
	}
}

func readImageGoldens(t testing.TB) (g imageGoldens) {
	t.Helper()
	b, err := os.ReadFile("testdata/images.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

var interpolations = map[string]data.Interpolation{"bilinear": data.Bilinear, "bicubic": data.Bicubic}

// unit returns bytes as float32s from 0 to 1.
func unit(b []byte) []float32 {
	out := make([]float32, len(b))
	for i, v := range b {
		out[i] = float32(v) / 255
	}
	return out
}

// furthest returns the largest distance between elements of a and b.
func furthest(a, b []float32) (d float64) {
	for i := range a {
		d = max(d, math.Abs(float64(a[i])-float64(b[i])))
	}
	return d
}

func TestResizeLikePillow(t *testing.T) {
	for _, c := range readImageGoldens(t).Resize {
		t.Run(fmt.Sprintf("%s %v to %d", c.Filter, c.In, c.Size), func(t *testing.T) {
			view := data.Resize{Size: c.Size, Interpolation: interpolations[c.Filter]}
			// Twice the image, to see that channels do not mix.
			x := data.Sample{Shape: tensor.MakeShape(2, c.In[0], c.In[1]), Data: slices.Repeat(unit(c.Pixels), 2)}
			for i := range c.Pixels {
				x.Data[i] /= 2
			}
			out, err := view.OutShape(x.Shape)
			if want := tensor.MakeShape(2, c.Out[0], c.Out[1]); err != nil || out != want {
				t.Fatalf("shape %v, %v, want %v", out, err, want)
			}
			view.Apply(&x, nil)
			if x.Shape != out || len(x.Data) != out.Size() {
				t.Fatalf("%d values of shape %v, OutShape promised %v", len(x.Data), x.Shape, out)
			}
			half, got := x.Data[:len(x.Data)/2], x.Data[len(x.Data)/2:]
			if d := furthest(got, c.Float32); d > 1e-6 {
				t.Errorf("%g away from Pillow's float32s, want 1e-6 at most", d)
			}
			for i, v := range half {
				if v != got[i]/2 {
					t.Fatalf("value %d of the other channel is %v, want %v", i, v, got[i]/2)
				}
			}
			// Pillow rounds bytes to levels after each of two passes. Between them it
			// cuts off what overshoots, which a view does not.
			if d := furthest(got, unit(c.Bytes)) * 255; d > 1.01 && c.Filter == "bilinear" {
				t.Errorf("%g levels away from Pillow's bytes, want 1 at most", d)
			}
		})
	}
}

func TestResizeErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		view  data.Resize
		shape tensor.Shape
		want  string
	}{
		{"no size", data.Resize{}, tensor.MakeShape(1, 4, 4), "Resize: Size is 0, expected 1 to 8192"},
		{"negative", data.Resize{Size: -1}, tensor.MakeShape(1, 4, 4), "Size is -1"},
		{"absurd", data.Resize{Size: 1 << 20}, tensor.MakeShape(1, 4, 4), "Size is 1048576"},
		{"absurd together", data.Resize{Size: 8192}, tensor.MakeShape(1, 1, 4000), "Size 8192 makes 8192×32768000 pixels of a sample of shape [1 1 4000], expected 134217728 at most"},
		{"interpolation", data.Resize{Size: 4, Interpolation: 7}, tensor.MakeShape(1, 4, 4), "Interpolation is 7, expected 0 (bilinear) or 1 (bicubic)"},
		{"vector", data.Resize{Size: 4}, tensor.MakeShape(16), "[16], expected an image [C H W]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.view.OutShape(c.shape)
			wantError(t, err, c.want)
		})
	}
}

func TestResizeAllocates(t *testing.T) {
	x := data.Sample{Shape: tensor.MakeShape(3, 20, 30), Data: make([]float32, 1800)}
	down, up := data.Resize{Size: 11}, data.Resize{Size: 20, Interpolation: data.Bicubic}
	round := func() {
		down.Apply(&x, nil)
		up.Apply(&x, nil)
	}
	round()
	round()
	if n := testing.AllocsPerRun(10, round); n != 0 {
		t.Errorf("%v allocations, want none once the buffers are there", n)
	}
}
