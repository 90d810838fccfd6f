package data

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"strings"
)

// dtype is the type of the elements of a NumPy array.
type dtype struct {
	kind      byte // 'f' for floats, 'i' and 'u' for integers, 'b' for bool
	size      int  // in bytes
	bigEndian bool
}

// parseDtype reads a type as NumPy spells it: the byte order, '<', '>' or '|'
// where there is none, the kind, and the size in bytes.
func parseDtype(descr string) (dtype, error) {
	if len(descr) == 3 && strings.Contains(" f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1 ", " "+descr[1:]+" ") {
		t := dtype{descr[1], int(descr[2] - '0'), descr[0] == '>'}
		if strings.IndexByte("<>", descr[0]) >= 0 || descr[0] == '|' && t.size == 1 {
			return t, nil
		}
	}
	return dtype{}, fmt.Errorf("elements of dtype %.40q, expected float32, float64, bool or an integer of 8 to 64 bits", descr)
}

// bits returns the element that raw begins with as an unsigned integer.
func (t dtype) bits(raw []byte) uint64 {
	var b uint64
	switch t.size {
	case 1:
		return uint64(raw[0])
	case 2:
		b = uint64(binary.LittleEndian.Uint16(raw))
	case 4:
		b = uint64(binary.LittleEndian.Uint32(raw))
	case 8:
		b = binary.LittleEndian.Uint64(raw)
	}
	if t.bigEndian {
		b = bits.ReverseBytes64(b) >> (64 - 8*t.size)
	}
	return b
}

// signed returns the bits of a signed integer with the sign in its place.
func (t dtype) signed(b uint64) int64 {
	shift := 64 - 8*t.size
	return int64(b<<shift) >> shift
}

// float returns the element that raw begins with, rounded to float32: a float64
// that is too large becomes infinite, and a bool 0 or 1.
func (t dtype) float(raw []byte) float32 {
	b := t.bits(raw)
	switch {
	case t.kind == 'f' && t.size == 4:
		return math.Float32frombits(uint32(b))
	case t.kind == 'f':
		return float32(math.Float64frombits(b))
	case t.kind == 'i':
		return float32(t.signed(b))
	case t.kind == 'b' && b != 0:
		return 1
	}
	return float32(b)
}

// floats writes the elements in raw to dst as float does, the usual types faster.
func (t dtype) floats(dst []float32, raw []byte) {
	switch {
	case t == dtype{'f', 4, false}:
		for i := range dst {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
	case t.kind == 'u' && t.size == 1:
		for i := range dst {
			dst[i] = float32(raw[i])
		}
	default:
		for i := range dst {
			dst[i] = t.float(raw[i*t.size:])
		}
	}
}

// label returns the element that raw begins with as a class. ok is false unless
// it is a whole number from 0 to maxLabel.
func (t dtype) label(raw []byte) (label int, ok bool) {
	b := t.bits(raw)
	switch t.kind {
	case 'f':
		v := math.Float64frombits(b)
		if t.size == 4 {
			v = float64(math.Float32frombits(uint32(b)))
		}
		// The comparisons are false for NaN, which no conversion to int is defined for.
		if !(v >= 0 && v <= maxLabel) || v != math.Trunc(v) {
			return 0, false
		}
		return int(v), true
	case 'i':
		if t.signed(b) < 0 {
			return 0, false
		}
	}
	if b > maxLabel {
		return 0, false
	}
	return int(b), true
}

// maxLabel is the largest number that a file may give a class. ImageNet-21k has
// a third as many classes; a larger number is more likely an identifier, and
// would ask whoever counts classes for as much memory.
const maxLabel = 1<<16 - 1
