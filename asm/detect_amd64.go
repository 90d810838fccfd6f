//go:build !purego

package asm

import "golang.org/x/sys/cpu"

// detect asks the CPU, through x/sys/cpu, which also asks whether the operating
// system saves the wide registers.
func detect() int {
	switch x := &cpu.X86; {
	case !x.HasAVX2 || !x.HasFMA:
		return generic
	case x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL:
		return avx512
	}
	return avx2
}
