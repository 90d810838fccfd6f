//go:build !purego

package peak

var loops = map[string]loop{
	"generic": {fmaGeneric, 12 * 2},
	"avx2":    {fmaAVX2, 12 * 8 * 2},
	"avx512":  {fmaAVX512, 24 * 16 * 2},
}

// fmaAVX2 runs 12 independent chains of a = x·y + a, each 8 floats wide, for n
// iterations, n > 0. Ten would do for two units with a latency of five cycles,
// the longest among processors that have them.
//
//go:noescape
func fmaAVX2(n int) float32

// fmaAVX512 runs 24 independent chains, each 16 floats wide, as many as a 12×32
// micro-kernel of a matrix product.
//
//go:noescape
func fmaAVX512(n int) float32
