//go:build !purego

package asm

func pause()
