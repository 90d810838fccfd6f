package data

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/bits"
	"strconv"
	"strings"

	"github.com/seed-312a1f22/dyad/tensor"
)

// The format (numpy.lib.format): the magic string, the version as two bytes,
// the length of the header as a little-endian number of 16 bits in version 1.0
// and 32 bits in 2.0 and 3.0, the header, and the elements. The header is a
// Python dictionary, such as
//
//	{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
//
// with spaces behind it up to a newline that ends on a multiple of 64 bytes.
const npyMagic = "\x93NUMPY"

// maxNPYHeader bounds the length of a header. NumPy's own limit is 10,000 bytes.
const maxNPYHeader = 1<<16 - 1

// npyHeader says how the elements of an array lie in a file.
type npyHeader struct {
	dtype   dtype
	fortran bool  // the first axis runs fastest, not the last one
	dims    []int // 1 to tensor.MaxRank axes, none of them empty
	size    int64 // of the elements, in bytes
}

// readNPYHeader reads up to the first element. length is that of what it read.
func readNPYHeader(r io.Reader) (h npyHeader, length int64, err error) {
	start := make([]byte, 12)
	if err := readPart(r, start[:8]); err != nil {
		return h, 0, err
	}
	if string(start[:6]) != npyMagic {
		return h, 0, fmt.Errorf("begins with %q, expected %q of an NPY file", start[:6], npyMagic)
	}
	wide := 2 // bytes of the header's length
	switch version := [2]byte(start[6:]); version {
	case [2]byte{1, 0}:
	case [2]byte{2, 0}, [2]byte{3, 0}:
		wide = 4
	default:
		return h, 0, fmt.Errorf("NPY version %d.%d, expected 1.0, 2.0 or 3.0", version[0], version[1])
	}
	if err := readPart(r, start[8:8+wide]); err != nil {
		return h, 0, err
	}
	n := binary.LittleEndian.Uint32(start[8:])
	if n > maxNPYHeader {
		return h, 0, fmt.Errorf("NPY header of %d bytes, expected %d at most", n, maxNPYHeader)
	}
	text := make([]byte, n)
	if err := readPart(r, text); err != nil {
		return h, 0, err
	}
	if h, err = parseNPYHeader(string(text)); err != nil {
		return h, 0, fmt.Errorf("NPY header: %w", err)
	}
	return h, int64(8+wide) + int64(n), nil
}

// readPart fills a part of the header.
func readPart(r io.Reader, part []byte) error {
	switch _, err := io.ReadFull(r, part); err {
	case nil:
		return nil
	case io.EOF, io.ErrUnexpectedEOF:
		return fmt.Errorf("ends within the NPY header")
	default:
		return fmt.Errorf("NPY header: %w", err)
	}
}

// parseNPYHeader reads the dictionary.
func parseNPYHeader(text string) (h npyHeader, err error) {
	s := literal{text}
	if !s.skip("{") {
		return h, s.expected("a dictionary")
	}
	var descr, shape string
	seen := map[string]bool{}
	for !s.skip("}") {
		key, err := s.quoted()
		if err != nil {
			return h, err
		}
		if seen[key] {
			return h, fmt.Errorf("%q occurs twice", key)
		}
		seen[key] = true
		if !s.skip(":") {
			return h, s.expected("a colon")
		}
		switch key {
		case "descr":
			if strings.HasPrefix(s.text, "[") {
				return h, fmt.Errorf("elements are records of several fields, expected numbers")
			}
			descr, err = s.quoted()
		case "fortran_order":
			h.fortran, err = s.boolean()
		case "shape":
			shape, h.dims, err = s.tuple()
		default:
			err = fmt.Errorf("unknown key %.40q", key)
		}
		if err != nil {
			return h, err
		}
		if !s.skip(",") && !strings.HasPrefix(s.text, "}") {
			return h, s.expected("a comma")
		}
	}
	if s.text != "" {
		return h, s.expected("nothing behind the dictionary")
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return h, fmt.Errorf("no key %q", key)
		}
	}
	if h.dtype, err = parseDtype(descr); err != nil {
		return h, err
	}
	h.size, err = arraySize(h.dims, h.dtype.size)
	if err != nil {
		return h, fmt.Errorf("shape %.99s: %w", strings.Join(strings.Fields(shape), " "), err) // in one line
	}
	return h, nil
}

// arraySize returns the size in bytes of an array, or an error unless it has
// elements, the file's size is a number, and a sample as float32s can be
// addressed.
func arraySize(dims []int, itemSize int) (int64, error) {
	if len(dims) == 0 || len(dims) > tensor.MaxRank {
		return 0, fmt.Errorf("%d axes, expected 1 to %d", len(dims), tensor.MaxRank)
	}
	total, sample := uint64(itemSize), uint64(4)
	for i, d := range dims {
		if d == 0 {
			return 0, fmt.Errorf("no elements, expected one at least")
		}
		var high, sampleHigh uint64
		high, total = bits.Mul64(total, uint64(d))
		if i > 0 {
			sampleHigh, sample = bits.Mul64(sample, uint64(d))
		}
		if high != 0 || total > math.MaxInt64-maxNPYHeader-12 || sampleHigh != 0 || sample > math.MaxInt {
			return 0, fmt.Errorf("more elements than can be addressed")
		}
	}
	return int64(total), nil
}

// literal is what is left of a Python literal.
type literal struct{ text string }

// skip takes token, and the blanks behind it, off the text if it begins with it.
func (s *literal) skip(token string) bool {
	rest, ok := strings.CutPrefix(s.text, token)
	if ok {
		s.text = strings.TrimLeft(rest, " \n")
	}
	return ok
}

func (s *literal) expected(what string) error {
	if s.text == "" {
		return fmt.Errorf("ends, expected %s", what)
	}
	return fmt.Errorf("%.20q, expected %s", s.text, what)
}

// quoted takes off a string. NumPy writes none with a backslash.
func (s *literal) quoted() (string, error) {
	for _, quote := range []string{"'", `"`} {
		if rest, ok := strings.CutPrefix(s.text, quote); ok {
			text, rest, ok := strings.Cut(rest, quote)
			if !ok || strings.Contains(text, `\`) {
				break
			}
			s.text = rest
			s.skip("")
			return text, nil
		}
	}
	return "", s.expected("a string")
}

func (s *literal) boolean() (bool, error) {
	switch {
	case s.skip("True"):
		return true, nil
	case s.skip("False"):
		return false, nil
	}
	return false, s.expected("True or False")
}

// tuple takes off a tuple of axis lengths. text is its spelling.
func (s *literal) tuple() (text string, dims []int, err error) {
	before := s.text
	if !s.skip("(") {
		return "", nil, s.expected("a tuple")
	}
	for !s.skip(")") {
		digits := len(s.text) - len(strings.TrimLeft(s.text, "0123456789"))
		d, err := strconv.ParseUint(s.text[:digits], 10, strconv.IntSize-1)
		if err != nil {
			return "", nil, s.expected(fmt.Sprintf("an axis length from 0 to %d", math.MaxInt))
		}
		dims = append(dims, int(d))
		s.text = s.text[digits:]
		s.skip("L") // Python 2 marked long integers so
		s.skip("")
		if !s.skip(",") && !strings.HasPrefix(s.text, ")") {
			return "", nil, s.expected("a comma")
		}
	}
	return strings.TrimRight(before[:len(before)-len(s.text)], " \n"), dims, nil
}
