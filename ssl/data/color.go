package data

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/asm"
	"github.com/seed-312a1f22/dyad/tensor"
)

// ColorJitter changes the brightness, contrast, saturation and hue of an image
// by random amounts and in random order, and clips the values to 0–1 after each;
// a turn of the hue keeps between a pixel's lowest and highest value, so there is
// nothing to clip. It is torchvision's ColorJitter on values from 0 to 1. A number
// that is 0 leaves its quality alone. On a grey image, of one channel, brightness
// and contrast change and the other two do nothing.
//
// With a factor f drawn from U(max(0, 1−a), 1+a), where a is the field's value,
// and y the grey value of a pixel, as [Grayscale] has it:
//
//	brightness  x ← f·x
//	contrast    x ← f·x + (1−f)·(mean of y over the image)
//	saturation  x ← f·x + (1−f)·y
//	hue         turned by U(−a, a) of a full turn, red to green to blue to red
type ColorJitter struct {
	Brightness, Contrast, Saturation float64 // 0 or more; the paper uses 0.8 times its strength s
	Hue                              float64 // 0 to 0.5; the paper uses 0.2·s
}

// OutShape returns in.
func (v ColorJitter) OutShape(in tensor.Shape) (tensor.Shape, error) {
	for _, f := range []struct {
		name  string
		value float64
	}{{"Brightness", v.Brightness}, {"Contrast", v.Contrast}, {"Saturation", v.Saturation}} {
		if !(f.value >= 0 && f.value <= math.MaxFloat32) {
			return in, fmt.Errorf("data: ColorJitter: %s is %v, expected 0 or more", f.name, f.value)
		}
	}
	if !(v.Hue >= 0 && v.Hue <= 0.5) {
		return in, fmt.Errorf("data: ColorJitter: Hue is %v, expected 0 to 0.5", v.Hue)
	}
	return in, checkColor("ColorJitter", in)
}

// Apply changes the colours of x.
func (v ColorJitter) Apply(x *Sample, r *rand.Rand) {
	order := drawOrder(r)
	brightness, contrast, saturation := jitter(r, v.Brightness), jitter(r, v.Contrast), jitter(r, v.Saturation)
	hue := uniform(r, [2]float64{-v.Hue, v.Hue})
	for _, quality := range order {
		switch {
		case quality == 0 && v.Brightness > 0:
			adjustBrightness(x, brightness)
		case quality == 1 && v.Contrast > 0:
			adjustContrast(x, contrast)
		case quality == 2 && v.Saturation > 0:
			adjustSaturation(x, saturation)
		case quality == 3 && v.Hue > 0:
			adjustHue(x, hue)
		}
	}
}

// drawOrder returns the numbers from 0 to 3 in random order.
func drawOrder(r *rand.Rand) [4]int {
	order := [4]int{0, 1, 2, 3}
	for i := len(order) - 1; i > 0; i-- {
		j := r.IntN(i + 1)
		order[i], order[j] = order[j], order[i]
	}
	return order
}

// jitter draws a factor around 1.
func jitter(r *rand.Rand, a float64) float32 {
	return float32(uniform(r, [2]float64{max(0, 1-a), 1 + a}))
}

// adjustBrightness multiplies x by a factor and clips it.
func adjustBrightness(x *Sample, factor float32) { scaleClip(x.Data, factor, 0) }

// adjustContrast mixes x with its mean grey value: factor 0 leaves that alone.
func adjustContrast(x *Sample, factor float32) {
	var mean float64
	if x.Shape.Dim(0) == 1 {
		mean = asm.Sum(x.Data) / float64(len(x.Data))
	} else {
		red, green, blue := planes(x)
		sum := float64(0.2989*asm.Sum(red)) + float64(0.587*asm.Sum(green)) + float64(0.114*asm.Sum(blue))
		mean = sum / float64(len(red))
	}
	scaleClip(x.Data, factor, float32((1-factor)*float32(mean)))
}

// adjustSaturation mixes every pixel of x with its grey value: factor 0 leaves
// that alone.
func adjustSaturation(x *Sample, factor float32) {
	if x.Shape.Dim(0) == 1 {
		return
	}
	red, green, blue := planes(x)
	for i, r := range red {
		g, b := green[i], blue[i]
		y := float32((1 - factor) * grey(r, g, b))
		red[i] = clip(float32(factor*r) + y)
		green[i] = clip(float32(factor*g) + y)
		blue[i] = clip(float32(factor*b) + y)
	}
}

// Grayscale takes the colour out of an image with probability P: each pixel's
// channels become its grey value 0.2989·R + 0.587·G + 0.114·B. A grey image, of
// one channel, stays as it is.
type Grayscale struct {
	P float64 // 0 to 1; the paper uses 0.2
}

// OutShape returns in.
func (v Grayscale) OutShape(in tensor.Shape) (tensor.Shape, error) {
	if err := checkProbability("Grayscale", v.P); err != nil {
		return in, err
	}
	return in, checkColor("Grayscale", in)
}

// Apply makes x grey with probability P.
func (v Grayscale) Apply(x *Sample, r *rand.Rand) {
	if r.Float64() >= v.P || x.Shape.Dim(0) == 1 {
		return
	}
	red, green, blue := planes(x)
	for i, r := range red {
		y := grey(r, green[i], blue[i])
		red[i], green[i], blue[i] = y, y, y
	}
}

// Solarize inverts the values from Threshold on, x ← 1−x, with probability P. It
// is the solarisation of BYOL and of torchvision's RandomSolarize.
type Solarize struct {
	P         float64 // 0 to 1; BYOL uses 0.2, in one of its two views
	Threshold float64 // BYOL uses 0.5
}

// OutShape returns in: samples of any shape will do.
func (v Solarize) OutShape(in tensor.Shape) (tensor.Shape, error) {
	if !(math.Abs(v.Threshold) <= math.MaxFloat32) {
		return in, fmt.Errorf("data: Solarize: Threshold is %v, expected a finite number", v.Threshold)
	}
	return in, checkProbability("Solarize", v.P)
}

// Apply solarises x with probability P.
func (v Solarize) Apply(x *Sample, r *rand.Rand) {
	if r.Float64() >= v.P {
		return
	}
	threshold := float32(v.Threshold)
	for i, a := range x.Data {
		if a >= threshold {
			x.Data[i] = 1 - a
		}
	}
}

// planes returns the channels of a colour image.
func planes(x *Sample) (red, green, blue []float32) {
	n := len(x.Data) / 3
	return x.Data[:n:n], x.Data[n:][:n:n], x.Data[2*n:][:n:n]
}

// grey returns the grey value of a pixel.
func grey(r, g, b float32) float32 {
	return float32(0.2989*r) + float32(0.587*g) + float32(0.114*b)
}

// checkColor reports whether a sample of the given shape is an image of one
// channel, grey, or of three, red, green and blue.
func checkColor(view string, s tensor.Shape) error {
	if err := checkImage(view, s); err != nil {
		return err
	}
	if c := s.Dim(0); c != 1 && c != 3 {
		return fmt.Errorf("data: %s: sample of shape %v, expected an image [C H W] of 1 or 3 channels", view, s)
	}
	return nil
}
