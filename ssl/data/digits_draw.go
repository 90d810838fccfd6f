package data

import (
	"math"
	"math/rand/v2"
)

// The ranges that a digit's properties are drawn from, in pixels unless said
// otherwise. They were chosen by looking, and by measuring: large enough that a
// linear classifier of raw pixels gets 75 % of digits right, small enough that
// a person gets nearly all.
var (
	digitHeight   = [2]float64{14, 20}
	digitAspect   = [2]float64{0.6, 1}    // width over height
	digitSlant    = [2]float64{-0.3, 0.3} // horizontal over vertical
	digitRotation = [2]float64{-12, 12}   // degrees
	digitShift    = [2]float64{-2, 2}     // of the centre, in each direction
	digitPen      = [2]float64{0.7, 1.5}  // half the width of strokes
	digitContrast = [2]float64{0.55, 1}   // value of ink
	digitPaper    = [2]float64{0, 0.1}    // value of the background
	markLength    = [2]float64{1, 5}      // of the stray mark
	markPen       = [2]float64{0.4, 0.9}  // half its width
)

const (
	strokeJitter  = 0.045 // standard deviation of a stroke's points, in widths and heights
	digitNoise    = 0.05  // standard deviation of the noise in values
	curveSegments = 5     // straight pieces between two points of a spline
)

// canvas is where one goroutine draws.
type canvas struct {
	ink  [digitPixels]float32 // how much of each pixel the strokes cover, 0 to 1
	path []point              // of one stroke, in pixels
}

// drawDigit draws a digit into dst and returns which one. Rounding to bytes
// makes the result the same on processors that fuse multiplications with
// additions and those that do not.
func (c *canvas) drawDigit(dst []byte, r *rand.Rand) uint8 {
	class := r.IntN(len(glyphs))
	clear(c.ink[:])

	// The glyph's unit square, centred, is mapped by scale, slant and rotation.
	height := uniform(r, digitHeight)
	width := height * uniform(r, digitAspect)
	slant := uniform(r, digitSlant)
	sin, cos := math.Sincos(uniform(r, digitRotation) * (math.Pi / 180))
	centreX := DigitSide/2. + uniform(r, digitShift)
	centreY := DigitSide/2. + uniform(r, digitShift)
	xx, xy := cos*width, -(sin+cos*slant)*height
	yx, yy := sin*width, (cos-sin*slant)*height

	pen := uniform(r, digitPen)
	styles := glyphs[class]
	for _, s := range styles[r.IntN(len(styles))] {
		c.path = c.path[:0]
		for _, p := range s.points {
			x := p.x - 0.5 + strokeJitter*r.NormFloat64()
			y := p.y - 0.5 + strokeJitter*r.NormFloat64()
			c.path = append(c.path, point{centreX + xx*x + xy*y, centreY + yx*x + yy*y})
		}
		c.drawPath(s.smooth, s.closed, pen)
	}

	x, y := DigitSide*r.Float64(), DigitSide*r.Float64()
	sin, cos = math.Sincos(2 * math.Pi * r.Float64())
	length := uniform(r, markLength)
	c.drawSegment(point{x, y}, point{x + length*cos, y + length*sin}, uniform(r, markPen))

	ink, paper := uniform(r, digitContrast), uniform(r, digitPaper)
	for i, cover := range c.ink {
		v := paper + (ink-paper)*float64(cover) + digitNoise*r.NormFloat64()
		dst[i] = uint8(math.Round(255 * min(max(v, 0), 1)))
	}
	return uint8(class)
}

// drawPath draws c.path: straight lines from point to point, or the
// Catmull-Rom spline through them.
func (c *canvas) drawPath(smooth, closed bool, pen float64) {
	n := len(c.path)
	pieces := n - 1
	if closed {
		pieces = n
	}
	at := func(i int) point { // beyond an open end, its last point
		if closed {
			return c.path[(i+n)%n]
		}
		return c.path[min(max(i, 0), n-1)]
	}
	for i := range pieces {
		p0, p1, p2, p3 := at(i-1), at(i), at(i+1), at(i+2)
		if !smooth {
			c.drawSegment(p1, p2, pen)
			continue
		}
		from := p1
		for k := 1; k <= curveSegments; k++ {
			t := float64(k) / curveSegments
			to := point{catmullRom(p0.x, p1.x, p2.x, p3.x, t), catmullRom(p0.y, p1.y, p2.y, p3.y, t)}
			c.drawSegment(from, to, pen)
			from = to
		}
	}
}

// catmullRom returns the value at t of the cubic that runs from b at t=0 to c
// at t=1, with slopes (c−a)/2 and (d−b)/2 there.
func catmullRom(a, b, c, d, t float64) float64 {
	return b + t/2*((c-a)+t*((2*a-5*b+4*c-d)+t*(3*(b-c)+d-a)))
}

// drawSegment covers what lies within pen of the line from p to q, with edges
// one pixel soft.
func (c *canvas) drawSegment(p, q point, pen float64) {
	reach := pen + 0.5
	left, right := span(p.x, q.x, reach)
	top, bottom := span(p.y, q.y, reach)
	dx, dy := q.x-p.x, q.y-p.y
	scale := 1 / max(dx*dx+dy*dy, 1e-12) // a segment without length is a dot
	for y := top; y < bottom; y++ {
		for x := left; x < right; x++ {
			ex, ey := float64(x)+0.5-p.x, float64(y)+0.5-p.y
			t := min(max((ex*dx+ey*dy)*scale, 0), 1) // the nearest point is p + t·(q−p)
			ex -= t * dx
			ey -= t * dy
			cover := float32(min(reach-math.Sqrt(ex*ex+ey*ey), 1))
			i := y*DigitSide + x
			c.ink[i] = max(c.ink[i], cover)
		}
	}
}

// span returns the pixels low to high−1 that come within reach of a to b along
// one axis.
func span(a, b, reach float64) (low, high int) {
	low = int(math.Floor(min(a, b) - reach))
	high = int(math.Ceil(max(a, b) + reach))
	return max(low, 0), min(high, DigitSide)
}
