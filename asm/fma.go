package asm

import "math"

// fmaEmulated is fma on hardware whose compiler does not fuse float32.
//
// The product of two float32 (24 bits each) is exact in float64 (53 bits), so
// the only error of p+z is its rounding to float64, and converting the sum to
// float32 rounds a second time. The two roundings differ from one only where
// the first has moved the sum onto a point at which the second decides: a tie
// between two float32, that is, 29 discarded bits 1000…0. Below the smallest
// normal float32 more bits are discarded; roundOdd takes those sums too. Every
// other sum is right as it is.
//
// Because p is exact, it makes no difference whether the compiler fuses p+z.
func fmaEmulated(x, y, z float32) float32 {
	p := float64(x) * float64(y)
	s := p + float64(z)
	if b := math.Float64bits(s); b&(1<<29-1) == 1<<28 || b<<1 < smallestNormal<<1 {
		return roundOdd(p, float64(z), s)
	}
	return float32(s)
}

// smallestNormal holds the bits of the float64 2⁻¹²⁶, the smallest normal
// float32.
const smallestNormal = (1023 - 126) << 52

// roundOdd returns p+z rounded once to float32, given s = p+z rounded to
// float64. It rounds p+z to odd: an inexact sum becomes that of its two
// neighbours in float64 whose last bit is 1. Such a neighbour lies on the same
// side of every tie as the exact sum, because 53 ≥ 24+2 (Boldo and Melquiond,
// "Emulation of FMA and correctly rounded sums: proved algorithms using
// rounding to odd", IEEE Transactions on Computers 57(4), 2008).
func roundOdd(p, z, s float64) float32 {
	// Knuth's TwoSum: e = p + z − s, exactly.
	t := s - p
	e := (p - (s - t)) + (z - t)
	if b := math.Float64bits(s); e != 0 && b&1 == 0 {
		if (e > 0) == (s > 0) {
			b++
		} else {
			b--
		}
		s = math.Float64frombits(b)
	}
	return float32(s)
}
