//go:build !(arm64 || loong64 || ppc64 || ppc64le || riscv64 || s390x)

package asm

// fma returns x·y + z, rounded once.
func fma(x, y, z float32) float32 { return fmaEmulated(x, y, z) }
