//go:build !purego

package asm

func pause()

func storeFence()
