//go:build arm64 || loong64 || ppc64 || ppc64le || riscv64 || s390x

package asm

// fma returns x·y + z, rounded once. On these architectures the compiler always
// fuses the expression below into one instruction; TestFMA holds it to that.
//
// GOAMD64=v3 is not among them: there the compiler fuses too, except where it
// has already folded a load into the multiplication or the addition.
func fma(x, y, z float32) float32 { return x*y + z }
