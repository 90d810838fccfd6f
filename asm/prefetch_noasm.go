//go:build !amd64 || purego

package asm

func prefetch(*float32, int, int, int)      {}
func prefetchWrite(*float32, int, int, int) {}

func storeFence() {}
