package data

import (
	"image"
	"image/color"
)

// pixels reads the rows of a decoded image as values from 0 to 1.
type pixels struct {
	image   image.Image
	palette [256]rgb // of a paletted image
	row     []rgb    // one row, as wide as the file's header says
}

// rgb is a colour without its opacity, of 8 or 16 bits.
type rgb struct{ r, g, b uint16 }

func newPixels(m image.Image, width int) *pixels {
	p := &pixels{image: m, row: make([]rgb, width)}
	if m, ok := m.(*image.Paletted); ok {
		for i, c := range m.Palette[:min(len(m.Palette), len(p.palette))] {
			n := color.NRGBAModel.Convert(c).(color.NRGBA)
			p.palette[i] = rgb{uint16(n.R), uint16(n.G), uint16(n.B)}
		}
	}
	return p
}

// read writes row y into dst: its grey values if gray is set, and otherwise its
// red, its green and its blue ones.
func (p *pixels) read(dst []float32, y int, gray bool) {
	full := p.load(y)
	if gray {
		for x, c := range p.row {
			dst[x] = float32(c.luma()) / full
		}
		return
	}
	width := len(p.row)
	red, green, blue := dst[:width], dst[width:][:width], dst[2*width:][:width]
	for x, c := range p.row {
		red[x], green[x], blue[x] = float32(c.r)/full, float32(c.g)/full, float32(c.b)/full
	}
}

// luma returns the grey of ITU-R 601-2 as Pillow rounds it. The weights, of
// 65,536ths, sum to one: a grey stays what it is.
func (c rgb) luma() uint16 {
	return uint16((19595*uint32(c.r) + 38470*uint32(c.g) + 7471*uint32(c.b) + 1<<15) >> 16)
}

// load makes row y the content of p.row and returns the value of full
// intensity. What a frame of a GIF does not cover is black.
func (p *pixels) load(y int) (full float32) {
	b := p.image.Bounds()
	if y < b.Min.Y || y >= b.Max.Y || b.Dx() < len(p.row) {
		clear(p.row)
	}
	if y < b.Min.Y || y >= b.Max.Y {
		return 0xff
	}
	row := p.row[b.Min.X:b.Max.X]
	switch m := p.image.(type) {
	case *image.Gray:
		for x, v := range m.Pix[m.PixOffset(b.Min.X, y):][:len(row)] {
			row[x] = rgb{uint16(v), uint16(v), uint16(v)}
		}
	case *image.Paletted:
		for x, i := range m.Pix[m.PixOffset(b.Min.X, y):][:len(row)] {
			row[x] = p.palette[i]
		}
	case *image.RGBA: // opaque when it comes from a PNG
		rgbOfBytes(row, m.Pix[m.PixOffset(b.Min.X, y):])
	case *image.NRGBA:
		rgbOfBytes(row, m.Pix[m.PixOffset(b.Min.X, y):])
	case *image.YCbCr:
		for x := range row {
			luma, chroma := m.YOffset(b.Min.X+x, y), m.COffset(b.Min.X+x, y)
			red, green, blue := color.YCbCrToRGB(m.Y[luma], m.Cb[chroma], m.Cr[chroma])
			row[x] = rgb{uint16(red), uint16(green), uint16(blue)}
		}
	case *image.CMYK:
		for x := range row {
			c := m.CMYKAt(b.Min.X+x, y)
			red, green, blue := color.CMYKToRGB(c.C, c.M, c.Y, c.K)
			row[x] = rgb{uint16(red), uint16(green), uint16(blue)}
		}
	case *image.Gray16:
		for x := range row {
			v := m.Gray16At(b.Min.X+x, y).Y
			row[x] = rgb{v, v, v}
		}
		return 0xffff
	default:
		for x := range row {
			c := color.NRGBA64Model.Convert(m.At(b.Min.X+x, y)).(color.NRGBA64)
			row[x] = rgb{c.R, c.G, c.B}
		}
		return 0xffff
	}
	return 0xff
}

// rgbOfBytes makes colours of four bytes each, of which the last is opacity.
func rgbOfBytes(row []rgb, pix []byte) {
	for x := range row {
		row[x] = rgb{uint16(pix[4*x]), uint16(pix[4*x+1]), uint16(pix[4*x+2])}
	}
}
