package data

import (
	"math"

	"github.com/seed-312a1f22/dyad/tensor"
)

// tap is how one output coordinate reads an axis of the input: the values at
// some places times their weights. Bilinear interpolation has two, and uses the
// second weight alone; bicubic interpolation has four.
type tap struct {
	at     [4]int
	weight [4]float32
}

// tapAt returns the tap of output coordinate i when n input values, from
// offset on, are stretched to m. Half-integer pixel centres make it (i+½)·n/m − ½.
func tapAt(i, offset, n, m int, by Interpolation) tap {
	// The quotient is exact wherever the result lies on a pixel centre.
	at := float64((2*i+1)*n-m) / float64(2*m)
	if by == Bilinear {
		at = max(0, at)
		low := min(int(at), n-1)
		t := float32(at - float64(low))
		return tap{[4]int{offset + low, offset + min(low+1, n-1)}, [4]float32{1 - t, t}}
	}
	low := int(math.Floor(at))
	t := at - float64(low)
	var c tap
	for k := range c.at {
		c.at[k] = offset + min(max(low-1+k, 0), n-1)
		c.weight[k] = float32(cubic(math.Abs(t + 1 - float64(k))))
	}
	return c
}

// cubic is the kernel of cubic convolution for distances d from 0 to 2, with
// PyTorch's slope of −¾ at 1; [Resize] has Pillow's, −½.
func cubic(d float64) float64 {
	const a = -0.75
	if d <= 1 {
		return float64((float64((a+2)*d)-(a+3))*d*d) + 1
	}
	return float64((float64((float64(a*d)-5*a)*d)+8*a)*d) - 4*a
}

// resizeCrop replaces x by its part c, resized to the height and width of out:
// first along the rows, then along the columns. Of the rows that the second step
// reads, the last four are kept, as the next output row reads most of them too.
func resizeCrop(x *Sample, c rectangle, out tensor.Shape, by Interpolation) {
	channels, height, width := x.Shape.Dim(0), x.Shape.Dim(1), x.Shape.Dim(2)
	outHeight, outWidth := out.Dim(1), out.Dim(2)
	taps := sized(&x.taps, outWidth+outHeight)
	columns, rows := taps[:outWidth], taps[outWidth:]
	for i := range columns {
		columns[i] = tapAt(i, c.left, c.width, outWidth, by)
	}
	for i := range rows {
		rows[i] = tapAt(i, c.top, c.height, outHeight, by)
	}
	kept := sized(&x.rows, 4*outWidth)
	src := x.Renew(out)
	dst := x.Data
	for k := range channels {
		plane := src[k*height*width:][:height*width]
		which := [4]int{-1, -1, -1, -1} // the input row that each of kept comes from
		for i := range rows {
			t := &rows[i]
			var read [4][]float32
			for n, at := range t.at[:by.taps()] {
				slot := at % 4 // taps are within four rows of each other
				read[n] = kept[slot*outWidth:][:outWidth]
				if which[slot] != at {
					which[slot] = at
					resizeRow(read[n], plane[at*width:][:width], columns, by)
				}
			}
			mixRows(dst[:outWidth], &read, &t.weight, by)
			dst = dst[outWidth:]
		}
	}
}

// taps returns how many values of an axis are mixed.
func (by Interpolation) taps() int {
	if by == Bilinear {
		return 2
	}
	return 4
}

// resizeRow sets dst[j] to the values of src that columns[j] mixes.
func resizeRow(dst, src []float32, columns []tap, by Interpolation) {
	dst = dst[:len(columns)]
	if by == Bilinear {
		for j := range columns {
			c := &columns[j]
			dst[j] = lerp(src[c.at[0]], src[c.at[1]], c.weight[1])
		}
		return
	}
	for j := range columns {
		c := &columns[j]
		dst[j] = weigh(src[c.at[0]], src[c.at[1]], src[c.at[2]], src[c.at[3]], &c.weight)
	}
}

// mixRows sets dst to a mixture of rows.
func mixRows(dst []float32, rows *[4][]float32, weight *[4]float32, by Interpolation) {
	a, b := rows[0][:len(dst)], rows[1][:len(dst)]
	if by == Bilinear {
		t := weight[1]
		for j := range dst {
			dst[j] = lerp(a[j], b[j], t)
		}
		return
	}
	c, d := rows[2][:len(dst)], rows[3][:len(dst)]
	for j := range dst {
		dst[j] = weigh(a[j], b[j], c[j], d[j], weight)
	}
}

// lerp returns a + t(b−a), every operation rounded to float32.
func lerp(a, b, t float32) float32 { return a + float32(t*(b-a)) }

// weigh returns the sum of four values times their weights.
func weigh(a, b, c, d float32, w *[4]float32) float32 {
	return float32(a*w[0]) + float32(b*w[1]) + float32(c*w[2]) + float32(d*w[3])
}
