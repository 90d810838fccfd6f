package data

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"os"
	"strings"

	"github.com/seed-312a1f22/dyad/tensor"
)

// OpenIDX reads a set of grey images, and its labels when labelsPath is not "",
// from files in the IDX format of MNIST, plain or compressed by gzip (their
// content decides, not their name). Samples have shape [1 H W] and values from
// 0 to 1; in memory they take a byte a pixel. With labels the result is
// [Labeled], with as many classes as the largest label plus one.
//
// A file that is not what its header says is an error that names the file, what
// was found and what was expected. Memory is taken as bytes arrive, never on
// the header's word, and a compressed file that expands beyond all measure is
// refused.
func OpenIDX(imagesPath, labelsPath string) (Dataset, error) {
	images, labels, err := readIDXPair(imagesPath, labelsPath)
	if err != nil || labels == nil {
		return images, err
	}
	return WithLabels(images, labels, classCount(labels))
}

// The format (http://yann.lecun.com/exdb/mnist): a big-endian 32-bit magic
// number, whose third byte is the type of the values (8 for unsigned bytes)
// and whose fourth is the number of dimensions; the length of each dimension as
// a big-endian 32-bit number; the values, the last dimension running fastest.
const (
	magicLabels = 0x00000801
	magicImages = 0x00000803
)

// A compressed file may expand to expansionLimit times its size, and to
// expansionFree bytes whatever its size. MNIST expands 5 times, sparse drawings
// in two colours about 100 times; a deflate bomb 1,032 times.
const (
	expansionLimit = 200
	expansionFree  = 16 << 20
)

// readIDXPair reads images, and labels unless their path is "", in which case
// labels is nil.
func readIDXPair(imagesPath, labelsPath string) (images Dataset, labels []int, err error) {
	dims, pixels, err := readIDX(imagesPath, magicImages)
	if err != nil {
		return nil, nil, err
	}
	set, err := NewBytes(pixels, tensor.MakeShape(1, dims[1], dims[2]))
	if err != nil {
		return nil, nil, err
	}
	if labelsPath == "" {
		return set, nil, nil
	}
	_, classes, err := readIDX(labelsPath, magicLabels)
	if err != nil {
		return nil, nil, err
	}
	if len(classes) != set.Len() {
		return nil, nil, fmt.Errorf("data: %s: %d labels, expected %d, one for each image of %s", labelsPath, len(classes), set.Len(), imagesPath)
	}
	labels = make([]int, len(classes))
	for i, c := range classes {
		labels[i] = int(c)
	}
	return set, labels, nil
}

// classCount returns the largest label plus one.
func classCount(labels []int) int {
	n := 0
	for _, l := range labels {
		n = max(n, l+1)
	}
	return n
}

// readIDX reads one file of unsigned bytes that has the given magic number.
func readIDX(path string, magic uint32) (dims []int, values []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("data: %w", err)
	}
	defer f.Close()
	r, err := decompress(f)
	if err != nil {
		return nil, nil, fmt.Errorf("data: %s: %w", path, err)
	}
	dims, values, err = parseIDX(r, magic)
	if err != nil {
		return nil, nil, fmt.Errorf("data: %s: %w", path, err)
	}
	return dims, values, nil
}

// parseIDX reads an IDX stream to its end. Its errors lack the file's name.
func parseIDX(r io.Reader, magic uint32) (dims []int, values []byte, err error) {
	rank := int(magic & 0xff)
	header := make([]byte, 4+4*rank)
	n, err := io.ReadFull(r, header)
	if n >= 4 {
		if got := binary.BigEndian.Uint32(header); got != magic {
			return nil, nil, fmt.Errorf("magic number 0x%08X is that of %s, expected 0x%08X of %s", got, describeMagic(got), magic, describeMagic(magic))
		}
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil, nil, fmt.Errorf("ends after %d bytes, expected an IDX header of %d", n, len(header))
	}
	if err != nil {
		return nil, nil, fmt.Errorf("IDX header: %w", err)
	}

	dims = make([]int, rank)
	size := uint64(1)
	for i := range dims {
		d := binary.BigEndian.Uint32(header[4+4*i:])
		high, low := bits.Mul64(size, uint64(d))
		// One less than the largest int, since one byte more is asked for below.
		if high != 0 || low >= math.MaxInt || uint64(d) > math.MaxInt {
			return nil, nil, fmt.Errorf("IDX header promises %s, more than memory can hold", describeDims(header[4:]))
		}
		size, dims[i] = low, int(d)
	}
	if size == 0 {
		return nil, nil, fmt.Errorf("IDX header promises %s, expected one at least", describeDims(header[4:]))
	}

	// One byte more than promised shows what is too much, and lets gzip meet
	// its checksum.
	values, err = io.ReadAll(io.LimitReader(r, int64(size)+1))
	switch {
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, nil, fmt.Errorf("after %d bytes of values: %w", len(values), err)
	case err != nil || uint64(len(values)) < size:
		return nil, nil, fmt.Errorf("ends after %d bytes of values, expected %d for %s", len(values), size, describeDims(header[4:]))
	case uint64(len(values)) > size:
		return nil, nil, fmt.Errorf("goes on after %d bytes of values, which is all that %s take", size, describeDims(header[4:]))
	}
	return dims, values, nil
}

func describeMagic(magic uint32) string {
	switch magic {
	case magicImages:
		return "IDX images (unsigned bytes, 3 dimensions)"
	case magicLabels:
		return "IDX labels (unsigned bytes, 1 dimension)"
	}
	return "something else"
}

// describeDims turns the dimensions of a header into "10000 images of 28×28" or
// "10000 labels".
func describeDims(header []byte) string {
	var b strings.Builder
	fmt.Fprint(&b, binary.BigEndian.Uint32(header))
	if len(header) == 4 {
		b.WriteString(" labels")
		return b.String()
	}
	fmt.Fprintf(&b, " images of %d×%d", binary.BigEndian.Uint32(header[4:]), binary.BigEndian.Uint32(header[8:]))
	return b.String()
}

// decompress returns a reader of the content of r: what gzip holds if r starts
// like a gzip file, r itself otherwise.
func decompress(r io.Reader) (io.Reader, error) {
	counted := &countingReader{r: r}
	buffered := bufio.NewReader(counted)
	start, err := buffered.Peek(2)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if !bytes.Equal(start, []byte{0x1f, 0x8b}) { // RFC 1952, section 2.3.1
		return buffered, nil
	}
	z, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, fmt.Errorf("damaged gzip header: %w", err)
	}
	return &boundedReader{r: z, in: counted}, nil
}

// countingReader counts the bytes that were read.
type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// boundedReader is a decompressor that fails once it has produced out of
// proportion to what went in.
type boundedReader struct {
	r   io.Reader
	in  *countingReader
	out int64
}

func (b *boundedReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.out += int64(n)
	if b.out > expansionFree+expansionLimit*b.in.n {
		return n, fmt.Errorf("%d compressed bytes expand to more than %d, expected %d times at most", b.in.n, b.out-int64(n), expansionLimit)
	}
	return n, err
}
