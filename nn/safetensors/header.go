package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"strconv"
	"unicode/utf8"
)

const (
	lengthBytes = 8           // of the header's length, in front of it
	maxHeader   = 100_000_000 // the reference implementation takes no longer one
	metadataKey = "__metadata__"
)

// Info describes a tensor in a file.
type Info struct {
	Name       string
	DType      DType
	Shape      []int64
	Begin, End int64 // of its bytes, counted from the end of the header
}

// readHeader returns the text of the header of r, which has size bytes.
func readHeader(r io.ReaderAt, size int64) ([]byte, error) {
	if size < lengthBytes {
		return nil, fmt.Errorf("%d bytes are too few for a safetensors file, which starts with 8 for the length of its header", size)
	}
	var length [lengthBytes]byte
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, lengthBytes), length[:]); err != nil {
		return nil, fmt.Errorf("the header's length: %w", err)
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > maxHeader {
		return nil, fmt.Errorf("the first 8 bytes claim a header of %d bytes, expected %d at most: this is no safetensors file", n, maxHeader)
	}
	if int64(n) > size-lengthBytes {
		return nil, fmt.Errorf("the first 8 bytes claim a header of %d bytes, but only %d follow", n, size-lengthBytes)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(io.NewSectionReader(r, lengthBytes, int64(n)), text); err != nil {
		return nil, fmt.Errorf("the header: %w", err)
	}
	return text, nil
}

// parseHeader returns what the header says of the tensors, in the order of their
// bytes, of which the file has dataSize.
func parseHeader(text []byte, dataSize int64) (tensors []Info, metadata map[string]string, err error) {
	if !utf8.Valid(text) { // the JSON package would replace what is not
		return nil, nil, errors.New("the header is not UTF-8 text")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	err = object(d, func(key string) (err error) {
		if key == metadataKey {
			metadata, err = parseMetadata(d)
			return err
		}
		info, err := parseInfo(d, key)
		if err == nil {
			err = info.check(dataSize)
		}
		if err != nil {
			return fmt.Errorf("tensor %.99q: %w", key, err)
		}
		tensors = append(tensors, info)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, nil, errors.New("the header goes on after its JSON object")
	}

	slices.SortStableFunc(tensors, func(a, b Info) int {
		return cmp.Or(cmp.Compare(a.Begin, b.Begin), cmp.Compare(a.End, b.End))
	})
	var end int64
	for _, t := range tensors {
		if t.Begin != end {
			return nil, nil, fmt.Errorf("tensor %.99q starts at byte %d, expected %d, where what is before it ends", t.Name, t.Begin, end)
		}
		end = t.End
	}
	if end != dataSize {
		return nil, nil, fmt.Errorf("the tensors take %d bytes, but %d follow the header", end, dataSize)
	}
	return tensors, metadata, nil
}

// object reads a JSON object from d and calls visit for each of its keys, to
// read the value. A key that is there twice, which the JSON package lets pass,
// is an error.
func object(d *json.Decoder, visit func(key string) error) error {
	token := func() (json.Token, error) {
		t, err := d.Token()
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			err = fmt.Errorf("the header is not JSON: %w", err)
		}
		return t, err
	}
	t, err := token()
	if err != nil {
		return err
	}
	if t != json.Delim('{') {
		return errors.New("the header has something else where a JSON object is expected")
	}
	seen := make(map[string]bool)
	for d.More() {
		t, err := token()
		if err != nil {
			return err
		}
		key := t.(string) // what d takes for a key
		if seen[key] {
			return fmt.Errorf("the header has the key %.99q twice", key)
		}
		seen[key] = true
		if err := visit(key); err != nil {
			return err
		}
	}
	_, err = token()
	return err
}

func parseMetadata(d *json.Decoder) (map[string]string, error) {
	metadata := make(map[string]string)
	err := object(d, func(key string) error {
		var value *string
		if err := d.Decode(&value); err != nil || value == nil {
			return fmt.Errorf("the metadata %.99q is not a string", key)
		}
		metadata[key] = *value
		return nil
	})
	return metadata, err
}

func parseInfo(d *json.Decoder, name string) (Info, error) {
	info := Info{Name: name}
	var shape, offsets []count
	err := object(d, func(key string) error {
		var to any
		switch key {
		case "dtype":
			to = &info.DType
		case "shape":
			to = &shape
		case "data_offsets":
			to = &offsets
		default: // the reference implementation passes over it
			to = new(json.RawMessage)
		}
		if err := d.Decode(to); err != nil {
			return fmt.Errorf("%.99q: %w", key, err)
		}
		return nil
	})
	switch {
	case err != nil:
		return info, err
	case shape == nil: // which [] is not
		return info, errors.New("it has no shape")
	case len(offsets) != 2:
		return info, fmt.Errorf("it has %d data_offsets, expected 2", len(offsets))
	}
	info.Shape = make([]int64, len(shape))
	for i, n := range shape {
		info.Shape[i] = int64(n)
	}
	info.Begin, info.End = int64(offsets[0]), int64(offsets[1])
	return info, nil
}

// count is a number that JSON may not write as null, −0, 1.0 or 1e3.
type count int64

func (c *count) UnmarshalJSON(text []byte) error {
	n, err := strconv.ParseUint(string(text), 10, 63)
	if err != nil {
		return fmt.Errorf("%.30s is not a whole number that a file's size can have", text)
	}
	*c = count(n)
	return nil
}

// check returns an error unless the shape, the type and the offsets agree with
// each other and with the bytes that there are.
func (i *Info) check(dataSize int64) error {
	width, known := bitsOf[i.DType]
	if !known {
		return fmt.Errorf("dtype is %.20q, which the format does not have", string(i.DType))
	}
	if i.Begin > i.End || i.End > dataSize {
		return fmt.Errorf("data_offsets are [%d %d], expected a range of the %d bytes that follow the header", i.Begin, i.End, dataSize)
	}
	size, overflow := uint64(1), uint64(0) // in elements, then in bits
	for _, n := range append(slices.Clone(i.Shape), int64(width)) {
		var high uint64
		high, size = bits.Mul64(size, uint64(n))
		overflow |= high
	}
	if overflow != 0 || size%8 != 0 || size/8 != uint64(i.End-i.Begin) {
		return fmt.Errorf("it has %d bytes, which are not those of %s %s", i.End-i.Begin, i.DType, describe(i.Shape))
	}
	return nil
}

// describe is fmt.Sprint for a shape that may have absurdly many axes.
func describe(shape []int64) string {
	if len(shape) > 16 {
		return fmt.Sprintf("with %d axes", len(shape))
	}
	return fmt.Sprint(shape)
}
