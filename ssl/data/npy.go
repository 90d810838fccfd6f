package data

import (
	"fmt"
	"io"
	"math"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Layout says which axis of a NumPy array is what. The first axis is always
// that of the samples.
type Layout int

const (
	// LayoutAuto takes [n h w] as grey images and [n h w c] as images with
	// channels if c is 1, 3 or 4 and h is not; it is an error when both are. All
	// else is LayoutCHW.
	LayoutAuto Layout = iota
	// LayoutCHW takes [n h w] as grey images, samples of [1 h w], and all else as
	// it is: [n c h w], or [n c d h w] of volumes.
	LayoutCHW
	// LayoutHWC takes [n h w] as grey images and moves the last axis of four and
	// more to the front of a sample: [n h w c] becomes samples of [c h w].
	LayoutHWC
	// LayoutPlain takes the samples as they are: [n h w] becomes samples of [h w].
	LayoutPlain
)

// NPYConfig says how [OpenNPY] reads an array. The zero value suits most.
type NPYConfig struct {
	Labels string // path of an NPY file with the classes of the samples; "" for none
	Layout Layout // which axis is what
	Scale  bool   // divide by 255 also what is not uint8, as pixels saved in another type need
}

// OpenNPY opens an array in NumPy's NPY format, of version 1.0, 2.0 or 3.0. The
// first axis is that of the samples: [n m] are n vectors; images and volumes
// are what the Layout says.
//
// Elements may be float32, float64, bool or integers of 8 to 64 bits, of either
// byte order; they become float32. uint8, whatever the shape, is divided by 255
// exactly as [Bytes] does it, since images, flat ones included, are what it is
// used for. A value that is NaN or not finite as a float32 is an error that
// names the sample and the element, counted in the order of the file.
//
// Samples are read from the file each time, so that it need not fit into memory.
// The file stays open as long as the dataset is in use, and must not be
// changed. Floats are read once to find those that are not finite. An array in
// Fortran order, as NumPy saves a transposed one, is held in memory.
//
// Labels are whole numbers of any type, from 0 to 65535, of shape [n] or [n 1].
// With them the result is [Labeled], with as many classes as the largest label
// plus one.
func OpenNPY(path string, cfg NPYConfig) (Dataset, error) {
	f, size, err := openSized(path)
	if err != nil {
		return nil, err
	}
	ds, err := openNPY(path, f, size, cfg)
	if err != nil {
		f.Close()
		return nil, err
	}
	return ds, nil
}

func openNPY(path string, f io.ReaderAt, size int64, cfg NPYConfig) (Dataset, error) {
	a, err := openNPYArray(f, size)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", path, err)
	}
	ds, err := newNPYDataset(path, a, cfg.Layout, cfg.Scale)
	if err != nil || cfg.Labels == "" {
		return ds, err
	}
	labels, err := readNPYLabels(cfg.Labels, ds.Len())
	if err != nil {
		return nil, err
	}
	return WithLabels(ds, labels, classCount(labels))
}

// npyDataset is the dataset of the samples of an array.
type npyDataset struct {
	name     string // of the file, for errors
	array    npyArray
	shape    tensor.Shape // of a sample
	size     int          // its elements
	channels int          // the length of the last axis, if a sample has it in front; otherwise 1
	scale    bool         // divide by 255
	buffers  freeList[*npyBuffer]
}

// npyBuffer is the memory for one piece of a sample.
type npyBuffer struct {
	values [npyPiece]float32
	raw    [8 * npyPiece]byte
}

const npyPiece = 4096 // elements

// newNPYDataset returns the dataset of the samples of a. Its errors are whole.
func newNPYDataset(name string, a npyArray, layout Layout, scale bool) (Dataset, error) {
	shape, channels, err := layout.sample(a.dims)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", name, err)
	}
	d := &npyDataset{
		name: name, array: a, shape: shape, size: shape.Size(), channels: channels,
		scale:   scale || a.dtype.kind == 'u' && a.dtype.size == 1,
		buffers: freeList[*npyBuffer]{make: func() *npyBuffer { return new(npyBuffer) }},
	}
	if a.dtype.kind == 'f' {
		sample := make([]float32, d.size)
		for i := range d.Len() {
			if err := d.read(sample, i); err != nil {
				return nil, fmt.Errorf("data: %s: sample %d: %w", name, i, err)
			}
		}
	}
	return d, nil
}

// sample returns the shape of a sample of an array, and how many channels lie
// together in the array and apart in the sample.
func (l Layout) sample(dims []int) (shape tensor.Shape, channels int, err error) {
	if l < LayoutAuto || l > LayoutPlain {
		return shape, 0, fmt.Errorf("Layout is %d, expected LayoutAuto, LayoutCHW, LayoutHWC or LayoutPlain", l)
	}
	sample, last := dims[1:], dims[len(dims)-1]
	switch {
	case len(sample) == 0:
		return shape, 0, fmt.Errorf("array of shape %s, expected an axis of samples and one of features at least", describeAxes(dims))
	case len(sample) == 2 && l != LayoutPlain:
		return tensor.MakeShape(1, sample[0], sample[1]), 1, nil
	case len(sample) == 3 && l == LayoutAuto && isChannels(last):
		if isChannels(sample[0]) {
			return shape, 0, fmt.Errorf("array of shape %s may have its channels first or last; set Layout to LayoutCHW or LayoutHWC", describeAxes(dims))
		}
		l = LayoutHWC
	}
	if l == LayoutHWC && len(sample) >= 3 {
		return tensor.MakeShape(append([]int{last}, sample[:len(sample)-1]...)...), last, nil
	}
	return tensor.MakeShape(sample...), 1, nil
}

// isChannels reports whether an axis of length n looks like the channels of an
// image: grey, RGB, or RGB with transparency.
func isChannels(n int) bool { return n == 1 || n == 3 || n == 4 }

// Len returns the number of samples.
func (d *npyDataset) Len() int { return d.array.dims[0] }

// Shape returns the shape of one sample.
func (d *npyDataset) Shape() tensor.Shape { return d.shape }

// Sample reads sample i into dst.
func (d *npyDataset) Sample(dst []float32, i int) error {
	if err := d.read(dst, i); err != nil {
		return fmt.Errorf("%s: %w", d.name, err)
	}
	return nil
}

func (d *npyDataset) read(dst []float32, i int) error {
	buffer := d.buffers.get()
	defer d.buffers.put(buffer)
	t, plane := d.array.dtype, d.size/d.channels
	offset := int64(i) * int64(d.size) * int64(t.size)
	dst = dst[:d.size]
	channel, pixel := 0, 0
	for done := 0; done < d.size; {
		values := buffer.values[:min(len(buffer.values), d.size-done)]
		raw := buffer.raw[:len(values)*t.size]
		if n, err := d.array.values.ReadAt(raw, offset); n < len(raw) {
			return fmt.Errorf("cannot be read: %w", err)
		}
		offset += int64(len(raw))
		t.floats(values, raw)
		if t.kind == 'f' {
			for k, v := range values {
				if v64 := float64(v); math.IsNaN(v64) || math.IsInf(v64, 0) {
					return fmt.Errorf("element %d is %v, expected a finite float32", done+k, v)
				}
			}
		}
		if d.scale {
			for k := range values {
				values[k] /= 255
			}
		}
		if d.channels == 1 {
			copy(dst[done:], values)
		} else {
			for _, v := range values {
				dst[channel*plane+pixel] = v
				if channel++; channel == d.channels {
					channel = 0
					pixel++
				}
			}
		}
		done += len(values)
	}
	return nil
}
