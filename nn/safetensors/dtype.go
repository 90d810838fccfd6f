package safetensors

import (
	"encoding/binary"
	"math"
)

// DType names the type of a tensor's elements, as the header spells it: "F32".
type DType string

// The types that File.Tensor converts to float32. The format has others, such as
// "I64" and "BOOL", which are listed but not read.
const (
	F64  DType = "F64"  // rounded to the nearest float32; what is too large becomes infinite
	F32  DType = "F32"  // as it is
	F16  DType = "F16"  // IEEE 754's half precision: exact
	BF16 DType = "BF16" // the upper half of a float32: exact
)

// bitsOf holds every type of the format.
var bitsOf = map[DType]uint64{
	"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
	"BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
	"I16": 16, "U16": 16, F16: 16, BF16: 16,
	"I32": 32, "U32": 32, F32: 32,
	"I64": 64, "U64": 64, F64: 64, "C64": 64,
}

// readable reports whether File.Tensor takes t.
func (t DType) readable() bool { return t == F64 || t == F32 || t == F16 || t == BF16 }

// decode writes the elements that raw holds in type t to dst.
func (t DType) decode(dst []float32, raw []byte) {
	switch t {
	case F64:
		for i := range dst {
			dst[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:])))
		}
	case F32:
		for i := range dst {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
	case F16:
		for i := range dst {
			dst[i] = fromHalf(binary.LittleEndian.Uint16(raw[2*i:]))
		}
	case BF16:
		for i := range dst {
			dst[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(raw[2*i:])) << 16)
		}
	}
}

// fromHalf returns the value of a number in IEEE 754's half precision: a sign, 5
// bits of exponent with bias 15, 10 bits of fraction.
func fromHalf(h uint16) float32 {
	sign, exponent, fraction := uint32(h>>15)<<31, uint32(h>>10)&0x1f, uint32(h)&0x3ff
	switch exponent {
	case 0: // zero and subnormal numbers
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)*0x1p-24))
	case 0x1f: // infinity and NaN
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}
