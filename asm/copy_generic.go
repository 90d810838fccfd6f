package asm

func copyBlocksGeneric(dst []float32, dstPlane, dstRow int, src []float32, srcPlane, srcRow, planes, rows, n int) {
	for p := range planes {
		for r := range rows {
			copy(dst[p*dstPlane+r*dstRow:][:n], src[p*srcPlane+r*srcRow:][:n])
		}
	}
}

func copyAlternateGeneric(dst []float32, dstPlane, dstRow int, src []float32, srcPlane, srcRow, planes, rows, n int) {
	for p := range planes {
		for r := range rows {
			to, from := dst[p*dstPlane+r*dstRow:][:n], src[p*srcPlane+r*srcRow:][:2*n-1]
			for i := range to {
				to[i] = from[2*i]
			}
		}
	}
}

func storeAlternateGeneric(dst []float32, dstPlane, dstRow int, src []float32, srcPlane, srcRow, planes, rows, n int) {
	for p := range planes {
		for r := range rows {
			to := dst[p*dstPlane+r*dstRow:]
			for i, v := range src[p*srcPlane+r*srcRow:][:n] {
				to[2*i] = v
			}
		}
	}
}
