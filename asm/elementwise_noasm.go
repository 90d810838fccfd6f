//go:build !amd64 || purego

package asm

func add(dst, x, y []float32)                  { addGeneric(dst, x, y) }
func sub(dst, x, y []float32)                  { subGeneric(dst, x, y) }
func mul(dst, x, y []float32)                  { mulGeneric(dst, x, y) }
func div(dst, x, y []float32)                  { divGeneric(dst, x, y) }
func addScalar(dst, x []float32, a float32)    { addScalarGeneric(dst, x, a) }
func scale(dst, x []float32, a float32)        { scaleGeneric(dst, x, a) }
func axpy(y []float32, a float32, x []float32) { axpyGeneric(y, a, x) }
func fmaSlice(dst, x, y, z []float32)          { fmaSliceGeneric(dst, x, y, z) }
func relu(dst, x []float32)                    { reluGeneric(dst, x) }
func reluGrad(dx, dy, y []float32)             { reluGradGeneric(dx, dy, y) }
func sqrt(dst, x []float32)                    { sqrtGeneric(dst, x) }
