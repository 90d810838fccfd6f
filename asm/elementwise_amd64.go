//go:build !purego

package asm

func add(dst, x, y []float32) {
	switch current {
	case avx512:
		addAVX512(dst, x, y)
	case avx2:
		addAVX2(dst, x, y)
	default:
		addGeneric(dst, x, y)
	}
}

func sub(dst, x, y []float32) {
	switch current {
	case avx512:
		subAVX512(dst, x, y)
	case avx2:
		subAVX2(dst, x, y)
	default:
		subGeneric(dst, x, y)
	}
}

func mul(dst, x, y []float32) {
	switch current {
	case avx512:
		mulAVX512(dst, x, y)
	case avx2:
		mulAVX2(dst, x, y)
	default:
		mulGeneric(dst, x, y)
	}
}

func div(dst, x, y []float32) {
	switch current {
	case avx512:
		divAVX512(dst, x, y)
	case avx2:
		divAVX2(dst, x, y)
	default:
		divGeneric(dst, x, y)
	}
}

func addScalar(dst, x []float32, a float32) {
	switch current {
	case avx512:
		addScalarAVX512(dst, x, a)
	case avx2:
		addScalarAVX2(dst, x, a)
	default:
		addScalarGeneric(dst, x, a)
	}
}

func scale(dst, x []float32, a float32) {
	switch current {
	case avx512:
		scaleAVX512(dst, x, a)
	case avx2:
		scaleAVX2(dst, x, a)
	default:
		scaleGeneric(dst, x, a)
	}
}

func axpy(y []float32, a float32, x []float32) {
	switch current {
	case avx512:
		axpyAVX512(y, a, x)
	case avx2:
		axpyAVX2(y, a, x)
	default:
		axpyGeneric(y, a, x)
	}
}

func fmaSlice(dst, x, y, z []float32) {
	switch current {
	case avx512:
		fmaSliceAVX512(dst, x, y, z)
	case avx2:
		fmaSliceAVX2(dst, x, y, z)
	default:
		fmaSliceGeneric(dst, x, y, z)
	}
}

func relu(dst, x []float32) {
	switch current {
	case avx512:
		reluAVX512(dst, x)
	case avx2:
		reluAVX2(dst, x)
	default:
		reluGeneric(dst, x)
	}
}

func reluGrad(dx, dy, y []float32) {
	switch current {
	case avx512:
		reluGradAVX512(dx, dy, y)
	case avx2:
		reluGradAVX2(dx, dy, y)
	default:
		reluGradGeneric(dx, dy, y)
	}
}

func sqrt(dst, x []float32) {
	switch current {
	case avx512:
		sqrtAVX512(dst, x)
	case avx2:
		sqrtAVX2(dst, x)
	default:
		sqrtGeneric(dst, x)
	}
}

// The assembly. Each pair is the loop of its comment, for every i; the bodies are
// in elementwise_avx2_amd64.s and elementwise_avx512_amd64.s, the loop in
// map_avx2.h and map_avx512.h.

// dst[i] = x[i] + y[i]
//
//go:noescape
func addAVX2(dst, x, y []float32)

//go:noescape
func addAVX512(dst, x, y []float32)

// dst[i] = x[i] - y[i]
//
//go:noescape
func subAVX2(dst, x, y []float32)

//go:noescape
func subAVX512(dst, x, y []float32)

// dst[i] = x[i] * y[i]
//
//go:noescape
func mulAVX2(dst, x, y []float32)

//go:noescape
func mulAVX512(dst, x, y []float32)

// dst[i] = x[i] / y[i]
//
//go:noescape
func divAVX2(dst, x, y []float32)

//go:noescape
func divAVX512(dst, x, y []float32)

// dst[i] = x[i] + a
//
//go:noescape
func addScalarAVX2(dst, x []float32, a float32)

//go:noescape
func addScalarAVX512(dst, x []float32, a float32)

// dst[i] = a * x[i]
//
//go:noescape
func scaleAVX2(dst, x []float32, a float32)

//go:noescape
func scaleAVX512(dst, x []float32, a float32)

// y[i] = fma(a, x[i], y[i])
//
//go:noescape
func axpyAVX2(y []float32, a float32, x []float32)

//go:noescape
func axpyAVX512(y []float32, a float32, x []float32)

// dst[i] = fma(x[i], y[i], z[i])
//
//go:noescape
func fmaSliceAVX2(dst, x, y, z []float32)

//go:noescape
func fmaSliceAVX512(dst, x, y, z []float32)

// if dst[i] = x[i]; x[i] < 0 { dst[i] = 0 }
//
//go:noescape
func reluAVX2(dst, x []float32)

//go:noescape
func reluAVX512(dst, x []float32)

// if dx[i] = dy[i]; !(y[i] > 0) { dx[i] = 0 }
//
//go:noescape
func reluGradAVX2(dx, dy, y []float32)

//go:noescape
func reluGradAVX512(dx, dy, y []float32)

// dst[i] = √x[i]
//
//go:noescape
func sqrtAVX2(dst, x []float32)

//go:noescape
func sqrtAVX512(dst, x []float32)
