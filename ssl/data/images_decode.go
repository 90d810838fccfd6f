package data

import (
	"bufio"
	"fmt"
	"image"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"os"
)

// An image may have maxPixels pixels, which take half a gigabyte to decode, and
// a sample maxSide in height and width. Beyond expansionFree pixels an image may
// not have more than expansionLimit for each byte of its file.
const (
	maxPixels = 1 << 27
	maxSide   = 1 << 13
)

// openImage opens an image and reads its height and width. Its errors lack the
// file's name.
func (f *imageFolder) openImage(path string) (*os.File, image.Point, error) {
	file, err := f.root.Open(path)
	if err != nil {
		return nil, image.Point{}, cause(err)
	}
	size, err := imageSize(file)
	if err != nil {
		file.Close()
		return nil, image.Point{}, cause(err)
	}
	return file, size, nil
}

// imageSize reads the size of an image from its header, and refuses one that
// it would take too much memory to decode.
func imageSize(file *os.File) (image.Point, error) {
	info, err := file.Stat()
	if err != nil {
		return image.Point{}, err
	}
	c, _, err := image.DecodeConfig(bufio.NewReader(file))
	if err != nil {
		return image.Point{}, fmt.Errorf("%w, expected a PNG, JPEG or GIF image", err)
	}
	// The format's names for these are numbers of 32 bits at most.
	n := uint64(c.Width) * uint64(c.Height)
	switch {
	case c.Width < 1 || c.Height < 1:
		return image.Point{}, fmt.Errorf("%d×%d pixels, expected one at least", c.Height, c.Width)
	case n > maxPixels:
		return image.Point{}, fmt.Errorf("%d×%d pixels, expected %d at most", c.Height, c.Width, maxPixels)
	case n > expansionFree && (n-expansionFree)/expansionLimit > uint64(info.Size()):
		return image.Point{}, fmt.Errorf("%d×%d pixels in a file of %d bytes, expected fewer", c.Height, c.Width, info.Size())
	}
	return image.Point{X: c.Width, Y: c.Height}, nil
}

// decode writes the sample of an image into dst. Its errors lack the file's name.
func (f *imageFolder) decode(dst []float32, path string) error {
	file, size, err := f.openImage(path)
	if err != nil {
		return err
	}
	defer file.Close()
	channels, h, w := f.shape.Dim(0), f.shape.Dim(1), f.shape.Dim(2)
	if f.config.Size == 0 && size != (image.Point{X: w, Y: h}) {
		return fmt.Errorf("%d×%d pixels, expected %d×%d as when the folder was opened", size.Y, size.X, h, w)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return cause(err)
	}
	m, _, err := image.Decode(bufio.NewReader(file))
	if err != nil {
		return cause(err)
	}
	if !m.Bounds().In(image.Rectangle{Max: size}) {
		return fmt.Errorf("decodes to %v, expected %d×%d pixels as its header says", m.Bounds(), size.Y, size.X)
	}

	var r resampler
	outHeight, outWidth := int64(h), int64(w)
	if f.config.Size > 0 {
		outHeight, outWidth = resizedTo(size.Y, size.X, f.config.Size)
	}
	r.rows.plan(f.config.Interpolation, size.Y, outHeight, h)
	r.columns.plan(f.config.Interpolation, size.X, outWidth, w)
	lo, hi := r.rows.reach()
	middle := r.buffer(channels * (hi - lo) * w)
	from := newPixels(m, size.X)
	row := make([]float32, channels*size.X)
	for y := lo; y < hi; y++ {
		from.read(row, y, f.config.Gray)
		for c := range channels {
			across := middle[(c*(hi-lo)+y-lo)*w:][:w]
			r.columns.across(across, row[c*size.X:][:size.X])
			cutOvershoot(across)
		}
	}
	for c := range channels {
		r.down(dst[c*h*w:][:h*w], middle[c*(hi-lo)*w:][:(hi-lo)*w], w)
	}
	cutOvershoot(dst[:channels*h*w])
	return nil
}

// cutOvershoot puts what bicubic interpolation makes of an image back between 0
// and 1, after each pass as Pillow does.
func cutOvershoot(values []float32) {
	for i, v := range values {
		values[i] = min(max(v, 0), 1)
	}
}
