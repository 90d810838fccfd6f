package data

import (
	"errors"
	"fmt"
	"math"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Memory is a dataset of float32s in memory.
type Memory struct {
	data  []float32
	shape tensor.Shape
	size  int
}

// NewMemory returns the dataset of the samples that lie in data one behind the
// other, each of the given shape. The slice is kept, not copied. It is an error
// when data is empty or no whole number of samples, when shape has no elements,
// or when a value is NaN or infinite, which would end any training.
func NewMemory(data []float32, shape tensor.Shape) (*Memory, error) {
	if err := checkStorage(len(data), shape); err != nil {
		return nil, err
	}
	size := shape.Size()
	for i, v := range data {
		if v64 := float64(v); math.IsNaN(v64) || math.IsInf(v64, 0) {
			return nil, fmt.Errorf("data: element %d of sample %d is %v, expected a finite number", i%size, i/size, v)
		}
	}
	return &Memory{data, shape, size}, nil
}

// Len returns the number of samples.
func (m *Memory) Len() int { return len(m.data) / m.size }

// Shape returns the shape of one sample.
func (m *Memory) Shape() tensor.Shape { return m.shape }

// Sample copies sample i into dst. The error is always nil.
func (m *Memory) Sample(dst []float32, i int) error {
	src := m.data[i*m.size:][:m.size]
	copy(dst[:m.size], src)
	return nil
}

// Bytes is a dataset of 8-bit values in memory, such as the pixels of images.
// It takes a quarter of the memory that [Memory] takes.
type Bytes struct {
	data  []byte
	shape tensor.Shape
	size  int
}

// NewBytes returns the dataset of the samples that lie in data one behind the
// other, each of the given shape. The slice is kept, not copied. It is an error
// when data is empty or no whole number of samples, or when shape has no elements.
func NewBytes(data []byte, shape tensor.Shape) (*Bytes, error) {
	if err := checkStorage(len(data), shape); err != nil {
		return nil, err
	}
	return &Bytes{data, shape, shape.Size()}, nil
}

// Len returns the number of samples.
func (b *Bytes) Len() int { return len(b.data) / b.size }

// Shape returns the shape of one sample.
func (b *Bytes) Shape() tensor.Shape { return b.shape }

// Sample writes sample i into dst, divided by 255: 0 becomes 0 and 255 becomes 1.
// The error is always nil.
func (b *Bytes) Sample(dst []float32, i int) error {
	src := b.data[i*b.size:][:b.size]
	dst = dst[:len(src)]
	for k, v := range src {
		dst[k] = float32(v) / 255
	}
	return nil
}

// checkStorage reports what keeps n values from being samples of the given shape.
func checkStorage(n int, shape tensor.Shape) error {
	if _, err := batchShape(n, shape); err != nil {
		return err
	}
	size := shape.Size()
	switch {
	case size <= 0:
		return fmt.Errorf("data: samples of shape %v have no elements", shape)
	case n == 0:
		return errors.New("data: no samples, expected one at least")
	case n%size != 0:
		return fmt.Errorf("data: %d values are no whole number of samples of shape %v (%d values each)", n, shape, size)
	}
	return nil
}
