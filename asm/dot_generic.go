package asm

// dotLanes and dsdotLanes are what the widest implementation, AVX-512, holds in
// four accumulators: enough to keep its two FMA units busy through the four
// cycles that an FMA takes.
const (
	dotLanes   = 64
	dsdotLanes = 32
)

// dotGeneric checks the lengths for all implementations, so that Dot is a single
// call and can be inlined.
//
//lint:ignore U1000 the assembly calls it
func dotGeneric(x, y []float32) float32 {
	checkLengths2("Dot", len(x), len(y))
	var lanes [dotLanes]float32
	for len(x) >= dotLanes {
		dotBlock(&lanes, (*[dotLanes]float32)(x), (*[dotLanes]float32)(y))
		x, y = x[dotLanes:], y[dotLanes:]
	}
	if len(x) > 0 {
		var xPadded, yPadded [dotLanes]float32
		copy(xPadded[:], x)
		copy(yPadded[:], y)
		dotBlock(&lanes, &xPadded, &yPadded)
	}
	for h := dotLanes / 2; h > 0; h /= 2 {
		for j := range h {
			lanes[j] += lanes[j+h]
		}
	}
	return lanes[0]
}

func dotBlock(lanes, x, y *[dotLanes]float32) {
	for j := range lanes {
		lanes[j] = fma(x[j], y[j], lanes[j])
	}
}

// dsdotGeneric needs no padding: adding +0 changes no lane, since a lane that
// started at +0 never becomes −0.
func dsdotGeneric(x, y []float32) float64 {
	var lanes [dsdotLanes]float64
	for len(x) >= dsdotLanes {
		accumulateDot(lanes[:], x[:dsdotLanes], y[:dsdotLanes])
		x, y = x[dsdotLanes:], y[dsdotLanes:]
	}
	accumulateDot(lanes[:len(x)], x, y)
	return foldLanes(&lanes)
}

func sumDotGeneric(x, y []float32) (sum, dot float64) { return sumGeneric(x), dsdotGeneric(x, y) }

// foldLanes adds the lanes up by halves.
func foldLanes(lanes *[dsdotLanes]float64) float64 {
	for h := dsdotLanes / 2; h > 0; h /= 2 {
		for j := range h {
			lanes[j] += lanes[j+h]
		}
	}
	return lanes[0]
}
