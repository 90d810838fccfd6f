package data

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/tensor"
)

// RandomErasing fills a random rectangle of an image with one value, with
// probability P. It is torchvision's RandomErasing: ten rectangles are drawn, of
// area U(Scale) times the image's and aspect ratio log-uniform in Ratio, and the
// first that is smaller than the image in both directions is placed at random;
// if none is, nothing is erased.
type RandomErasing struct {
	P     float64    // 0 to 1
	Scale [2]float64 // area, as a fraction of the image's; torchvision uses 0.02 to 0.33
	Ratio [2]float64 // height over width; torchvision uses 0.3 to 3.3
	Value float64    // what the rectangle is filled with, in every channel
}

// OutShape returns in.
func (v RandomErasing) OutShape(in tensor.Shape) (tensor.Shape, error) {
	if err := checkProbability("RandomErasing", v.P); err != nil {
		return in, err
	}
	if err := checkArea("RandomErasing", v.Scale, v.Ratio); err != nil {
		return in, err
	}
	if !(math.Abs(v.Value) <= math.MaxFloat32) {
		return in, fmt.Errorf("data: RandomErasing: Value is %v, expected a finite number", v.Value)
	}
	return in, checkImage("RandomErasing", in)
}

// Apply erases a part of x with probability P.
func (v RandomErasing) Apply(x *Sample, r *rand.Rand) {
	if r.Float64() >= v.P {
		return
	}
	channels, height, width := x.Shape.Dim(0), x.Shape.Dim(1), x.Shape.Dim(2)
	for range 10 {
		h, w := drawSides(height*width, v.Scale, v.Ratio, r)
		if h >= height || w >= width {
			continue
		}
		top, left := r.IntN(height-h+1), r.IntN(width-w+1)
		for k := range channels {
			for i := top; i < top+h; i++ {
				row := x.Data[(k*height+i)*width+left:][:w]
				for j := range row {
					row[j] = float32(v.Value)
				}
			}
		}
		return
	}
}

// Mask sets each value of a sample to 0 with probability P, independently of the
// others. For features that were standardised, 0 is their mean.
type Mask struct {
	P float64 // 0 to 1
}

// OutShape returns in: samples of any shape will do.
func (v Mask) OutShape(in tensor.Shape) (tensor.Shape, error) {
	return in, checkProbability("Mask", v.P)
}

// Apply sets a random part of x to 0.
func (v Mask) Apply(x *Sample, r *rand.Rand) {
	for i := range x.Data {
		if r.Float64() < v.P {
			x.Data[i] = 0
		}
	}
}
