package tensor_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/tensor"
)

// unitRows returns m rows of norm 1, the third of them 0 instead and the fifth
// the same as the second.
func unitRows(m, d int) *tensor.Tensor {
	x := random(11, m, d)
	tensor.NormalizeForward(x, tensor.New(m), x, 1e-8)
	if m > 4 {
		clear(x.Row(2))
		copy(x.Row(4), x.Row(1))
	}
	return x
}

// gramReference computes Gram's sums in float64 with the whole matrix: lse, and
// the gradient of Σ dlse·lse.
func gramReference(g tensor.Gram, dlse []float32) (lse, dx []float64) {
	m, d := g.X.Dim(0), g.X.Dim(1)
	s := make([][]float64, m) // −Inf where a pair is left out
	for i := range s {
		s[i] = make([]float64, m)
		left := 0
		for j := range s[i] {
			if (i-j)%g.Period == 0 {
				s[i][j] = math.Inf(-1)
				continue
			}
			left++
			x, y := g.X.Row(i), g.X.Row(j)
			for k := range x {
				s[i][j] += float64(g.Scale) * float64(x[k]) * float64(y[k])
			}
		}
		if left == 0 {
			return slices.Repeat([]float64{math.Inf(-1)}, m), make([]float64, m*d)
		}
		lse = append(lse, logSumExp(s[i]))
	}
	dx = make([]float64, m*d)
	for i := range s {
		for j := range s {
			w := float64(g.Scale) * (float64(dlse[i])*math.Exp(s[i][j]-lse[i]) + float64(dlse[j])*math.Exp(s[j][i]-lse[j]))
			for k, v := range g.X.Row(j) {
				dx[i*d+k] += w * float64(v)
			}
		}
	}
	return lse, dx
}

func TestGram(t *testing.T) {
	for _, c := range []struct {
		m, d, period int
		scale        float32
	}{
		{1, 3, 1, 2},    // no pair at all
		{2, 3, 1, 2},    // all are left out
		{2, 3, 1, 100},  // the same where rows have their own shift
		{6, 4, 3, 2},    // a part of a tile
		{96, 8, 96, 10}, // one tile exactly
		{97, 8, 5, 10},  // a tile and a row; a short period
		{192, 1, 96, 1}, // rows of one element, ±1
		{300, 7, 100, 0.1},
		{500, 33, 250, 40},
		{500, 33, 250, 41},
		{401, 130, 401, 100},
		{201, 600, 100, 1000},
	} {
		t.Run(fmt.Sprintf("M=%d/D=%d/period=%d/scale=%v", c.m, c.d, c.period, c.scale), func(t *testing.T) {
			g := tensor.Gram{X: unitRows(c.m, c.d), Scale: c.scale, Period: c.period}
			dlse := random(12, c.m)
			lse, dx, start := poisoned(c.m), tensor.New(c.m, c.d), random(13, c.m, c.d)
			tensor.Copy(dx, start)
			g.LogSumExp(lse, nil, nil)
			g.LogSumExpGrad(dx, dlse, lse)

			wantLSE, wantDX := gramReference(g, dlse.Data())
			// Errors of s, about 1e-7·Scale, are relative errors of exp s.
			tolerance := 1e-6 * max(1, float64(c.scale)/10)
			checkNear(t, "lse", lse, wantLSE, tolerance)
			tensor.Sub(dx, dx, start)
			checkNear(t, "dx", dx, wantDX, 4*tolerance*max(1, float64(c.scale)))
		})
	}
}

// TestGramKept holds that kept exponentials change no bit, however many they are.
func TestGramKept(t *testing.T) {
	const m, d = 500, 20
	for _, scale := range []float32{2, 100} {
		dlse := random(12, m)
		results := func(kept *tensor.Tensor) (lse, dx *tensor.Tensor) {
			g := tensor.Gram{X: unitRows(m, d), Scale: scale, Period: m / 2, Kept: kept}
			lse, dx = tensor.New(m), tensor.New(m, d)
			g.LogSumExp(lse, nil, nil)
			for range 2 { // the gradient leaves what is kept as it is
				g.LogSumExpGrad(dx, dlse, lse)
			}
			return lse, dx
		}
		lse, dx := results(nil)
		for _, n := range []int{0, 1, tensor.GramKept(m) / 2, tensor.GramKept(m) - 1, tensor.GramKept(m)} {
			gotLSE, got := results(poisoned(n))
			what := fmt.Sprintf("scale %v, %d kept", scale, n)
			checkBits(t, what+": lse", gotLSE.Data(), lse.Data())
			checkBits(t, what+": dx", got.Data(), dx.Data())
		}
	}
}

// TestGramAbove counts in the product that MatMul computes, of rows that have
// equals.
func TestGramAbove(t *testing.T) {
	const n, d = 160, 3
	x := unitRows(2*n, d)
	for i := range n / 2 {
		copy(x.Row(i+n/2), x.Row(i))
	}
	products := tensor.New(2*n, 2*n)
	tensor.MatMul(products, x, x, tensor.MatMulOpts{TransB: true})
	threshold, want := tensor.New(2*n), make([]float32, 2*n)
	for i := range 2 * n {
		threshold.Data()[i] = products.At(i, (i+n)%(2*n))
		for j, p := range products.Row(i) {
			if (i-j)%n != 0 && p > threshold.Data()[i] {
				want[i]++
			}
		}
	}
	for _, scale := range []float32{5, 50} {
		above := poisoned(2 * n)
		tensor.Gram{X: x, Scale: scale, Period: n}.LogSumExp(tensor.New(2*n), threshold, above)
		checkBits(t, "above", above.Data(), want)
	}
}

// TestGramFLOPs counts the products of 3 blocks of rows, of 96, 96 and 8.
func TestGramFLOPs(t *testing.T) {
	const d, m, full = 10, 200, 2 * 10 * 200 * 200
	const squares = d * 2 * (96*96 + 96*96 + 8*8) // of the blocks with themselves
	const once = (full + squares) / 2             // each pair of blocks
	for _, c := range []struct {
		name                      string
		scale                     float32
		kept                      int
		wantForward, wantBackward int64
	}{
		{"all kept", 5, tensor.GramKept(m), once, full},
		{"none kept", 5, 0, once, full + once},
		{"the first tile kept", 5, 2*96*96 - 1, once, full + once - 2*d*96*96},
		{"sharp", 50, tensor.GramKept(m), full, full + once},
	} {
		if forward, backward := tensor.GramFLOPs(m, d, c.scale, c.kept); forward != c.wantForward || backward != c.wantBackward {
			t.Errorf("%s: %d and %d, want %d and %d", c.name, forward, backward, c.wantForward, c.wantBackward)
		}
	}
}

func TestGramNaN(t *testing.T) {
	for _, scale := range []float32{5, 50} {
		x := unitRows(200, 5)
		x.Set(float32(math.NaN()), 150, 3)
		lse := tensor.New(200)
		tensor.Gram{X: x, Scale: scale, Period: 200}.LogSumExp(lse, nil, nil)
		for i, l := range lse.Data() {
			if l == l {
				t.Fatalf("scale %v: lse[%d] = %v, though a product of the row is NaN", scale, i, l)
			}
		}
	}
}

func TestGramPanics(t *testing.T) {
	x, v, two := tensor.New(3, 4), tensor.New(3), tensor.New(2)
	good := tensor.Gram{X: x, Scale: 1, Period: 3}
	nan := float32(math.NaN())
	checkShapeError(t, func() { good.LogSumExp(two, nil, nil) },
		"tensor: Gram.LogSumExp: the second needs one element for each row of the first: [3 4] × [2]")
	checkShapeError(t, func() { good.LogSumExp(v, two, v) },
		"tensor: Gram.LogSumExp: the second needs one element for each row of the first: [3 4] × [2]")
	checkShapeError(t, func() { good.LogSumExpGrad(tensor.New(4, 3), v, v) },
		"tensor: Gram.LogSumExpGrad: shapes differ: [4 3] × [3 4]")
	checkShapeError(t, func() { good.LogSumExpGrad(tensor.New(3, 4), two, v) },
		"tensor: Gram.LogSumExpGrad: the second needs one element for each row of the first: [3 4] × [2]")
	checkShapeError(t, func() { tensor.Gram{X: v, Scale: 1, Period: 3}.LogSumExp(v, nil, nil) },
		"tensor: Gram.LogSumExp: needs a matrix with a row or more: [3]")
	checkShapeError(t, func() { tensor.Gram{X: x, Scale: nan, Period: 3}.LogSumExp(v, nil, nil) },
		"tensor: Gram.LogSumExp: the scale NaN and the period 3 must be positive, for: [3 4]")
	checkShapeError(t, func() { tensor.Gram{X: x, Scale: 1}.LogSumExp(v, nil, nil) },
		"tensor: Gram.LogSumExp: the scale 1 and the period 0 must be positive, for: [3 4]")
	checkOverlap(t, "Gram.LogSumExpGrad", func() { good.LogSumExpGrad(x, v, v) })
}

// Three samples in two views each: the rows of the first and the second one are
// near to each other, the third is alone.
func ExampleGram() {
	x := tensor.FromSlice([]float32{
		1, 0, 0.8, 0.6, 0, 1,
		1, 0, 0.8, 0.6, 0, 1,
	}, 6, 2)
	lse := tensor.New(6)
	tensor.Gram{X: x, Scale: 2, Period: 3}.LogSumExp(lse, nil, nil)
	fmt.Printf("%.3f\n", lse.Data()[:3])
	// Output: [2.477 2.806 2.156]
}
