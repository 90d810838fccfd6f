//go:build !amd64 || purego

package asm

// multiply runs the micro-kernel.
func (t *tile) multiply() { multiplyGeneric(t) }
