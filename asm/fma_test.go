package asm

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// exactFMA computes x·y + z with one rounding through math/big.
func exactFMA(x, y, z float32) float32 {
	p := float64(x) * float64(y) // exact
	s := p + float64(z)
	if s == 0 || math.IsInf(s, 0) || math.IsNaN(s) {
		return float32(s) // exact, and IEEE 754's rules for signs of zero
	}
	const enough = 700 // bits from 2²⁵⁶, the largest product, to 2⁻²⁹⁸, the smallest
	b := new(big.Float).SetPrec(enough)
	r, _ := b.Add(big.NewFloat(p).SetPrec(enough), big.NewFloat(float64(z))).Float32()
	return r
}

func sameFloat32(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

func checkFMA(t *testing.T, x, y, z float32) {
	t.Helper()
	want := exactFMA(x, y, z)
	if got := fma(x, y, z); !sameFloat32(got, want) {
		t.Errorf("fma(%x, %x, %x) = %x, want %x", x, y, z, got, want)
	}
	if got := fmaEmulated(x, y, z); !sameFloat32(got, want) {
		t.Errorf("fmaEmulated(%x, %x, %x) = %x, want %x", x, y, z, got, want)
	}
}

// fmaArguments calls f with arguments that make a wrong fma show itself.
func fmaArguments(f func(x, y, z float32)) {
	r := rand.New(rand.NewPCG(3, 4))
	sign := func() float32 { return float32(1 - 2*r.IntN(2)) }
	for range 30_000 {
		// Any bits.
		f(math.Float32frombits(r.Uint32()), math.Float32frombits(r.Uint32()), math.Float32frombits(r.Uint32()))
		// Similar magnitudes, where all bits of the product matter.
		x, y := float32(r.NormFloat64()), float32(r.NormFloat64())
		f(x, y, float32(r.NormFloat64()))
		// Near cancellation.
		f(x, y, -x*y)
		// A sum next to a tie: z has 24 bits, the product adds half of its last
		// bit and something too small for float64.
		z := sign() * (1 + float32(r.IntN(1<<23))*0x1p-23)
		tiny := float32(math.Ldexp(1, -r.IntN(60)))
		f(sign()*0x1p-12*(1+0x1p-23*tiny), 0x1p-12, z)
		f(sign()*0x1p-12, 0x1p-12*(1-0x1p-20), z)
		f(sign()*0x1p-24, 1, z)
		f(sign()*(0x1p-24+0x1p-47), 1+0x1p-23, z)
		// Subnormal results, and the same next to a tie: half of the smallest
		// subnormal, less a part that is too small for float64.
		scale := float32(math.Ldexp(1, -60-r.IntN(20)))
		f(x*scale, y*scale, sign()*math.SmallestNonzeroFloat32*float32(r.IntN(1<<23)))
		f(sign()*0x1p-75*(1+0x1p-23), 0x1p-75*(1-0x1p-23), sign()*math.SmallestNonzeroFloat32*float32(1<<22+r.IntN(1<<22)))
	}
	special := []float32{
		0, float32(math.Copysign(0, -1)), 1, -1, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()),
		math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, 0x1p-126, -0x1p-126, 0x1.fffffcp-127,
		math.MaxFloat32, -math.MaxFloat32, 0x1p-24, 0x1p103, 0x1p-149, 1 + 0x1p-23, 1 - 0x1p-24, 0x1p64, 0x1p-75,
	}
	for _, x := range special {
		for _, y := range special {
			for _, z := range special {
				f(x, y, z)
			}
		}
	}
}

// TestFMA also shows, on the architectures of fma_native.go, that the compiler
// fuses.
func TestFMA(t *testing.T) {
	fmaArguments(func(x, y, z float32) {
		if !t.Failed() {
			checkFMA(t, x, y, z)
		}
	})
}

// TestFMAInLoops calls fma where a compiler that fuses only some expressions
// might not: its arguments are elements of slices, which it may load as part of
// the multiplication or of the addition.
func TestFMAInLoops(t *testing.T) {
	var xs, ys, zs []float32
	fmaArguments(func(x, y, z float32) {
		xs, ys, zs = append(xs, x), append(ys, y), append(zs, z)
	})
	dst := make([]float32, len(xs))
	fmaSliceGeneric(dst, xs, ys, zs)
	for i, got := range dst {
		if want := exactFMA(xs[i], ys[i], zs[i]); !sameFloat32(got, want) {
			t.Fatalf("FMA: %x·%x + %x = %x, want %x", xs[i], ys[i], zs[i], got, want)
		}
	}
	const a = 1 + 0x1p-23
	copy(dst, zs)
	axpyGeneric(dst, a, xs)
	for i, got := range dst {
		if want := exactFMA(a, xs[i], zs[i]); !sameFloat32(got, want) {
			t.Fatalf("Axpy: %x·%x + %x = %x, want %x", a, xs[i], zs[i], got, want)
		}
	}
}

func FuzzFMA(f *testing.F) {
	f.Add(float32(0x1p-12), float32(0x1p-12), float32(1))
	f.Add(float32(0x1p-75), float32(0x1.8p-75), float32(math.SmallestNonzeroFloat32))
	f.Fuzz(func(t *testing.T, x, y, z float32) { checkFMA(t, x, y, z) })
}
