package data_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// pngOf returns the content of a PNG file.
func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// grayPNG returns a grey PNG file of the given pixels.
func grayPNG(t testing.TB, height, width int, pixels ...byte) []byte {
	t.Helper()
	return pngOf(t, &image.Gray{Pix: pixels, Stride: width, Rect: image.Rect(0, 0, width, height)})
}

// tree puts files into a new folder, with the folders in their paths, and
// returns it.
func tree(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// openOne opens a folder of one image and returns its sample.
func openOne(t *testing.T, name string, content []byte, c data.ImagesConfig) (tensor.Shape, []float32) {
	t.Helper()
	ds, _, err := data.OpenImages(tree(t, map[string][]byte{name: content}), c)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float32, ds.Shape().Size())
	if err := ds.Sample(got, 0); err != nil {
		t.Fatal(err)
	}
	return ds.Shape(), got
}

func TestImagesLikePillow(t *testing.T) {
	for _, c := range readImageGoldens(t).Files {
		t.Run(c.Name, func(t *testing.T) {
			// Decoders of JPEG may differ by a level or two; PNG and GIF may not.
			tolerance := 0.0
			if strings.HasSuffix(c.Name, ".jpg") {
				tolerance = 2.01 / 255
			}
			h, w := c.Size[0], c.Size[1]
			shape, got := openOne(t, c.Name, c.File, data.ImagesConfig{})
			if want := tensor.MakeShape(3, h, w); shape != want {
				t.Fatalf("shape %v, want %v", shape, want)
			}
			want := make([]float32, len(got))
			for i, v := range unit(c.RGB) {
				want[i%3*h*w+i/3] = v
			}
			if d := furthest(got, want); d > tolerance {
				t.Errorf("colours differ by %v, want %v at most", d, tolerance)
			}
			shape, got = openOne(t, c.Name, c.File, data.ImagesConfig{Gray: true})
			if want := tensor.MakeShape(1, h, w); shape != want {
				t.Fatalf("shape %v, want %v", shape, want)
			}
			if d := furthest(got, unit(c.Gray)); d > tolerance {
				t.Errorf("greys differ by %v, want %v at most", d, tolerance)
			}
		})
	}
}

func TestImagesResizedLikeTorchvision(t *testing.T) {
	g := readImageGoldens(t)
	for _, c := range g.Cropped {
		t.Run(fmt.Sprintf("%s %s to %d", c.Name, c.Filter, c.Size), func(t *testing.T) {
			var content []byte
			for _, f := range g.Files {
				if f.Name == c.Name {
					content = f.File
				}
			}
			shape, got := openOne(t, c.Name, content, data.ImagesConfig{Size: c.Size, Interpolation: interpolations[c.Filter]})
			if want := tensor.MakeShape(3, c.Size, c.Size); shape != want {
				t.Fatalf("shape %v, want %v", shape, want)
			}
			// torchvision's are rounded to levels after each of two passes; the
			// second of bicubic magnifies what the first has rounded.
			if d := furthest(got, unit(c.RGB)) * 255; d > 1.15 {
				t.Errorf("%g levels away, want those of two roundings", d)
			}
		})
	}
}

// Sixteen bits are kept, and what a frame of a GIF leaves open is black.
func TestImagesBeyondPillow(t *testing.T) {
	deep := image.NewGray16(image.Rect(0, 0, 2, 1))
	deep.SetGray16(0, 0, color.Gray16{Y: 0x1234})
	deep.SetGray16(1, 0, color.Gray16{Y: 0xffff})
	_, got := openOne(t, "deep.png", pngOf(t, deep), data.ImagesConfig{Gray: true})
	if want := []float32{float32(0x1234) / 0xffff, 1}; !slices.Equal(got, want) {
		t.Errorf("16 bits of grey are %v, want %v", got, want)
	}
	wide := image.NewNRGBA64(image.Rect(0, 0, 1, 1))
	wide.SetNRGBA64(0, 0, color.NRGBA64{R: 0x0102, G: 0xfffe, B: 7, A: 0x8000})
	_, got = openOne(t, "wide.png", pngOf(t, wide), data.ImagesConfig{})
	if want := []float32{float32(0x0102) / 0xffff, float32(0xfffe) / 0xffff, float32(7) / 0xffff}; !slices.Equal(got, want) {
		t.Errorf("16 bits of colour under opacity are %v, want %v", got, want)
	}

	white := color.RGBA{255, 255, 255, 255}
	frame := image.NewPaletted(image.Rect(1, 1, 3, 2), color.Palette{white, color.RGBA{}})
	frame.SetColorIndex(2, 1, 1)
	later := image.NewPaletted(image.Rect(0, 0, 4, 3), frame.Palette)
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame, later}, Delay: []int{0, 0}, Config: image.Config{Width: 4, Height: 3}}); err != nil {
		t.Fatal(err)
	}
	shape, got := openOne(t, "frame.gif", b.Bytes(), data.ImagesConfig{Gray: true})
	want := []float32{
		0, 0, 0, 0,
		0, 1, 0, 0,
		0, 0, 0, 0,
	}
	if shape != tensor.MakeShape(1, 3, 4) || !slices.Equal(got, want) {
		t.Errorf("a small frame makes %v of shape %v, want %v", got, shape, want)
	}
}

func TestOpenImages(t *testing.T) {
	pixel := func(v byte) []byte { return grayPNG(t, 1, 1, v) }
	for _, c := range []struct {
		name          string
		files         map[string][]byte
		train, test   []float32 // the first value of every sample, times 255
		trainL, testL []int
		classes       []string
	}{
		{"one folder",
			map[string][]byte{"b.png": pixel(2), "a.PNG": pixel(1), "notes.txt": nil, ".c.png": nil, "B.png": pixel(3)},
			[]float32{3, 1, 2}, nil, nil, nil, nil},
		{"classes", // byte-wise, "a-b/x" comes before "a/z"
			map[string][]byte{"a/z.png": pixel(3), "a-b/x.png": pixel(1), "a-b/deep/w.png": pixel(2), "empty/notes.txt": nil, "list.csv": nil},
			[]float32{2, 1, 3}, nil, []int{1, 1, 0}, nil, []string{"a", "a-b"}},
		{"split with classes",
			map[string][]byte{"train/cat/1.png": pixel(1), "train/dog/2.png": pixel(2), "test/dog/3.png": pixel(3), "test/eel/4.png": pixel(4), "val/cat/5.png": pixel(5), "more/6.png": pixel(6)},
			[]float32{1, 2}, []float32{3, 4}, []int{0, 1}, []int{1, 2}, []string{"cat", "dog", "eel"}},
		{"split with val",
			map[string][]byte{"train/1.png": pixel(1), "val/2.png": pixel(2)},
			[]float32{1}, []float32{2}, nil, nil, nil},
		{"labels of train alone",
			map[string][]byte{"train/x/1.png": pixel(1), "test/2.png": pixel(2)},
			[]float32{1}, []float32{2}, []int{0}, nil, []string{"x"}},
		{"train alone",
			map[string][]byte{"train/x/1.png": pixel(1), "train/y/2.png": pixel(2)},
			[]float32{1, 2}, nil, []int{0, 1}, nil, []string{"x", "y"}},
		{"a class named train",
			map[string][]byte{"train/1.png": pixel(1), "bus/2.png": pixel(2)},
			[]float32{2, 1}, nil, []int{0, 1}, nil, []string{"bus", "train"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			train, test, err := data.OpenImages(tree(t, c.files), data.ImagesConfig{Gray: true})
			if err != nil {
				t.Fatal(err)
			}
			check := func(part string, ds data.Dataset, values []float32, labels []int) {
				if values == nil {
					if ds != nil {
						t.Errorf("%s is %v, want none", part, ds)
					}
					return
				}
				got := firsts(t, ds)
				for i := range got {
					got[i] *= 255
				}
				if !slices.Equal(got, values) {
					t.Errorf("%s is %v, want %v", part, got, values)
				}
				if l, _ := data.Labels(ds); !slices.Equal(l, labels) {
					t.Errorf("labels of %s are %v, want %v", part, l, labels)
				}
				if labels != nil && !slices.Equal(data.ClassNames(ds), c.classes) {
					t.Errorf("classes of %s are %q, want %q", part, data.ClassNames(ds), c.classes)
				}
			}
			check("train", train, c.train, c.trainL)
			check("test", test, c.test, c.testL)
		})
	}
}

// export writes a grey dataset as a folder of PNG files in folders of their classes.
func export(t *testing.T, ds data.Labeled, n int) string {
	t.Helper()
	dir := t.TempDir()
	h, w := ds.Shape().Dim(1), ds.Shape().Dim(2)
	values := make([]float32, h*w)
	for i := range n {
		if err := ds.Sample(values, i); err != nil {
			t.Fatal(err)
		}
		pixels := make([]byte, len(values))
		for k, v := range values {
			pixels[k] = byte(v*255 + 0.5)
		}
		path := filepath.Join(dir, fmt.Sprint("class", ds.Label(i)), fmt.Sprintf("%05d.png", i))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, grayPNG(t, h, w, pixels...), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A grey set and the folder of PNGs made of it are the same to the bit.
func TestImagesSameAsExported(t *testing.T) {
	sets := map[string]data.Dataset{"digits": digits(t, 200)}
	if dir := filepath.FromSlash("../../../shared/data/mnist"); !testing.Short() {
		if _, err := os.Stat(dir); err == nil {
			if sets["mnist"], _, err = data.OpenMNIST(dir); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, ds := range sets {
		t.Run(name, func(t *testing.T) {
			want := ds.(data.Labeled)
			n := min(ds.Len(), 1000)
			got, _, err := data.OpenImages(export(t, want, n), data.ImagesConfig{Gray: true})
			if err != nil {
				t.Fatal(err)
			}
			if got.Len() != n || got.Shape() != ds.Shape() {
				t.Fatalf("%d samples of %v, want %d of %v", got.Len(), got.Shape(), n, ds.Shape())
			}
			// The folder is sorted by class, and then by index as the set.
			order := make([]int, n)
			for i := range order {
				order[i] = i
			}
			slices.SortStableFunc(order, func(a, b int) int { return want.Label(a) - want.Label(b) })
			labels, _ := data.Labels(got)
			a, b := make([]float32, ds.Shape().Size()), make([]float32, ds.Shape().Size())
			for k, i := range order {
				if err := errors.Join(got.Sample(a, k), ds.Sample(b, i)); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(a, b) {
					t.Fatalf("image %d differs from the sample it was made of", i)
				}
				if labels[k] != want.Label(i) {
					t.Fatalf("image %d has label %d, want %d", i, labels[k], want.Label(i))
				}
			}
		})
	}
}

func TestLoaderOfImagesSameForAnyWorkers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	files := map[string][]byte{}
	for i := range 60 {
		m := image.NewNRGBA(image.Rect(0, 0, 9+r.IntN(20), 9+r.IntN(20)))
		for k := range m.Pix {
			m.Pix[k] = byte(r.Uint32())
		}
		files[fmt.Sprintf("%c/%d.png", 'a'+i%3, i)] = pngOf(t, m)
	}
	ds, _, err := data.OpenImages(tree(t, files), data.ImagesConfig{Size: 12, Interpolation: data.Bicubic})
	if err != nil {
		t.Fatal(err)
	}
	config := data.LoaderConfig{Batch: 17, Views: []data.View{noise, noise}, Shuffle: true, Seed: 3, Prefetch: 2}
	var want []data.Batch
	for _, workers := range []int{1, 2, 7} {
		config.Workers = workers
		got := epoch(t, newLoader(t, ds, config), 1)
		if want == nil {
			want = got
		}
		if !sameBatches(got, want) {
			t.Errorf("%d workers make other batches than one", workers)
		}
	}
}
