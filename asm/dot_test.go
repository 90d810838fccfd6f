package asm_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
)

// fold adds up lanes as the documentation of Dot says: of 2h lanes, lane j becomes
// lane j + lane j+h.
func fold[F float32 | float64](lanes []F) F {
	if len(lanes) == 1 {
		return lanes[0]
	}
	h := len(lanes) / 2
	folded := make([]F, h)
	for j := range folded {
		folded[j] = lanes[j] + lanes[j+h]
	}
	return fold(folded)
}

// fmaExact rounds x·y + z once, by way of math/big.
func fmaExact(x, y, z float32) float32 {
	p := float64(x) * float64(y)
	if p+float64(z) == 0 {
		return float32(p + float64(z))
	}
	sum := new(big.Float).SetPrec(700).SetFloat64(p)
	f, _ := sum.Add(sum, big.NewFloat(float64(z))).Float32()
	return f
}

// TestDotTree computes the sums once more from their documentation alone.
func TestDotTree(t *testing.T) {
	at := func(x []float32, i int) float32 { // x, padded with +0
		if i < len(x) {
			return x[i]
		}
		return 0
	}
	r := rand.New(rand.NewPCG(5, 6))
	for _, implementation := range asm.Implementations() {
		use(t, implementation)
		for _, n := range []int{0, 1, 2, 31, 32, 33, 63, 64, 65, 100, 200, 517} {
			for _, m := range []mode{normal, finite} {
				x, y := make([]float32, n), make([]float32, n)
				fill(r, m, x)
				fill(r, m, y)
				if m == finite { // keep the products in range
					for i := range x {
						x[i] *= 0x1p-60
					}
				}

				lanes := make([]float32, 64)
				dsdot, sum, squares := make([]float64, 32), make([]float64, 32), make([]float64, 32)
				for i := range (n + 63) / 64 * 64 {
					lanes[i%64] = fmaExact(at(x, i), at(y, i), lanes[i%64])
					a, b := float64(at(x, i)), float64(at(y, i))
					dsdot[i%32] += float64(a * b)
					squares[i%32] += float64(a * a)
					sum[i%32] += a
				}
				for _, c := range []struct {
					name      string
					got, want float64
				}{
					{"Dot", float64(asm.Dot(x, y)), float64(fold(lanes))},
					{"Dsdot", asm.Dsdot(x, y), fold(dsdot)},
					{"SumSquares", asm.SumSquares(x), fold(squares)},
					{"Sum", asm.Sum(x), fold(sum)},
				} {
					if !same(c.got, c.want) {
						t.Errorf("%s, %d %s numbers: %s = %x, want %x", implementation, n, m, c.name, c.got, c.want)
					}
				}
			}
		}
	}
}

// TestDotPadding: a lane that has underflowed to −0 becomes +0 in the padding of
// the last block, and stays −0 in a full one.
func TestDotPadding(t *testing.T) {
	x, y := make([]float32, 64), make([]float32, 64)
	for i := range x {
		x[i], y[i] = -0x1p-100, 0x1p-100
	}
	for _, implementation := range asm.Implementations() {
		use(t, implementation)
		if got := asm.Dot(x, y); !(got == 0 && math.Signbit(float64(got))) {
			t.Errorf("%s: 64 products that underflow: Dot = %v, want -0", implementation, got)
		}
		if got := asm.Dot(x[:63], y[:63]); math.Float32bits(got) != 0 {
			t.Errorf("%s: 63 products that underflow: Dot = %v, want +0", implementation, got)
		}
	}
}

// TestDotLong has vectors that come from memory, for which another kernel may be
// chosen.
func TestDotLong(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	n := 1<<21 + 77
	x, y := make([]float32, n), make([]float32, n)
	for i := range x {
		x[i], y[i] = float32(r.NormFloat64()), float32(r.NormFloat64())
	}
	for _, m := range []int{1 << 21, n} {
		use(t, "generic")
		want := asm.Dot(x[:m], y[:m])
		for _, implementation := range asm.Implementations() {
			use(t, implementation)
			if got := asm.Dot(x[:m], y[:m]); got != want {
				t.Errorf("%s: %d elements give %v, portable code %v", implementation, m, got, want)
			}
		}
	}
}
