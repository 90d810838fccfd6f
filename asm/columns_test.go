package asm_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// strip makes a strip of n elements, such that all widths occur, with and
// without a gap between the rows.
func strip(n int) (rows, width, stride int) {
	width = n % (asm.StripWidth + 1)
	stride = max(1, width+n%3)
	return (n-width)/stride + 1, width, stride
}

// columnNorm returns constants of all signs.
func columnNorm() (b asm.BatchNorm) {
	for j := range b.Mean {
		v := float32(j%7) - 3
		b.Mean[j], b.Scale[j], b.Shift[j], b.Slope[j], b.Offset[j] = 0.1*v, 1.3-v, 0.3*v, 0.7*v, 0.01*v
	}
	return b
}

// Kernels of strips in the form of the others: what they sum goes to acc.

func (o operands) columnSums() {
	var sum [asm.StripWidth]float64
	rows, width, stride := strip(len(o.x))
	asm.ColumnSums(&sum, o.x, rows, width, stride)
	copy(o.acc, sum[:width])
}

func (o operands) columnMoments(second bool) {
	var sum, squares [asm.StripWidth]float64
	rows, width, stride := strip(len(o.x))
	asm.ColumnMoments(&sum, &squares, o.x, rows, width, stride)
	if second {
		sum = squares
	}
	copy(o.acc, sum[:width])
}

func (o operands) normalize(relu bool) {
	b := columnNorm()
	rows, width, stride := strip(len(o.x))
	b.Normalize(o.w, o.x, rows, width, stride, relu)
}

func (o operands) sumGrad(second, relu bool) {
	b := columnNorm()
	rows, width, stride := strip(len(o.x))
	b.SumGrad(o.x, o.y, rows, width, stride, relu)
	sum := b.Sum
	if second {
		sum = b.Dot
	}
	copy(o.acc, sum[:width])
}

func (o operands) grad(relu bool) {
	b := columnNorm()
	rows, width, stride := strip(len(o.x))
	b.Grad(o.w, o.x, o.y, rows, width, stride, relu)
}

func (o operands) layerNormSums(second bool) {
	var sum, dot [asm.StripWidth]float64
	rows, width, stride := strip(len(o.x))
	rows = min(rows, len(o.z)) // which has a mean for each
	asm.LayerNormSums(&sum, &dot, o.x, o.y, o.z[:rows], o.w[:rows], rows, width, stride)
	if second {
		sum = dot
	}
	copy(o.acc, sum[:width])
}

// TestColumns takes sums over strips of small integers, for which every sum is
// exact, and looks at what lies beyond the width.
func TestColumns(t *testing.T) {
	const rows, stride = 50, 70
	x, dy := make([]float32, rows*stride), make([]float32, rows*stride)
	for i := range x {
		x[i], dy[i] = float32(i*i%17-8), float32(i%5-2)
	}
	for _, implementation := range asm.Implementations() {
		use(t, implementation)
		for _, width := range []int{0, 1, 5, 8, 15, 16, 17, 31, 32, 63, 64} {
			b := columnNorm()
			var sum, sum2, squares [asm.StripWidth]float64
			for j := range sum {
				sum[j], sum2[j], squares[j], b.Sum[j], b.Dot[j] = 1, 2, 3, 4, 5
			}
			asm.ColumnSums(&sum, x, rows, width, stride)
			asm.ColumnMoments(&sum2, &squares, x, rows, width, stride)
			relu := b
			b.SumGrad(dy, x, rows, width, stride, false)
			relu.SumGrad(dy, x, rows, width, stride, true)
			for j := range sum {
				want, wantSquares, wantSum, wantDot := 1., 3., 4., 5. // added to what was there
				wantActive, wantActiveDot := wantSum, wantDot
				for i := range rows {
					if j >= width {
						break
					}
					v, g := float64(x[i*stride+j]), float64(dy[i*stride+j])
					want += v
					wantSquares += v * v
					wantSum += g
					wantDot += g * v
					if (v-float64(b.Mean[j]))*float64(b.Scale[j])+float64(b.Shift[j]) > 0 {
						wantActive += g
						wantActiveDot += g * v
					}
				}
				got := [...]float64{sum[j], sum2[j], squares[j], b.Sum[j], b.Dot[j], relu.Sum[j], relu.Dot[j]}
				if want := [...]float64{want, want + 1, wantSquares, wantSum, wantDot, wantActive, wantActiveDot}; got != want {
					t.Errorf("%s, width %d, column %d: %v, want %v", implementation, width, j, got, want)
				}
			}
		}
	}
}

// TestLayerNorm holds the kernels against float64.
func TestLayerNorm(t *testing.T) {
	const rows, width, stride = 9, 37, 41
	x, dy := make([]float32, rows*stride), make([]float32, rows*stride)
	for i := range x {
		x[i], dy[i] = float32(math.Sin(float64(i))), float32(math.Cos(float64(3*i)))
	}
	mean, invStd := x[:rows], dy[:rows]
	for _, implementation := range asm.Implementations() {
		use(t, implementation)
		var sum, dot [asm.StripWidth]float64
		asm.LayerNormSums(&sum, &dot, dy, x, mean, invStd, rows, width, stride)
		for j := range width {
			var wantSum, wantDot float64
			for i := range rows {
				v, g := float64(x[i*stride+j]), float64(dy[i*stride+j])
				wantSum += g
				wantDot += g * (v - float64(mean[i])) * float64(invStd[i])
			}
			if sum[j] != wantSum || math.Abs(dot[j]-wantDot) > 1e-6 {
				t.Errorf("%s, column %d: %v and %v, want %v and %v", implementation, j, sum[j], dot[j], wantSum, wantDot)
			}
		}
		y, dx := make([]float32, width), make([]float32, width)
		x, dy, gamma, beta := x[:width], dy[:width], x[width:2*width], dy[width:2*width]
		asm.LayerNormalize(y, x, gamma, beta, 0.25, 3)
		asm.LayerNormGrad(dx, dy, x, 3, 0.25, -0.5, 0.125)
		for i := range x {
			centred := float64(x[i]) - 0.25
			want := centred*3*float64(gamma[i]) + float64(beta[i])
			wantGrad := float64(dy[i])*3 - centred*0.5 + 0.125
			if math.Abs(float64(y[i])-want) > 1e-6 || math.Abs(float64(dx[i])-wantGrad) > 1e-6 {
				t.Errorf("%s, element %d: y %v and dx %v, want %v and %v", implementation, i, y[i], dx[i], want, wantGrad)
			}
		}
	}
}

// TestBatchNorm holds the elementwise kernels against float64.
func TestBatchNorm(t *testing.T) {
	const rows, width, stride = 9, 37, 41
	x, dy := make([]float32, rows*stride), make([]float32, rows*stride)
	for i := range x {
		x[i], dy[i] = float32(math.Sin(float64(i))), float32(math.Cos(float64(3*i)))
	}
	b := columnNorm()
	for _, implementation := range asm.Implementations() {
		use(t, implementation)
		for _, relu := range []bool{false, true} {
			y, dx := make([]float32, len(x)), make([]float32, len(x))
			b.Normalize(y, x, rows, width, stride, relu)
			b.Grad(dx, dy, x, rows, width, stride, relu)
			for i := range x {
				j := i % stride
				if j >= width {
					if y[i] != 0 || dx[i] != 0 {
						t.Fatalf("%s: element %d, between the rows, is %v and %v", implementation, i, y[i], dx[i])
					}
					continue
				}
				centred, g := float64(x[i])-float64(b.Mean[j]), float64(dy[i])
				want := centred*float64(b.Scale[j]) + float64(b.Shift[j])
				if relu && want <= 0 {
					want, g = 0, 0
				}
				wantGrad := g*float64(b.Scale[j]) + centred*float64(b.Slope[j]) + float64(b.Offset[j])
				if math.Abs(float64(y[i])-want) > 1e-6 || math.Abs(float64(dx[i])-wantGrad) > 1e-6 {
					t.Errorf("%s, ReLU %v, element %d: y %v and dx %v, want %v and %v", implementation, relu, i, y[i], dx[i], want, wantGrad)
				}
			}
		}
	}
}

func TestStripsOutsidePanic(t *testing.T) {
	var sum [asm.StripWidth]float64
	x := make([]float32, 100)
	for _, c := range []struct{ rows, width, stride int }{
		{-1, 3, 3}, {3, -1, 3}, {1, 65, 65}, {2, 4, 3}, {3, 20, 41}, {2, 1, -1},
	} {
		want := fmt.Sprintf("asm: ColumnSums: no strip of %d rows, width %d and stride %d in 100 elements", c.rows, c.width, c.stride)
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("panic %q, want %q", got, want)
				}
			}()
			asm.ColumnSums(&sum, x, c.rows, c.width, c.stride)
		}()
	}
	asm.ColumnSums(&sum, x, 3, 20, 40) // just fits
	asm.ColumnSums(&sum, nil, 0, 20, 20)
}

// TestBatchNormStream compares stores past the caches with ordinary ones, at every
// alignment of y.
func TestBatchNormStream(t *testing.T) {
	const canary = 42
	for _, implementation := range asm.Implementations() {
		use(t, implementation)
		for _, c := range []struct{ rows, width, stride int }{{5, 64, 64}, {3, 64, 80}, {4, 64, 70}, {2, 37, 64}, {0, 64, 64}} {
			x := make([]float32, c.rows*c.stride+64)
			for i := range x {
				x[i] = float32(math.Sin(float64(i)))
			}
			x[3], x[17] = float32(math.NaN()), float32(math.Inf(-1))
			for offset := range 17 {
				for _, relu := range []bool{false, true} {
					var results [2][]float32
					for i := range results {
						y := make([]float32, len(x)+64)
						for i := range y {
							y[i] = canary
						}
						b := columnNorm()
						b.Stream = i == 1
						b.Normalize(y[offset:], x, c.rows, c.width, c.stride, relu)
						asm.StoreFence()
						results[i] = y
					}
					for i, want := range results[0] {
						if got := results[1][i]; math.Float32bits(got) != math.Float32bits(want) {
							t.Fatalf("%s, %+v, offset %d, ReLU %v: element %d is %v, want %v", implementation, c, offset, relu, i, got, want)
						}
					}
				}
			}
		}
	}
}
