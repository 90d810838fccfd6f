package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Number is a float64 that JSON can hold when it is not finite: NaN and the
// infinities are written as null, and null is read as NaN.
type Number float64

// MarshalJSON returns the shortest decimal that is n, or null.
func (n Number) MarshalJSON() ([]byte, error) {
	if !finite(float64(n)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON sets n to a number, or to NaN for null.
func (n *Number) UnmarshalJSON(text []byte) error {
	if bytes.Equal(text, []byte("null")) {
		*n = Number(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float64)(n))
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// drawable reports whether x can be put on an axis: the differences of values
// under this bound, and what an axis computes with them, are finite.
func drawable(x float64) bool { return math.Abs(x) < 1e100 }

// percent writes a share: 93.7%.
func percent(share float64) string {
	if !finite(share) {
		return "not finite"
	}
	return strconv.FormatFloat(100*share, 'f', 1, 64) + "%"
}

// significant writes x with three or more significant digits: 3.60, 35.2, 1460,
// 0.0625, 2.00e-5.
func significant(x float64) string {
	switch size := math.Abs(x); {
	case !finite(x):
		return "not finite"
	case size == 0:
		return "0"
	case size >= 1e7 || size < 1e-3:
		return exponent(strconv.FormatFloat(x, 'e', 2, 64))
	default:
		return strconv.FormatFloat(x, 'f', max(0, 2-int(math.Floor(math.Log10(size)))), 64)
	}
}

// exponent takes the plus and the padding out of an exponent: 1e-05 is 1e-5.
func exponent(s string) string {
	mantissa, e, found := strings.Cut(s, "e")
	n, err := strconv.Atoi(e)
	if !found || err != nil {
		return s
	}
	return fmt.Sprintf("%se%d", mantissa, n)
}
