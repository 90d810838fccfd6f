package tensor

import "github.com/seed-312a1f22/dyad/asm"

// AdamStep holds the scalars of one step of Adam or AdamW; package asm says
// what each field is.
type AdamStep = asm.AdamStep

// Adam updates the parameters w and their moments m and v from the gradient g,
// in one sweep over memory, by the formula that package asm gives. All four
// have the same shape and no memory in common.
func Adam(w, g, m, v *Tensor, s AdamStep) {
	if w.shape != g.shape || w.shape != m.shape || w.shape != v.shape {
		panic(shapeErrorf("Adam", "shapes differ").with(w.shape, g.shape, m.shape, v.shape))
	}
	checkApart("Adam", w, g)
	checkApart("Adam", w, m)
	checkApart("Adam", w, v)
	checkApart("Adam", m, g)
	checkApart("Adam", m, v)
	checkApart("Adam", v, g)
	adamKernel.Run(len(w.data), adamGrain, adamArgs{w.data, g.data, m.data, v.data, s})
}

// adamGrain makes chunks of four streams of 16 KiB.
const adamGrain = 4 << 10

type adamArgs struct {
	w, g, m, v []float32
	step       AdamStep
}

var adamKernel = NewKernel(func(lo, hi int, k *adamArgs) {
	asm.Adam(k.w[lo:hi], k.g[lo:hi], k.m[lo:hi], k.v[lo:hi], &k.step)
})
