package tensor

import "github.com/seed-312a1f22/dyad/asm"

// AddReLU writes max(a + b, 0) to dst. The shapes are the same.
func AddReLU(dst, a, b *Tensor) {
	checkElementwise2("AddReLU", dst, a, b)
	addReLU.Run(len(dst.data), cheapGrain, binaryArgs{dst: dst.data, a: a.data, b: b.data})
}

// addReLUBlock is how many sums are made before they are rectified: they are
// still in the first-level cache then.
const addReLUBlock = 2 << 10

var addReLU = NewKernel(func(lo, hi int, k *binaryArgs) {
	for ; lo < hi; lo += addReLUBlock {
		end := min(lo+addReLUBlock, hi)
		dst := k.dst[lo:end]
		asm.Add(dst, k.a[lo:end], k.b[lo:end])
		asm.ReLU(dst, dst)
	}
})
