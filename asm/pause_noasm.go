//go:build !amd64 || purego

package asm

func pause() {}
