package data

// MNISTView returns the recipe for handwritten digits that fill their image:
// a rotation by up to 15 degrees, a random resized crop of half the area or
// more, and a brightness between 0.6 and 1.4. The rotation comes first, so that
// what it fills in around the image is background, never a cut through a stroke.
func MNISTView() View {
	return Compose{
		Rotation{Degrees: [2]float64{-15, 15}},
		RandomResizedCrop{Scale: [2]float64{0.5, 1}, Ratio: [2]float64{3. / 4, 4. / 3}},
		Brightness{Factor: [2]float64{0.6, 1.4}},
	}
}

// DigitsView returns the recipe for [Digits]: that of [MNISTView], and noise
// that covers the grain by which an image could be told from all others.
func DigitsView() View {
	return Compose{MNISTView(), Noise{Std: 0.1}}
}
