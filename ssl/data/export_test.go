package data

// Parts of random views: what they do once their parameters are drawn, for
// comparison with functions of torchvision that take them as arguments, and what
// has no other way to be seen.
var (
	AdjustBrightness = adjustBrightness
	AdjustContrast   = adjustContrast
	AdjustSaturation = adjustSaturation
	AdjustHue        = adjustHue
	Blur             = blur
	AffineBy         = affine
	DrawOrder        = drawOrder
	NewSCARFOf       = newSCARF // with a limit on the values that are kept
)

// ResizeCrop resizes a part of an image to size×size.
func ResizeCrop(x *Sample, top, left, height, width, size int, by Interpolation) {
	resizeCrop(x, rectangle{top, left, height, width}, x.Shape.With(1, size).With(2, size), by)
}
