//go:build !amd64 || purego

package asm

func adam(w, g, m, v []float32, s *AdamStep) { adamGeneric(w, g, m, v, s) }
