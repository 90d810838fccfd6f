package tensor

import (
	"math"
	"strconv"
	"strings"
)

// floatFormat is the format that the elements of one tensor share, computed as
// numpy.core.arrayprint.FloatingFormat does. The zero value is the plainest.
type floatFormat struct {
	scientific  bool
	digits      int // in scientific notation: digits after the point, for all
	left, right int // columns before the point, and behind it with the exponent
}

// newFloatFormat returns the format for the values that are shown.
func newFloatFormat(shown []float32) floatFormat {
	var f floatFormat
	smallest, largest := float32(math.Inf(1)), float32(0)
	negativeInf, allFinite := 0, true
	for _, v := range shown {
		switch a := max(v, -v); {
		case !finite(v):
			allFinite = false
			if v < 0 {
				negativeInf = 1
			}
		case a != 0:
			smallest, largest = min(smallest, a), max(largest, a)
		}
	}
	// The second bound is not a float32: the comparison is in float64.
	f.scientific = largest > 0 && (largest >= 1e8 || float64(smallest) < 1e-4 || largest/smallest > 1000)
	for _, v := range shown {
		if finite(v) {
			whole, fraction, exponent := f.parts(v)
			f.digits = max(f.digits, len(fraction))
			f.left = max(f.left, len(whole))
			f.right = max(f.right, len(fraction)+len(exponent))
		}
	}
	if f.scientific {
		f.right = f.digits + len("e+00")
	}
	if !allFinite { // room for "nan" and "inf" from the first column to the last
		f.left = max(f.left, len("inf")+negativeInf-len(".")-f.right)
	}
	return f
}

// parts returns the shortest digits that tell v from the other float32s, at
// most eight after the point, cut at the point and at the exponent. In
// scientific notation there are f.digits after the point, or more.
func (f *floatFormat) parts(v float32) (whole, fraction, exponent string) {
	if f.scientific { // nine digits always suffice, eight after the point
		whole, fraction, exponent = scientificParts(v, -1, 32)
		if len(fraction) < f.digits {
			// All digits are v's own, which matters for subnormals: the smallest
			// is 1e-45 in short, but 1.4012985e-45 with seven digits.
			whole, fraction, exponent = scientificParts(v, f.digits, 64)
		}
		return whole, fraction, exponent
	}
	whole, fraction, _ = strings.Cut(strconv.FormatFloat(float64(v), 'f', -1, 32), ".")
	switch {
	case len(fraction) > printPrecision:
		s := strconv.FormatFloat(float64(v), 'f', printPrecision, 64)
		whole, fraction, _ = strings.Cut(strings.TrimRight(s, "0"), ".")
	case fraction == "": // before the point, all digits, though fewer may suffice
		whole = strconv.FormatFloat(float64(v), 'f', 0, 64)
	}
	return whole, fraction, ""
}

func scientificParts(v float32, digits, bits int) (whole, fraction, exponent string) {
	whole, exponent, _ = strings.Cut(strconv.FormatFloat(float64(v), 'e', digits, bits), "e")
	whole, fraction, _ = strings.Cut(whole, ".")
	return whole, fraction, "e" + exponent
}

// text returns v without padding on the left.
func (f *floatFormat) text(v float32) string {
	switch {
	case v != v:
		return "nan"
	case v > math.MaxFloat32:
		return "inf"
	case v < -math.MaxFloat32:
		return "-inf"
	}
	whole, fraction, exponent := f.parts(v)
	s := whole + "." + fraction + exponent
	return strings.Repeat(" ", f.left-len(whole)) + s + strings.Repeat(" ", f.right-len(fraction)-len(exponent))
}

// word returns v in the columns of the format.
func (f *floatFormat) word(v float32) string {
	s := f.text(v)
	return strings.Repeat(" ", f.left+len(".")+f.right-len(s)) + s
}

// finite reports whether v is neither NaN nor infinite.
func finite(v float32) bool { return v-v == 0 }
