//go:build !purego

package asm

// repeat8 returns a table of constants for the assembly, each repeated to fill a
// 256-bit register: constant i is 32·i bytes from the start. AVX-512 repeats the
// first of the eight by itself.
func repeat8(constants ...float32) (table [16][8]float32) {
	for i, c := range constants {
		for j := range table[i] {
			table[i][j] = c
		}
	}
	return table
}
