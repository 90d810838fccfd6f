package asm

import "math"

const (
	root        = float32(math.Sqrt2)
	quarterRoot = float32(math.Sqrt2 / 4)
	thirdRoot   = float32(math.Sqrt2 / 3)
	sixthRoot   = float32(math.Sqrt2 / 6)
	third       = float32(1. / 3)
	sixth       = float32(1. / 6)
)

func winogradInputGeneric(dst []float32, step int, src []float32, row int, tiles []int) {
	var t [6][6]float32
	for i, at := range tiles {
		for a := range 6 {
			d := (*[6]float32)(src[at+a*row:])
			t[a][0], t[a][1], t[a][2], t[a][3], t[a][4], t[a][5] = timesB(d[0], d[1], d[2], d[3], d[4], d[5])
		}
		for b := range 6 {
			v := dst[b*step+i:]
			v[0], v[6*step], v[12*step], v[18*step], v[24*step], v[30*step] = timesB(t[0][b], t[1][b], t[2][b], t[3][b], t[4][b], t[5][b])
		}
	}
}

// timesB multiplies a column by Bᵀ.
func timesB(d0, d1, d2, d3, d4, d5 float32) (v0, v1, v2, v3, v4, v5 float32) {
	e, f := fma(2, d2, -d4), fma(2, d1, -d3)
	g, h := fma(-0.5, d2, d4), fma(-0.5, d1, d3)
	return fma(-2.5, d2, d0+d4), fma(rootHalf, f, e), fma(-rootHalf, f, e), fma(root, h, g), fma(-root, h, g), fma(-2.5, d3, d1+d5)
}

func winogradOutputGeneric(dst []float32, row int, tiles []int, src []float32, step int) {
	var t [4][6]float32
	for i, at := range tiles {
		for b := range 6 {
			m := src[b*step+i:]
			t[0][b], t[1][b], t[2][b], t[3][b] = timesA(m[0], m[6*step], m[12*step], m[18*step], m[24*step], m[30*step])
		}
		for p := range 4 {
			y := (*[4]float32)(dst[at+p*row:])
			y[0], y[1], y[2], y[3] = timesA(t[p][0], t[p][1], t[p][2], t[p][3], t[p][4], t[p][5])
		}
	}
}

// timesA multiplies a column by Aᵀ.
func timesA(m0, m1, m2, m3, m4, m5 float32) (y0, y1, y2, y3 float32) {
	s, d := m1+m2, m1-m2
	t, e := m3+m4, m3-m4
	return m0 + s + t, rootHalf * fma(2, e, d), fma(2, t, float32(0.5*s)), fma(quarterRoot, fma(8, e, d), m5)
}

func winogradOutputGradGeneric(dst []float32, step int, src []float32, row int, tiles []int) {
	var t [4][6]float32
	for i, at := range tiles {
		for p := range 4 {
			y := (*[4]float32)(src[at+p*row:])
			t[p][0], t[p][1], t[p][2], t[p][3], t[p][4], t[p][5] = timesAGrad(y[0], y[1], y[2], y[3])
		}
		for b := range 6 {
			m := dst[b*step+i:]
			m[0], m[6*step], m[12*step], m[18*step], m[24*step], m[30*step] = timesAGrad(t[0][b], t[1][b], t[2][b], t[3][b])
		}
	}
}

// timesAGrad multiplies a column by A.
func timesAGrad(y0, y1, y2, y3 float32) (m0, m1, m2, m3, m4, m5 float32) {
	e, f := fma(0.5, y2, y0), fma(0.5, y3, y1)
	g, h := fma(2, y2, y0), fma(2, y3, y1)
	return y0, fma(rootHalf, f, e), fma(-rootHalf, f, e), fma(root, h, g), fma(-root, h, g), y3
}

func winogradKernelGeneric(dst []float32, step int, src []float32, srcStep, at, n int) {
	var t [6][3]float32
	for i := range n {
		for b := range 3 {
			g := at + b*srcStep + i
			t[0][b], t[1][b], t[2][b], t[3][b], t[4][b], t[5][b] = timesG(src[g], src[g+3*srcStep], src[g+6*srcStep])
		}
		for a := range 6 {
			u := dst[6*a*step+i:]
			u[0], u[step], u[2*step], u[3*step], u[4*step], u[5*step] = timesG(t[a][0], t[a][1], t[a][2])
		}
	}
}

// timesG multiplies a column by G. The products are rounded before they are added.
func timesG(g0, g1, g2 float32) (u0, u1, u2, u3, u4, u5 float32) {
	e, f := float32(2./3*fma(0.5, g2, g0)), float32(thirdRoot*g1)
	g, h := float32(sixth*fma(2, g2, g0)), float32(sixthRoot*g1)
	return g0, e + f, e - f, g + h, g - h, g2
}

func winogradKernelGradGeneric(dst []float32, step int, src []float32, srcStep, n int) {
	var t [3][6]float32
	for i := range n {
		for b := range 6 {
			u := src[b*srcStep+i:]
			t[0][b], t[1][b], t[2][b] = timesGGrad(u[0], u[6*srcStep], u[12*srcStep], u[18*srcStep], u[24*srcStep], u[30*srcStep])
		}
		for p := range 3 {
			g := dst[3*p*step+i:]
			g[0], g[step], g[2*step] = timesGGrad(t[p][0], t[p][1], t[p][2], t[p][3], t[p][4], t[p][5])
		}
	}
}

// timesGGrad multiplies a column by Gᵀ.
func timesGGrad(u0, u1, u2, u3, u4, u5 float32) (g0, g1, g2 float32) {
	s, d := u1+u2, u1-u2
	t, e := u3+u4, u3-u4
	return fma(sixth, t, fma(float32(2./3), s, u0)), sixthRoot * fma(2, d, e), fma(third, s+t, u5)
}
