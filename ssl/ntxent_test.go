package ssl_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/autograd/gradcheck"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/tensor"
)

func normal(r *rand.Rand, dims ...int) *tensor.Tensor {
	t := tensor.New(dims...)
	tensor.Normal(t, r, 0, 1)
	return t
}

// reference is NT-Xent as a plain double loop in float64, without any trick.
func reference(z1, z2 *tensor.Tensor, temperature float64) float64 {
	return referenceLoss(ssl.NTXentLoss, rows64(z1, z2), 2, nil, temperature)
}

func TestNTXentAgainstDoubleLoop(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{1, 2, 4, 17} {
		for _, d := range []int{1, 2, 16, 64} {
			for _, temperature := range []float64{0.1, 1, 10} {
				z1, z2 := normal(r, n, d), normal(r, n, d)
				got, _, _ := ntxent(z1, z2, temperature)
				if want := reference(z1, z2, temperature); math.Abs(got-want) > 1e-5 {
					t.Errorf("N=%d D=%d T=%v: %v, want %v", n, d, temperature, got, want)
				}
			}
		}
	}
}

func TestNTXentInvariants(t *testing.T) {
	const n, d, temperature = 7, 5, 0.3
	r := rand.New(rand.NewPCG(2, 1))
	z1, z2 := normal(r, n, d), normal(r, n, d)
	want, dz1, dz2 := ntxent(z1, z2, temperature)
	same := func(name string, got float64) {
		t.Helper()
		if math.Abs(got-want) > 2e-6 {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}

	swapped, sdz1, sdz2 := ntxent(z2, z1, temperature)
	same("views swapped", swapped)
	checkClose(t, "dz1 of swapped views", sdz2, dz1, 1e-6)
	checkClose(t, "dz2 of swapped views", sdz1, dz2, 1e-6)

	p1, p2 := tensor.New(n, d), tensor.New(n, d)
	for i, j := range r.Perm(n) {
		copy(p1.Row(i), z1.Row(j))
		copy(p2.Row(i), z2.Row(j))
	}
	permuted, _, _ := ntxent(p1, p2, temperature)
	same("pairs permuted", permuted)

	scaled := z1.Clone()
	for i := range n {
		for j := range scaled.Row(i) {
			scaled.Row(i)[j] *= float32(i + 1)
		}
	}
	s, _, _ := ntxent(scaled, z2, temperature)
	same("rows scaled", s)

	if alike, _, _ := ntxent(z1, z1, temperature); alike > want {
		t.Errorf("views that agree cost %v, views that differ %v", alike, want)
	}

	equal := tensor.New(n, d)
	tensor.Fill(equal, 0.7)
	if l, _, _ := ntxent(equal, equal, temperature); math.Abs(l-ssl.Chance(n)) > 1e-6 {
		t.Errorf("all rows equal: %v, want ln(2N−1) = %v", l, ssl.Chance(n))
	}

	one, g1, g2 := ntxent(z1.Slice(0, 1), z2.Slice(0, 1), temperature)
	if one != 0 || slices.Max(g1) != 0 || slices.Min(g1) != 0 || slices.Max(g2) != 0 || slices.Min(g2) != 0 {
		t.Errorf("one pair: loss %v, gradients %v and %v; want zeros", one, g1, g2)
	}
}

func TestNTXentStaysFinite(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	large := normal(r, 6, 4)
	for i := range large.Data() {
		large.Data()[i] = float32(math.Copysign(100, float64(large.Data()[i])))
	}
	zeroRow := normal(r, 6, 4)
	clear(zeroRow.Row(2))
	for name, z := range map[string]*tensor.Tensor{"normal": normal(r, 6, 4), "±100": large, "a zero row": zeroRow, "all zero": tensor.New(6, 4)} {
		for _, temperature := range []float64{0.01, 0.5} {
			loss, dz1, dz2 := ntxent(z, large, temperature)
			if math.IsNaN(loss) || math.IsInf(loss, 0) || !tensor.FromSlice(dz1).AllFinite() || !tensor.FromSlice(dz2).AllFinite() {
				t.Errorf("%s, T=%v: loss %v, gradients %v %v", name, temperature, loss, dz1, dz2)
			}
		}
	}
	nan := normal(r, 6, 4)
	nan.Set(float32(math.NaN()), 1, 1)
	if loss, _, _ := ntxent(nan, large, 0.5); !math.IsNaN(loss) {
		t.Errorf("a NaN in a view gives the loss %v, not NaN", loss)
	}
}

func TestNTXentGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	f := func(_ *autograd.Tape, in []autograd.Var) autograd.Var { return ssl.NTXent(in[0], in[1], 0.5) }
	if err := gradcheck.Check(f, gradcheck.Options{}, normal(r, 3, 4), normal(r, 3, 4)); err != nil {
		t.Error(err)
	}
}

func TestNTXentPanics(t *testing.T) {
	two := tensor.New(2, 3)
	for _, c := range []struct {
		name        string
		z2          *tensor.Tensor
		temperature float64
		want        string
	}{
		{"temperature 0", two, 0, "temperature is 0"},
		{"temperature negative", two, -1, "temperature is -1"},
		{"temperature NaN", two, math.NaN(), "temperature is NaN"},
		{"temperature Inf", two, math.Inf(1), "temperature is +Inf"},
		{"rows differ", tensor.New(3, 3), 1, "[2 3] × [3 3]"},
		{"not a matrix", tensor.New(2, 3, 1), 1, "[2 3] × [2 3 1]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			defer func() {
				if text := fmt.Sprint(recover()); !strings.Contains(text, c.want) {
					t.Errorf("panic %q does not say %q", text, c.want)
				}
			}()
			tape := autograd.NewTape()
			ssl.NTXent(tape.Const(two), tape.Const(c.z2), c.temperature)
		})
	}
}
