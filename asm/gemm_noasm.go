//go:build !amd64 || purego

package asm

// multiply runs the micro-kernel.
func (t *tile) multiply() { multiplyGeneric(t) }

func dots1(dst, a, b []float32, ldb, k int) { panic("asm: unreachable") }

func dots2(dst, dst2, a, a2, b []float32, ldb, k int) { panic("asm: unreachable") }
