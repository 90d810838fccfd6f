package asm

func winogradInputGeneric(dst []float32, step int, src []float32, phase, row, n int) {
	var t [4][4]float32
	for i := range n {
		for b := range 4 {
			at := b%2*phase + b/2 + i
			d0, d1, d2, d3 := src[at], src[at+2*phase], src[at+row], src[at+2*phase+row]
			t[0][b], t[1][b], t[2][b], t[3][b] = d0-d2, d1+d2, d2-d1, d1-d3
		}
		for a := range 4 {
			v := dst[4*a*step+i:]
			v[0], v[step], v[2*step], v[3*step] = t[a][0]-t[a][2], t[a][1]+t[a][2], t[a][2]-t[a][1], t[a][1]-t[a][3]
		}
	}
}

func winogradOutputGeneric(dst []float32, step int, src []float32, srcStep, n int) {
	var s [2][4]float32
	for i := range n {
		for b := range 4 {
			m := src[b*srcStep+i:]
			m0, m1, m2, m3 := m[0], m[4*srcStep], m[8*srcStep], m[12*srcStep]
			s[0][b], s[1][b] = m0+m1+m2, m1-m2-m3
		}
		for p := range 2 {
			y := dst[2*p*step+i:]
			y[0], y[step] = s[p][0]+s[p][1]+s[p][2], s[p][1]-s[p][2]-s[p][3]
		}
	}
}

func winogradOutputGradGeneric(dst []float32, step int, src []float32, srcStep, n int) {
	for i := range n {
		var r [4][2]float32
		for q := range 2 {
			d0, d1 := src[q*srcStep+i], src[(2+q)*srcStep+i]
			r[0][q], r[1][q], r[2][q], r[3][q] = d0, d0+d1, d0-d1, 0-d1
		}
		for a := range 4 {
			m := dst[4*a*step+i:]
			m[0], m[step], m[2*step], m[3*step] = r[a][0], r[a][0]+r[a][1], r[a][0]-r[a][1], 0-r[a][1]
		}
	}
}
