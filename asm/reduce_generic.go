package asm

import "math"

func sumGeneric(x []float32) float64 {
	var lanes [dsdotLanes]float64
	for len(x) >= dsdotLanes {
		accumulateSumGeneric(lanes[:], x[:dsdotLanes])
		x = x[dsdotLanes:]
	}
	accumulateSumGeneric(lanes[:len(x)], x)
	return foldLanes(&lanes)
}

// maximumGeneric adds zero at the end to turn −0 into +0. With that, the order
// in which zeros are met does not matter, and neither does how max treats them.
func maximumGeneric(x []float32) float32 {
	m := float32(math.Inf(-1))
	for _, v := range x {
		m = max(m, v)
	}
	return m + 0
}

func accumulateSumGeneric(acc []float64, x []float32) {
	x = x[:len(acc)]
	for j := range acc {
		acc[j] += float64(x[j])
	}
}
