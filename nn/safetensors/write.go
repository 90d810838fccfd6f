package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seed-312a1f22/dyad/tensor"
)

// Write writes tensors as F32, sorted by name, and metadata, which may be nil.
// The same arguments give the same bytes. It is an error when two tensors have
// the same name, when one is nil, and when text is not UTF-8.
func Write(w io.Writer, tensors []tensor.Named, metadata map[string]string) error {
	if err := write(w, tensors, metadata); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	return nil
}

func write(w io.Writer, tensors []tensor.Named, metadata map[string]string) error {
	tensors = slices.Clone(tensors)
	slices.SortStableFunc(tensors, func(a, b tensor.Named) int { return strings.Compare(a.Name, b.Name) })
	start, err := header(tensors, metadata)
	if err != nil {
		return err
	}
	if _, err := w.Write(start); err != nil {
		return err
	}
	block := make([]byte, 0, blockBytes)
	for _, t := range tensors {
		for values := range slices.Chunk(t.Tensor.Data(), blockBytes/4) {
			block = block[:0]
			for _, v := range values {
				block = binary.LittleEndian.AppendUint32(block, math.Float32bits(v))
			}
			if _, err := w.Write(block); err != nil {
				return fmt.Errorf("tensor %q: %w", t.Name, err)
			}
		}
	}
	return nil
}

// header returns the header of a file of tensors, which are sorted by name, with
// its length in front and padded with spaces to a multiple of 8 bytes.
func header(tensors []tensor.Named, metadata map[string]string) ([]byte, error) {
	var b bytes.Buffer
	b.Write(make([]byte, lengthBytes))
	separator := byte('{')
	add := func(key string, value any) error {
		if !utf8.ValidString(key) {
			return fmt.Errorf("the name %q is not UTF-8 text", key)
		}
		k, err := json.Marshal(key)
		if err != nil {
			return err
		}
		v, err := json.Marshal(value)
		if err != nil {
			return err
		}
		b.WriteByte(separator)
		b.Write(k)
		b.WriteByte(':')
		b.Write(v)
		separator = ','
		return nil
	}
	for k, v := range metadata {
		if !utf8.ValidString(k) || !utf8.ValidString(v) {
			return nil, fmt.Errorf("the metadata %q: %q is not UTF-8 text", k, v)
		}
	}
	if len(metadata) > 0 {
		if err := add(metadataKey, metadata); err != nil {
			return nil, err
		}
	}
	var end int64
	for i, t := range tensors {
		switch {
		case t.Tensor == nil:
			return nil, fmt.Errorf("tensor %q is nil", t.Name)
		case t.Name == metadataKey:
			return nil, fmt.Errorf("no tensor may have the name %q, which the format has for the metadata", t.Name)
		case i > 0 && t.Name == tensors[i-1].Name:
			return nil, fmt.Errorf("tensor %q is there twice", t.Name)
		}
		begin := end
		end += 4 * int64(t.Tensor.Size())
		err := add(t.Name, struct {
			DType   DType    `json:"dtype"`
			Shape   []int    `json:"shape"`
			Offsets [2]int64 `json:"data_offsets"`
		}{F32, append([]int{}, t.Tensor.Shape().Dims()...), [2]int64{begin, end}})
		if err != nil {
			return nil, err
		}
	}
	if separator == '{' {
		b.WriteByte('{')
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	n := b.Len() - lengthBytes
	if n > maxHeader {
		return nil, fmt.Errorf("the names and the metadata make a header of %d bytes, expected %d at most", n, maxHeader)
	}
	binary.LittleEndian.PutUint64(b.Bytes(), uint64(n))
	return b.Bytes(), nil
}

// WriteFile writes tensors and metadata to the file at path as Write does. The
// file appears, or replaces a former one, when all has been written: a failure
// leaves what was there. The error names the path.
func WriteFile(path string, tensors []tensor.Named, metadata map[string]string) error {
	// Beside path, since a file cannot be renamed into another file system.
	temporary := fmt.Sprintf("%s.%08x.tmp", path, rand.Uint32())
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return fmt.Errorf("safetensors: %s: %w", path, err)
	}
	err = cmp.Or(write(f, tensors, metadata), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		os.Remove(temporary)
		return fmt.Errorf("safetensors: %s: %w", path, err)
	}
	return nil
}
