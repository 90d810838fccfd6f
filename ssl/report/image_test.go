package report_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/report"
)

// decode returns the picture in what JSON holds of an Image.
func decode(t *testing.T, m report.Image) image.Image {
	t.Helper()
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var data []byte
	if err := json.Unmarshal(text, &data); err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

func TestImagePixels(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		name   string
		shape  [3]int
		pixels []float32
		want   [][4]uint8 // red, green, blue, alpha, row after row
	}{
		{"grey", [3]int{1, 1, 3}, []float32{0, 0.5, 1}, [][4]uint8{{0, 0, 0, 255}, {128, 128, 128, 255}, {255, 255, 255, 255}}},
		{"colour", [3]int{3, 2, 1}, []float32{1, 0, 0.2, 0, 0, 1}, [][4]uint8{{255, 51, 0, 255}, {0, 0, 255, 255}}},
		{"two channels", [3]int{2, 1, 1}, []float32{0.2, 1}, [][4]uint8{{51, 51, 51, 255}}},
		{"four channels", [3]int{4, 1, 1}, []float32{0.2, 0.4, 0.6, 0}, [][4]uint8{{51, 102, 153, 255}}},
		{"out of range", [3]int{1, 1, 5}, []float32{-1, 2, nan, float32(math.Inf(1)), float32(math.Inf(-1))},
			[][4]uint8{{0, 0, 0, 255}, {255, 255, 255, 255}, {0, 0, 0, 255}, {255, 255, 255, 255}, {0, 0, 0, 255}}},
	} {
		picture := decode(t, report.Image{Shape: c.shape, Pixels: c.pixels})
		if got := picture.Bounds().Size(); got != (image.Point{c.shape[2], c.shape[1]}) {
			t.Errorf("%s: size %v", c.name, got)
			continue
		}
		for i, want := range c.want {
			p := color.NRGBAModel.Convert(picture.At(i%c.shape[2], i/c.shape[2])).(color.NRGBA)
			if got := [4]uint8{p.R, p.G, p.B, p.A}; got != want {
				t.Errorf("%s: pixel %d is %v, want %v", c.name, i, got, want)
			}
		}
	}
}

// TestImageShrinks holds that a large image is shrunk by the mean of squares, of
// which those at the edges may be cut.
func TestImageShrinks(t *testing.T) {
	m := report.Image{Shape: [3]int{1, 97, 190}, Pixels: make([]float32, 97*190)}
	for i := range m.Pixels {
		m.Pixels[i] = float32(i%190%2) * 0.6 // columns of 0 and 0.6
	}
	picture := decode(t, m)
	if got := picture.Bounds().Size(); got != (image.Point{95, 49}) {
		t.Fatalf("size %v, want (95,49)", got)
	}
	for y := range 49 {
		for x := range 95 {
			if got := color.GrayModel.Convert(picture.At(x, y)).(color.Gray).Y; got < 76 || got > 77 { // 0.3·255 = 76.5
				t.Fatalf("pixel %d, %d is %d, want the mean of 0 and 153", x, y, got)
			}
		}
	}
}

func TestImageJSON(t *testing.T) {
	for _, m := range []report.Image{{}, newImage(1, 5, 7), newImage(3, 7, 5), newImage(1, 96, 96)} {
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var back report.Image
		if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(m, back) {
			t.Errorf("shape %v comes back as %v: %v", m.Shape, back.Shape, err)
		}
	}
}

func TestImageErrors(t *testing.T) {
	for _, shape := range [][3]int{{}, {1, 1, 3}, {0, 1, 2}, {1, -1, -2}, {1, 1, 1}, {math.MaxInt, math.MaxInt, 2}, {1, 2, math.MaxInt}} {
		_, err := json.Marshal(report.Image{Shape: shape, Pixels: make([]float32, 2)})
		if want := fmt.Sprintf("an image of shape %v has 2 pixels", shape); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	encode := func(m image.Image) []byte {
		var b bytes.Buffer
		png.Encode(&b, m)
		return b.Bytes()
	}
	large := encode(image.NewGray(image.Rect(0, 0, 2048, 1024)))
	small := encode(image.NewGray(image.Rect(0, 0, 8, 8)))
	for _, c := range []struct{ name, text, want string }{
		{"a number", `3`, "report: an image is a PNG in base64: "},
		{"no base64", `"*"`, "report: an image is a PNG in base64: "},
		{"no PNG", `"AAAAAAAAAAAAAAAA"`, "report: an image is a PNG in base64: png: invalid format"},
		{"empty", `""`, "report: an image is a PNG in base64: "},
		{"too large", `"` + base64.StdEncoding.EncodeToString(large) + `"`, "report: an image has 2048×1024 pixels; expected 1048576 at most"},
		{"truncated", `"` + base64.StdEncoding.EncodeToString(small[:len(small)-20]) + `"`, "report: an image is a PNG in base64: "},
	} {
		m := newImage(1, 2, 2)
		if err := json.Unmarshal([]byte(c.text), &m); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}

func TestContactSheet(t *testing.T) {
	black, white := report.Image{Shape: [3]int{1, 28, 28}, Pixels: make([]float32, 28*28)}, newImage(3, 28, 28)
	for i := range white.Pixels {
		white.Pixels[i] = 1
	}
	samples := make([][]report.Image, 8)
	for i := range samples {
		samples[i] = []report.Image{black, white}
	}
	sheet, err := report.ContactSheet(samples)
	if err != nil {
		t.Fatal(err)
	}
	// 28 pixels become 84; a pixel between views becomes 3, four around samples 12.
	const cellWidth, cellHeight = 84 + 3 + 84 + 12, 84 + 12
	size := sheet.Bounds().Size()
	if size != (image.Point{2*cellWidth + 12, 4*cellHeight + 12}) {
		t.Fatalf("size %v", size)
	}
	count := map[color.Color]int{}
	for y := range size.Y {
		for x := range size.X {
			count[sheet.At(x, y)]++
		}
	}
	if b, w := count[color.NRGBA{0, 0, 0, 255}], count[color.NRGBA{255, 255, 255, 255}]; b != 8*84*84 || w != 8*84*84 || len(count) != 3 {
		t.Errorf("%d black and %d white pixels, want %d of each, and %d colours, want 3", b, w, 8*84*84, len(count))
	}
	at := func(x, y int) uint8 { return sheet.At(x, y).(color.NRGBA).R }
	for _, c := range []struct {
		x, y int
		want uint8
	}{{11, 12, 128}, {12, 12, 0}, {95, 95, 0}, {96, 12, 128}, {98, 12, 128}, {99, 12, 255}, {12 + cellWidth, 12 + 3*cellHeight, 0}} {
		if got := at(c.x, c.y); got != c.want {
			t.Errorf("pixel %d, %d is %d, want %d", c.x, c.y, got, c.want)
		}
	}
}

// TestContactSheetSizes holds that views of other numbers and sizes have room.
func TestContactSheetSizes(t *testing.T) {
	for _, c := range []struct {
		name    string
		samples [][]report.Image
		want    image.Point
	}{
		{"one", [][]report.Image{{newImage(1, 100, 50)}}, image.Point{50 + 8, 100 + 8}},
		{"a view is missing", [][]report.Image{{newImage(1, 100, 50)}, nil}, image.Point{2*54 + 4, 100 + 8}},
		{"sizes", [][]report.Image{{newImage(1, 100, 20), newImage(3, 5, 50)}}, image.Point{101 + 8, 100 + 8}},
		{"a pixel", [][]report.Image{{newImage(1, 1, 1)}}, image.Point{96 + 2*384, 96 + 2*384}},
	} {
		sheet, err := report.ContactSheet(c.samples)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := sheet.Bounds().Size(); got != c.want {
			t.Errorf("%s: size %v, want %v", c.name, got, c.want)
		}
	}
}

func TestContactSheetErrors(t *testing.T) {
	wide := report.Image{Shape: [3]int{1, 1, 1 << 15}, Pixels: make([]float32, 1<<15)}
	for _, c := range []struct {
		samples [][]report.Image
		want    string
	}{
		{nil, "report: ContactSheet: no images; expected one sample or more, each in one view or more"},
		{[][]report.Image{nil, nil}, "report: ContactSheet: no images"},
		{[][]report.Image{{newImage(1, 2, 2), {}}}, "view 1 of sample 0: report: an image of shape [0 0 0] has 0 pixels"},
		{[][]report.Image{{wide}}, "make a sheet of more than 16384 pixels a side"},
	} {
		if _, err := report.ContactSheet(c.samples); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

func ExampleContactSheet() {
	pair := []report.Image{newImage(1, 28, 28), newImage(1, 28, 28)} // two views of a sample
	sheet, err := report.ContactSheet([][]report.Image{pair, pair, pair, pair})
	if err != nil {
		fmt.Println(err)
		return
	}
	var file bytes.Buffer // usually a file
	if err := png.Encode(&file, sheet); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(sheet.Bounds().Size())
	// Output: (378,204)
}

func ExampleImage() {
	m := report.Image{Shape: [3]int{1, 1, 2}, Pixels: []float32{0, 1}}
	text, err := json.Marshal(m)
	if err != nil {
		fmt.Println(err)
		return
	}
	var back report.Image
	if err := json.Unmarshal(text, &back); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(back.Shape, back.Pixels)
	// Output: [1 1 2] [0 1]
}
