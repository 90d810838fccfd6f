package data

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
)

// npyArray is an array whose elements are read when they are asked for.
type npyArray struct {
	npyHeader
	values io.ReaderAt // the elements, the last axis running fastest
}

// openNPYArray finds the array in a file of the given size. It reads no
// elements, unless they lie in Fortran order.
func openNPYArray(f io.ReaderAt, size int64) (npyArray, error) {
	h, length, err := readNPYHeader(io.NewSectionReader(f, 0, size))
	if err != nil {
		return npyArray{}, err
	}
	if err := h.checkSize(size - length); err != nil {
		return npyArray{}, err
	}
	return h.array(io.NewSectionReader(f, length, h.size))
}

// readNPYArray reads an array to memory, which it takes as bytes arrive.
func readNPYArray(r io.Reader) (npyArray, error) {
	h, _, err := readNPYHeader(r)
	if err != nil {
		return npyArray{}, err
	}
	if h.size >= math.MaxInt {
		return npyArray{}, fmt.Errorf("NPY header promises %s, more than memory can hold", h)
	}
	// One byte more than promised shows what is too much, and lets a
	// decompressor meet its checksum.
	values, err := io.ReadAll(io.LimitReader(r, h.size+1))
	if err != nil {
		return npyArray{}, fmt.Errorf("after %d bytes of values: %w", len(values), err)
	}
	if err := h.checkSize(int64(len(values))); err != nil {
		return npyArray{}, err
	}
	return h.array(bytes.NewReader(values))
}

// checkSize returns an error unless the values take as many bytes as promised.
func (h npyHeader) checkSize(got int64) error {
	switch {
	case got < h.size:
		return fmt.Errorf("ends after %d bytes of values, expected %d for %s", got, h.size, h)
	case got > h.size:
		return fmt.Errorf("goes on after %d bytes of values, which is all that %s take", h.size, h)
	}
	return nil
}

// String returns the header's content as "float32 values of shape (2, 3)".
func (h npyHeader) String() string {
	kind := map[byte]string{'f': "float", 'i': "int", 'u': "uint", 'b': "bool"}[h.dtype.kind]
	if h.dtype.kind != 'b' {
		kind = fmt.Sprint(kind, 8*h.dtype.size)
	}
	return fmt.Sprintf("%s values of shape %s", kind, describeAxes(h.dims))
}

// describeAxes writes axis lengths as NumPy does: (2, 3), and (2,) for one axis.
func describeAxes(dims []int) string {
	if len(dims) == 1 {
		return fmt.Sprintf("(%d,)", dims[0])
	}
	return "(" + strings.Trim(strings.ReplaceAll(fmt.Sprint(dims), " ", ", "), "[]") + ")"
}

// array returns the array of the values, which in Fortran order it brings to
// memory, the last axis running fastest.
func (h npyHeader) array(values io.ReaderAt) (npyArray, error) {
	if !h.fortran || len(h.dims) == 1 {
		return npyArray{h, values}, nil
	}
	if h.size >= math.MaxInt/2 {
		return npyArray{}, fmt.Errorf("%s are in Fortran order and too large for memory, expected C order (save numpy.ascontiguousarray of it)", h)
	}
	from, err := io.ReadAll(io.NewSectionReader(values, 0, h.size))
	if err != nil {
		return npyArray{}, fmt.Errorf("after %d bytes of values: %w", len(from), err)
	}
	if int64(len(from)) < h.size {
		return npyArray{}, h.checkSize(int64(len(from)))
	}
	size := h.dtype.size
	to := make([]byte, 0, h.size)
	index, stride := make([]int, len(h.dims)), make([]int, len(h.dims))
	step := size
	for axis, d := range h.dims {
		stride[axis] = step
		step *= d
	}
	for at := 0; len(to) < len(from); {
		to = append(to, from[at:at+size]...)
		for axis := len(index) - 1; axis >= 0; axis-- {
			index[axis]++
			at += stride[axis]
			if index[axis] < h.dims[axis] {
				break
			}
			at -= index[axis] * stride[axis]
			index[axis] = 0
		}
	}
	return npyArray{h, bytes.NewReader(to)}, nil
}

// labels returns the elements as the classes of n samples.
func (a npyArray) labels(n int) ([]int, error) {
	if d := a.dims; d[0] != n || len(d) > 2 || len(d) == 2 && d[1] != 1 {
		return nil, fmt.Errorf("labels of shape %s, expected (%d,), one for each sample", describeAxes(d), n)
	}
	raw, err := io.ReadAll(io.NewSectionReader(a.values, 0, a.size))
	if err != nil {
		return nil, fmt.Errorf("after %d bytes of labels: %w", len(raw), err)
	}
	if int64(len(raw)) < a.size {
		return nil, a.checkSize(int64(len(raw)))
	}
	labels := make([]int, n)
	for i := range labels {
		element := raw[i*a.dtype.size:]
		label, ok := a.dtype.label(element)
		if !ok {
			return nil, fmt.Errorf("label %d is %v, expected a whole number from 0 to %d", i, a.dtype.float(element), maxLabel)
		}
		labels[i] = label
	}
	return labels, nil
}

// readNPYLabels reads the classes of n samples from a file.
func readNPYLabels(path string, n int) ([]int, error) {
	f, size, err := openSized(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	a, err := openNPYArray(f, size)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", path, err)
	}
	labels, err := a.labels(n)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", path, err)
	}
	return labels, nil
}

// openSized opens a file whose parts can be read in any order.
func openSized(path string) (*os.File, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("data: %w", err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: is no regular file", path)
	}
	if err != nil {
		f.Close()
		return nil, 0, fmt.Errorf("data: %w", err)
	}
	return f, info.Size(), nil
}
