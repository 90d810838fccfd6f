//go:build !amd64 || purego

package asm

func log(dst, x []float32) { logGeneric(dst, x) }
