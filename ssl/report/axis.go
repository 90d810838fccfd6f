package report

import (
	"math"
	"strconv"
)

// axis maps values to places along one side of a chart.
type axis struct {
	lo, hi, step float64 // values at both ends, whole multiples of step, and between ticks
	from, to     float64 // places of lo and hi
}

// newAxis returns an axis from lo to hi or a little beyond, with about the given
// number of intervals: steps of 1, 2 or 5 times a power of ten, not below
// leastStep. A range of nothing is widened.
func newAxis(lo, hi float64, intervals int, leastStep, from, to float64) axis {
	if size := max(math.Abs(lo), math.Abs(hi)); hi-lo <= 1e-9*size {
		// A constant: as wide as a tenth of it, with it in the middle.
		lo, hi = lo-0.05*size, hi+0.05*size
	}
	if lo == hi {
		lo, hi = lo-1, hi+1
	}
	step := max(niceStep((hi-lo)/float64(intervals)), leastStep)
	return axis{math.Floor(lo/step+1e-9) * step, math.Ceil(hi/step-1e-9) * step, step, from, to}
}

// niceStep returns the least 1, 2 or 5 times a power of ten that is x or more.
func niceStep(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= x*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// at returns the place of a value.
func (a axis) at(v float64) float64 { return a.from + (v-a.lo)/(a.hi-a.lo)*(a.to-a.from) }

// ticks returns the values to mark.
func (a axis) ticks() []float64 {
	var ticks []float64
	for i := range int(math.Round((a.hi-a.lo)/a.step)) + 1 {
		v := a.lo + float64(i)*a.step
		if math.Abs(v) < a.step/2 {
			v = 0 // and no −0, nor what rounding leaves of 0
		}
		ticks = append(ticks, v)
	}
	return ticks
}

// label writes a tick with the digits that tell it from the next.
func (a axis) label(v float64) string {
	size := max(math.Abs(a.lo), math.Abs(a.hi))
	power := int(math.Floor(math.Log10(a.step) + 1e-9))
	if size >= 1e6 || size < 1e-3 && v != 0 {
		return exponent(strconv.FormatFloat(v, 'e', max(0, int(math.Floor(math.Log10(size)))-power), 64))
	}
	return strconv.FormatFloat(v, 'f', max(0, -power), 64)
}
