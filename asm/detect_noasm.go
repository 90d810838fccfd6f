//go:build !amd64 || purego

package asm

func detect() int { return generic }
