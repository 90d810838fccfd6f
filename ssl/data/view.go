package data

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/tensor"
)

// View is a random transformation of a sample. It is a value without state:
// everything random comes from the generator that Apply is given, so that one
// View serves any number of goroutines.
type View interface {
	// OutShape returns the shape of what Apply makes of a sample of the given
	// shape. It is an error, which names the parameter, its value and what was
	// expected, when a parameter is out of range or the shape does not suit.
	OutShape(in tensor.Shape) (tensor.Shape, error)
	// Apply transforms x, whose shape and whose view's parameters OutShape has
	// accepted. It allocates nothing once x has its buffers.
	Apply(x *Sample, r *rand.Rand)
}

// Sample is what a View works on: values of some shape, and a second buffer for
// transformations that cannot work in place.
type Sample struct {
	Shape tensor.Shape
	Data  []float32 // Shape.Size() values, row-major

	spare   []float32
	taps    []tap     // of RandomResizedCrop
	rows    []float32 // of RandomResizedCrop and GaussianBlur
	points  []place   // of Rotation and Affine
	weights []float32 // of GaussianBlur
	resize  resampler // of Resize
}

// Renew prepares x for new content: Data becomes a slice for the given shape
// whose values are unspecified, and the old Data is returned. The old values
// are valid until the next Renew.
func (x *Sample) Renew(shape tensor.Shape) (old []float32) {
	n := shape.Size()
	if cap(x.spare) < n {
		x.spare = make([]float32, n)
	}
	old = x.Data
	x.Shape, x.Data, x.spare = shape, x.spare[:n], old
	return old
}

// load makes values the content of x.
func (x *Sample) load(values []float32, shape tensor.Shape) {
	if cap(x.Data) < len(values) {
		x.Data = make([]float32, len(values))
	}
	x.Shape, x.Data = shape, x.Data[:len(values)]
	copy(x.Data, values)
}

// Identity is the view that changes nothing: what features are extracted from.
type Identity struct{}

// OutShape returns in.
func (Identity) OutShape(in tensor.Shape) (tensor.Shape, error) { return in, nil }

// Apply does nothing.
func (Identity) Apply(*Sample, *rand.Rand) {}

// Compose applies its views in order.
type Compose []View

// OutShape hands the shape through every view.
func (c Compose) OutShape(in tensor.Shape) (tensor.Shape, error) {
	var err error
	for i, v := range c {
		if v == nil {
			return in, fmt.Errorf("data: Compose: view %d is nil", i)
		}
		if in, err = v.OutShape(in); err != nil {
			return in, err
		}
	}
	return in, nil
}

// Apply transforms x by every view.
func (c Compose) Apply(x *Sample, r *rand.Rand) {
	for _, v := range c {
		v.Apply(x, r)
	}
}

// RandomApply applies View with probability P, and otherwise changes nothing.
type RandomApply struct {
	P    float64 // 0 to 1
	View View    // must keep the shape
}

// OutShape returns in, or an error when P is out of range or View changes the shape.
func (a RandomApply) OutShape(in tensor.Shape) (tensor.Shape, error) {
	if err := checkProbability("RandomApply", a.P); err != nil {
		return in, err
	}
	if a.View == nil {
		return in, errors.New("data: RandomApply: View is nil")
	}
	out, err := a.View.OutShape(in)
	if err == nil && out != in {
		err = fmt.Errorf("data: RandomApply: View turns shape %v into %v, expected one that keeps it", in, out)
	}
	return in, err
}

// Apply transforms x with probability P.
func (a RandomApply) Apply(x *Sample, r *rand.Rand) {
	if r.Float64() < a.P {
		a.View.Apply(x, r)
	}
}

// sized returns buffer with a length of n, which it allocates if it must.
func sized[T any](buffer *[]T, n int) []T {
	if cap(*buffer) < n {
		*buffer = make([]T, n)
	}
	return (*buffer)[:n]
}

// uniform returns a number drawn uniformly between bounds[0] and bounds[1].
func uniform(r *rand.Rand, bounds [2]float64) float64 {
	return bounds[0] + float64((bounds[1]-bounds[0])*r.Float64())
}

// within reports whether low ≤ bounds[0] ≤ bounds[1] ≤ high; NaN is within nothing.
func within(bounds [2]float64, low, high float64) bool {
	return low <= bounds[0] && bounds[0] <= bounds[1] && bounds[1] <= high
}

// checkImage reports whether a sample of the given shape is an image [C H W].
func checkImage(view string, s tensor.Shape) error {
	if s.Rank() != 3 || s.Size() <= 0 {
		return fmt.Errorf("data: %s: sample of shape %v, expected an image [C H W]", view, s)
	}
	return nil
}

// checkSpatial reports whether a sample of the given shape has channels and, for
// each of them, one axis or more.
func checkSpatial(view string, s tensor.Shape) error {
	if s.Rank() < 2 || s.Size() <= 0 {
		return fmt.Errorf("data: %s: sample of shape %v, expected [C L], [C H W] or [C D H W]", view, s)
	}
	return nil
}

// checkProbability reports whether a view's P is one.
func checkProbability(view string, p float64) error {
	if !(p >= 0 && p <= 1) {
		return fmt.Errorf("data: %s: P is %v, expected 0 to 1", view, p)
	}
	return nil
}
