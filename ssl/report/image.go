package report

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/png"
)

// Image is a sample that can be looked at: values of shape [C H W], black at 0 and
// white at 1; what lies beyond is clipped, NaN is black. Of one or two channels
// the first is shown as grey, of more the first three as red, green and blue.
//
// JSON holds it as a PNG in base64, of 8 bits a channel and shrunk by a whole
// number, by the mean, to 96 pixels a side or less.
type Image struct {
	Shape  [3]int    // channels, height, width, each 1 or more
	Pixels []float32 // row after row, channel after channel
}

// maxSide bounds the sides of an image on the page, so that a run on photographs
// makes no page of megabytes; maxPixels bounds what is decoded.
const (
	maxSide   = 96
	maxPixels = 1 << 20
)

func (m Image) isZero() bool { return m.Shape == [3]int{} && len(m.Pixels) == 0 }

// check returns an error unless the shape is an image's and the pixels fill it.
func (m Image) check() error {
	c, h, w := m.Shape[0], m.Shape[1], m.Shape[2]
	// Dividing what there is cannot overflow as multiplying what is claimed could.
	if n := len(m.Pixels); c < 1 || h < 1 || w < 1 || n%c != 0 || n/c%h != 0 || n/c/h != w {
		return fmt.Errorf("report: an image of shape %v has %d pixels; expected [channels height width] and their product", m.Shape, len(m.Pixels))
	}
	return nil
}

// draw returns the image, which was checked, shrunk by the given factor.
func (m Image) draw(shrink int) image.Image {
	c, h, w := m.Shape[0], m.Shape[1], m.Shape[2]
	bounds := image.Rect(0, 0, (w+shrink-1)/shrink, (h+shrink-1)/shrink)
	level := func(channel, y, x int) uint8 {
		sum, n := 0.0, 0
		for dy := y * shrink; dy < min((y+1)*shrink, h); dy++ {
			for dx := x * shrink; dx < min((x+1)*shrink, w); dx++ {
				sum += float64(m.Pixels[(channel*h+dy)*w+dx])
				n++
			}
		}
		mean := sum / float64(n)
		if !(mean > 0) { // nor NaN
			return 0
		}
		return uint8(min(mean, 1)*255 + 0.5)
	}
	if c < 3 {
		grey := image.NewGray(bounds)
		for i := range grey.Pix {
			grey.Pix[i] = level(0, i/grey.Stride, i%grey.Stride)
		}
		return grey
	}
	rgb := image.NewNRGBA(bounds)
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			rgb.SetNRGBA(x, y, color.NRGBA{level(0, y, x), level(1, y, x), level(2, y, x), 255})
		}
	}
	return rgb
}

// png returns the image, which was checked, as the page and JSON hold it.
func (m Image) png() ([]byte, error) {
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	err := encoder.Encode(&b, m.draw((max(m.Shape[1], m.Shape[2])+maxSide-1)/maxSide))
	return b.Bytes(), err
}

// uri returns the image as an address that holds all of it.
func (m Image) uri() (template.URL, error) {
	data, err := m.png()
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(data)), err
}

// MarshalJSON returns the PNG in base64, or null for the zero Image. It is an
// error when the pixels do not fill the shape.
func (m Image) MarshalJSON() ([]byte, error) {
	if m.isZero() {
		return []byte("null"), nil
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	data, err := m.png()
	if err != nil {
		return nil, err
	}
	return json.Marshal(data)
}

// UnmarshalJSON sets m from a PNG in base64, grey to one channel and all others to
// three, or to the zero Image from null. It is an error when the text is something
// else, or an image of more than 2²⁰ pixels.
func (m *Image) UnmarshalJSON(text []byte) error {
	*m = Image{}
	var data []byte
	if err := json.Unmarshal(text, &data); err != nil {
		return fmt.Errorf("report: an image is a PNG in base64: %w", err)
	}
	if data == nil {
		return nil
	}
	size, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("report: an image is a PNG in base64: %w", err)
	}
	if size.Width > maxPixels/size.Height {
		return fmt.Errorf("report: an image has %d×%d pixels; expected %d at most", size.Width, size.Height, maxPixels)
	}
	decoded, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("report: an image is a PNG in base64: %w", err)
	}
	w, h := size.Width, size.Height
	m.Shape = [3]int{3, h, w}
	if _, grey := decoded.(*image.Gray); grey {
		m.Shape[0] = 1
	}
	m.Pixels = make([]float32, m.Shape[0]*h*w)
	for y := range h {
		for x := range w {
			c := color.NRGBAModel.Convert(decoded.At(x, y)).(color.NRGBA)
			for channel, v := range []uint8{c.R, c.G, c.B}[:m.Shape[0]] {
				m.Pixels[(channel*h+y)*w+x] = float32(v) / 255
			}
		}
	}
	return nil
}
