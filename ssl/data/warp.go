package data

import "math"

// inverse is an affine map of the plane, about an image's centre, that says
// where in the input an output pixel comes from.
type inverse struct{ xx, xy, x, yx, yy, y float32 }

// warp replaces the image x by its affine map, by bilinear interpolation. What
// comes from outside of the image is 0.
func warp(x *Sample, m inverse) {
	channels, height, width := x.Shape.Dim(0), x.Shape.Dim(1), x.Shape.Dim(2)
	points := sized(&x.points, width)
	src := x.Renew(x.Shape)
	size := height * width
	for i := range height {
		lo, hi := m.row(points, i, height)
		for k := range channels {
			plane, dst := src[k*size:][:size], x.Data[k*size+i*width:][:width]
			for j, p := range points[:lo] {
				dst[j] = readBorder(plane, height, width, p.x, p.y)
			}
			readInside(dst[lo:hi], plane, width, points[lo:hi])
			for j := hi; j < width; j++ {
				dst[j] = readBorder(plane, height, width, points[j].x, points[j].y)
			}
		}
	}
}

// place is a point of an image, in pixels: y points down.
type place struct{ x, y float32 }

// row fills points with the places in the input that the pixels of row i come
// from. Those from lo to hi−1 lie between four pixels of the image, and no
// others: along a row x only grows or only shrinks, and so does y, also when
// rounded.
func (m inverse) row(points []place, i, height int) (lo, hi int) {
	width := len(points)
	centreX, centreY := float32(width-1)/2, float32(height-1)/2
	dy := float32(i) - centreY
	fromX, fromY := float32(dy*m.xy)+m.x, float32(dy*m.yy)+m.y
	for j := range points {
		dx := float32(j) - centreX
		points[j] = place{centreX + (float32(dx*m.xx) + fromX), centreY + (float32(dx*m.yx) + fromY)}
	}
	right, bottom := float32(width-1), float32(height-1)
	inside := func(p place) bool { return p.x >= 0 && p.y >= 0 && p.x < right && p.y < bottom }
	for lo < width && !inside(points[lo]) {
		lo++
	}
	for hi = width; hi > lo && !inside(points[hi-1]); {
		hi--
	}
	return lo, hi
}

// readInside sets dst to the bilinear interpolation of an image at points that
// lie between four of its pixels.
func readInside(dst, plane []float32, width int, points []place) {
	dst = dst[:len(points)]
	for j, p := range points {
		x0, y0 := int(p.x), int(p.y)
		tx, ty := p.x-float32(x0), p.y-float32(y0)
		upper := plane[y0*width+x0:]
		lower := upper[width:][:2]
		dst[j] = lerp(lerp(upper[0], upper[1], tx), lerp(lower[0], lower[1], tx), ty)
	}
}

// readBorder returns the bilinear interpolation of an image at (x, y), which
// may lie outside of it: pixels that are not there count as 0.
func readBorder(plane []float32, height, width int, x, y float32) float32 {
	if !(x > -1 && x < float32(width) && y > -1 && y < float32(height)) {
		return 0
	}
	x0, y0 := int(math.Floor(float64(x))), int(math.Floor(float64(y)))
	var corners [4]float32
	for i := range corners {
		if cx, cy := x0+i%2, y0+i/2; cx >= 0 && cx < width && cy >= 0 && cy < height {
			corners[i] = plane[cy*width+cx]
		}
	}
	tx, ty := x-float32(x0), y-float32(y0)
	return lerp(lerp(corners[0], corners[1], tx), lerp(corners[2], corners[3], tx), ty)
}
