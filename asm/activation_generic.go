package asm

import "math"

func sigmoidGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = sigmoidOne(x[i])
	}
}

func sigmoidOne(x float32) float32 {
	t := expOne(-abs(x))
	n := float32(1)
	if x < 0 {
		n = t
	}
	return n / (1 + t)
}

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

func sigmoidGradGeneric(dx, dy, y []float32) {
	dy, y = dy[:len(dx)], y[:len(dx)]
	for i := range dx {
		dx[i] = dy[i] * (y[i] * (1 - y[i]))
	}
}

func tanhGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = tanhOne(x[i])
	}
}

func tanhOne(x float32) float32 {
	a := abs(x)
	var r float32
	if a < tanhSmall {
		z := float32(a * a)
		p := fma(tanh9, z, tanh7)
		p = fma(p, z, tanh5)
		p = fma(p, z, tanh3)
		p = fma(p, z, tanh1)
		r = fma(float32(p*z), a, a)
	} else {
		t := expOne(float32(-2 * a))
		r = (1 - t) / (1 + t)
	}
	return float32(math.Copysign(float64(r), float64(x)))
}

func tanhGradGeneric(dx, dy, y []float32) {
	dy, y = dy[:len(dx)], y[:len(dx)]
	for i := range dx {
		dx[i] = dy[i] * fma(-y[i], y[i], 1)
	}
}

func softplusGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = softplusOne(x[i])
	}
}

func softplusOne(x float32) float32 {
	t := expOne(-abs(x))
	s := t / (2 + t)
	z := float32(s * s)
	p := fma(artanh4, z, artanh3)
	p = fma(p, z, artanh2)
	p = fma(p, z, artanh1)
	p = fma(p, z, artanh0)
	s += s
	log1p := fma(float32(p*z), s, s)
	if x < 0 {
		x = 0
	}
	return x + log1p
}

func geluGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = geluOne(x[i])
	}
}

func geluOne(x float32) float32 {
	if x < -geluSaturated { // −∞·0 would be NaN
		x = -geluSaturated
	}
	return x * normalCDF(x)
}

func geluDerivativeGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = geluDerivativeOne(x[i])
	}
}

func geluDerivativeOne(x float32) float32 {
	if x < -geluSaturated {
		x = -geluSaturated
	}
	if x > geluSaturated {
		x = geluSaturated
	}
	density := float32(invRootTwoPi * expOne(float32(-0.5*(x*x))))
	return fma(x, density, normalCDF(x))
}

// normalCDF returns Φ(x).
func normalCDF(x float32) float32 {
	z := float32(abs(x) * rootHalf)
	t := 1 / fma(0.5, z, 1)
	p := fma(erfc9, t, erfc8)
	p = fma(p, t, erfc7)
	p = fma(p, t, erfc6)
	p = fma(p, t, erfc5)
	p = fma(p, t, erfc4)
	p = fma(p, t, erfc3)
	p = fma(p, t, erfc2)
	p = fma(p, t, erfc1)
	p = fma(p, t, erfc0)
	half := float32(0.5 * t * expOne(fma(-z, z, p)))
	if x < 0 {
		return half
	}
	return 1 - half
}
