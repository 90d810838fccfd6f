package safetensors

import (
	"fmt"
	"io"
	"math"
	"os"

	"github.com/seed-312a1f22/dyad/tensor"
)

// File is a safetensors file to read from. Open and Read make one. Its methods
// but Close may run on several goroutines at once.
type File struct {
	Tensors  []Info            // what is in the file, in its order
	Metadata map[string]string // free text; nil for none

	path   string // "" if it is not known
	r      io.ReaderAt
	data   int64 // where the tensors' bytes start
	index  map[string]Info
	closer io.Closer // nil for none
}

// Open opens the file at path and reads its header. The error names the path,
// and the tensor if it is about one.
func Open(path string) (*File, error) {
	opened, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	f := &File{path: path, r: opened, closer: opened}
	stat, err := opened.Stat()
	if err == nil {
		err = f.parse(stat.Size())
	}
	if err != nil {
		opened.Close()
		return nil, f.wrap(err)
	}
	return f, nil
}

// Read reads the header of a file of the given size that is not on disk, or is
// open already. r stays the caller's to close.
func Read(r io.ReaderAt, size int64) (*File, error) {
	f := &File{r: r}
	if err := f.parse(size); err != nil {
		return nil, f.wrap(err)
	}
	return f, nil
}

func (f *File) parse(size int64) error {
	text, err := readHeader(f.r, size)
	if err != nil {
		return err
	}
	f.data = lengthBytes + int64(len(text))
	if f.Tensors, f.Metadata, err = parseHeader(text, size-f.data); err != nil {
		return err
	}
	f.index = make(map[string]Info, len(f.Tensors))
	for _, t := range f.Tensors {
		f.index[t.Name] = t
	}
	return nil
}

// Close closes the file that Open opened.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// wrap says which file err is about.
func (f *File) wrap(err error) error {
	if f.path == "" {
		return fmt.Errorf("safetensors: %w", err)
	}
	return fmt.Errorf("safetensors: %s: %w", f.path, err)
}

// Tensor reads the tensor of the given name. It is an error, which names the
// tensor, when there is none, when its type is not F64, F32, F16 or BF16, when it
// has more than tensor.MaxRank axes, and when it cannot be read.
func (f *File) Tensor(name string) (*tensor.Tensor, error) {
	info, ok := f.index[name]
	if !ok {
		return nil, f.wrap(fmt.Errorf("there is no tensor %q among the %d", name, len(f.Tensors)))
	}
	x, err := f.read(info)
	if err != nil {
		return nil, f.wrap(fmt.Errorf("tensor %.99q: %w", name, err))
	}
	return x, nil
}

// All reads the tensors that Tensor takes by their type, in the file's order.
// Those of other types, such as PyTorch's counters num_batches_tracked, are
// passed over.
func (f *File) All() ([]tensor.Named, error) {
	var all []tensor.Named
	for _, info := range f.Tensors {
		if !info.DType.readable() {
			continue
		}
		x, err := f.Tensor(info.Name)
		if err != nil {
			return nil, err
		}
		all = append(all, tensor.Named{Name: info.Name, Tensor: x})
	}
	return all, nil
}

// read reads a tensor a block at a time.
func (f *File) read(info Info) (*tensor.Tensor, error) {
	switch {
	case !info.DType.readable():
		return nil, fmt.Errorf("its type is %s; F64, F32, F16 and BF16 can be read", info.DType)
	case len(info.Shape) > tensor.MaxRank:
		return nil, fmt.Errorf("it has %d axes; up to %d can be read", len(info.Shape), tensor.MaxRank)
	}
	width := int64(bitsOf[info.DType] / 8)
	if n := (info.End - info.Begin) / width; n > math.MaxInt/4 {
		return nil, fmt.Errorf("its %d elements are more than memory can hold", n)
	}
	dims := make([]int, len(info.Shape))
	for i, n := range info.Shape {
		if n > math.MaxInt { // beside an axis of length 0
			return nil, fmt.Errorf("its shape is %v, which an int does not hold", info.Shape)
		}
		dims[i] = int(n)
	}
	x := tensor.New(dims...)
	r := io.NewSectionReader(f.r, f.data+info.Begin, info.End-info.Begin)
	block := make([]byte, min(blockBytes, info.End-info.Begin))
	for rest := x.Data(); len(rest) > 0; {
		n := min(len(rest), len(block)/int(width))
		raw := block[:n*int(width)]
		if _, err := io.ReadFull(r, raw); err != nil {
			return nil, err
		}
		info.DType.decode(rest[:n], raw)
		rest = rest[n:]
	}
	return x, nil
}

// blockBytes is how much of a tensor is converted at a time.
const blockBytes = 64 << 10
