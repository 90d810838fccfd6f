package data

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/asm"
	"github.com/seed-312a1f22/dyad/tensor"
)

// GaussianBlur smooths a signal [C L], an image [C H W] or a volume [C D H W]
// along each of its axes but the channels', with one Gaussian for all of them.
// Beyond its border the sample is mirrored, its outermost values not repeated,
// as in torchvision's GaussianBlur.
type GaussianBlur struct {
	// Kernel is the width of the Gaussian, where it is cut off: odd. 0 is the
	// paper's, a tenth of the height H (of a signal, its length): 2⌊H/20⌋ + 1,
	// but no less than 3.
	Kernel int
	Sigma  [2]float64 // standard deviation in pixels, uniform between the two; the paper uses 0.1 to 2
}

// OutShape returns in. No axis may be shorter than half of the kernel and one.
func (v GaussianBlur) OutShape(in tensor.Shape) (tensor.Shape, error) {
	switch {
	case v.Kernel < 0 || v.Kernel > 0 && v.Kernel%2 == 0:
		return in, fmt.Errorf("data: GaussianBlur: Kernel is %d, expected an odd number, or 0 for a tenth of the height", v.Kernel)
	case !within(v.Sigma, 0, math.MaxFloat32) || v.Sigma[0] == 0:
		return in, fmt.Errorf("data: GaussianBlur: Sigma is %v, expected 0 < low ≤ high", v.Sigma)
	}
	if err := checkSpatial("GaussianBlur", in); err != nil {
		return in, err
	}
	kernel := v.kernel(in)
	for axis := 1; axis < in.Rank(); axis++ {
		if kernel/2 >= in.Dim(axis) {
			return in, fmt.Errorf("data: GaussianBlur: Kernel is %d, expected %d or less for samples of shape %v",
				kernel, 2*in.Dim(axis)-1, in)
		}
	}
	return in, nil
}

// kernel returns the width of the Gaussian for samples of a shape.
func (v GaussianBlur) kernel(s tensor.Shape) int {
	if v.Kernel > 0 {
		return v.Kernel
	}
	return max(3, s.Dim(max(1, s.Rank()-2))/20*2+1)
}

// Apply smooths x.
func (v GaussianBlur) Apply(x *Sample, r *rand.Rand) {
	blur(x, v.kernel(x.Shape), uniform(r, v.Sigma))
}

// blur smooths every axis of x but the first.
func blur(x *Sample, kernel int, sigma float64) {
	weights := gaussian(sized(&x.weights, kernel), sigma)
	for axis := 1; axis < x.Shape.Rank(); axis++ {
		_, n, inner := x.Shape.Split(axis)
		src := x.Renew(x.Shape)
		for at := 0; at < len(src); at += n * inner {
			if inner == 1 {
				blurRow(x.Data[at:][:n], src[at:][:n], weights, sized(&x.rows, n+kernel-1))
				continue
			}
			blurRows(x.Data[at:][:n*inner], src[at:][:n*inner], inner, weights)
		}
	}
}

// gaussian fills weights with a Gaussian about their middle, of sum 1.
func gaussian(weights []float32, sigma float64) []float32 {
	density := func(i int) float64 {
		d := float64(i-len(weights)/2) / sigma
		return math.Exp(-0.5 * d * d)
	}
	sum := 0.0
	for i := range weights {
		sum += density(i)
	}
	for i := range weights {
		weights[i] = float32(density(i) / sum)
	}
	return weights
}

// blurRow sets dst to the values of src weighted about each of them.
func blurRow(dst, src, weights, padded []float32) {
	n, radius := len(src), len(weights)/2
	copy(padded[radius:], src)
	for i := 1; i <= radius; i++ {
		padded[radius-i] = src[mirror(-i, n)]
		padded[radius+n-1+i] = src[mirror(n-1+i, n)]
	}
	asm.Scale(dst, padded[:n], weights[0])
	for k := 1; k < len(weights); k++ {
		asm.Axpy(dst, weights[k], padded[k:][:n])
	}
}

// blurRows sets each row of dst, of the given width, to the rows of src weighted
// about it.
func blurRows(dst, src []float32, width int, weights []float32) {
	n, radius := len(src)/width, len(weights)/2
	for i := range n {
		row := dst[i*width:][:width]
		asm.Scale(row, src[mirror(i-radius, n)*width:][:width], weights[0])
		for k := 1; k < len(weights); k++ {
			asm.Axpy(row, weights[k], src[mirror(i-radius+k, n)*width:][:width])
		}
	}
}

// mirror returns the index that stands for i, from 1−n to 2n−2, on an axis of n values.
func mirror(i, n int) int {
	if i < 0 {
		return -i
	}
	return min(i, 2*(n-1)-i)
}
